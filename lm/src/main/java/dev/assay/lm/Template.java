package dev.assay.lm;

import dev.assay.lm.jinja.Jinja;
import dev.assay.lm.jinja.JinjaException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A chat template as Hugging Face's transformers runs it. */
final class Template {
    /** What transformers writes behind a message that is to be continued; the space tells whether it was trimmed. */
    private static final String END = "CONTINUE_FINAL_MESSAGE_TAG ";

    private static final String CONTINUE = "continue_final_message";

    private final String text;
    private final Jinja jinja;

    Template(String text) {
        this.text = text;
        try {
            this.jinja = Jinja.parse(text);
        } catch (JinjaException e) {
            throw new ModelFormatException(
                    "The chat template is not usable: line %d: %s; give another template as a string"
                            .formatted(e.line(), e.getMessage()),
                    e);
        }
    }

    /**
     * The rendered text of messages.
     *
     * @param options what else the template sees; {@code continue_final_message} (true, or the name of a field) ends the
     *     text where the last message does
     * @throws ModelFormatException if the template can't be rendered in full
     */
    String render(List<? extends Map<String, ?>> messages, Map<String, ?> options) {
        Map<String, @Nullable Object> bindings = new HashMap<>();
        bindings.put("tools", null);
        bindings.put("documents", null);
        bindings.put("add_generation_prompt", false);
        bindings.putAll(options);
        Object continued = bindings.remove(CONTINUE);
        if (continued == null || continued.equals(false) || continued.equals("")) {
            bindings.put("messages", messages);
            return render(bindings);
        }
        return continued(messages, continued instanceof String field ? field : "content", bindings);
    }

    private String continued(
            List<? extends Map<String, ?>> messages, String field, Map<String, @Nullable Object> bindings) {
        Object last = messages.isEmpty() ? null : messages.getLast().get(field);
        if (last == null || !text.contains(field)) {
            throw new IllegalArgumentException(
                    "%s: the last message has no %s to continue, or the template does not read it"
                            .formatted(CONTINUE, field));
        }
        List<Object> parts = last instanceof List<?> list ? new ArrayList<>(list) : new ArrayList<>(List.of(last));
        String content = mark(parts);
        List<Map<String, ?>> marked = new ArrayList<>(messages);
        Map<String, @Nullable Object> message = new LinkedHashMap<>(messages.getLast());
        message.put(field, last instanceof List<?> ? parts : parts.getFirst());
        marked.set(marked.size() - 1, message);
        bindings.put("messages", marked);
        String rendered = render(bindings);
        int at = rendered.lastIndexOf(strip(END));
        if (at < 0 || !rendered.contains(strip(content))) {
            throw new ModelFormatException("The chat template drops or changes the last message, so it can't be"
                    + " continued; leave out " + CONTINUE);
        }
        String before = rendered.substring(0, at);
        return rendered.startsWith(END, at) ? before : Jinja.rstrip(before);
    }

    /** Marks the end of the last text among a message's parts, and returns that text. */
    private static String mark(List<Object> parts) {
        for (int i = parts.size() - 1; i >= 0; i--) {
            if (parts.get(i) instanceof String content) {
                parts.set(i, content + END);
                return content;
            }
            if (parts.get(i) instanceof Map<?, ?> part && part.get("text") instanceof String content) {
                Map<Object, Object> marked = new LinkedHashMap<>(part);
                marked.put("text", content + END);
                parts.set(i, marked);
                return content;
            }
        }
        throw new IllegalArgumentException(CONTINUE + ": the last message has no text to continue");
    }

    private String render(Map<String, @Nullable Object> bindings) {
        try {
            String output = jinja.render(bindings);
            int left = output.indexOf("{%");
            if (left >= 0 && !holdsTag(bindings)) {
                throw new ModelFormatException(
                        "The chat template was not rendered in full: what is left starts with \"%s\"; give a simpler template as a string"
                                .formatted(output.substring(left)
                                        .lines()
                                        .findFirst()
                                        .orElse("")));
            }
            return output;
        } catch (JinjaException e) {
            throw new ModelFormatException(
                    "The chat template fails in line %d: %s; change the messages, or give another template as a string"
                            .formatted(e.line(), e.getMessage()),
                    e);
        }
    }

    /** Whether what the template is given has a tag's beginning in it, which is then text like any other. */
    private static boolean holdsTag(@Nullable Object value) {
        return switch (value) {
            case String text -> text.contains("{%");
            case Map<?, ?> map ->
                map.keySet().stream().anyMatch(Template::holdsTag)
                        || map.values().stream().anyMatch(Template::holdsTag);
            case Collection<?> items -> items.stream().anyMatch(Template::holdsTag);
            case null, default -> false;
        };
    }

    /** Python's {@code str.strip}, which is what jinja2's filter {@code trim} means. */
    static String strip(String text) {
        return Jinja.strip(text);
    }
}
