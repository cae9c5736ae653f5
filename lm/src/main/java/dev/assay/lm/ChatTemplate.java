package dev.assay.lm;

import dev.assay.lm.Message.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat format: conversations to text and to tokens. Thread-safe.
 *
 * <p>Nothing that a message says can steer the format: a control token written out in a message is spelt in ordinary
 * tokens, and Jinja in a message is not executed.
 */
public final class ChatTemplate {
    private static final String GENERATION_PROMPT = "add_generation_prompt";
    private static final String CHANGES_CONTENTS =
            "The chat template drops, changes or repeats what messages say, so its"
                    + " place in the text can't be told; give a template that renders each message once, as it is";

    private final Template template;
    private final Tokenizer tokenizer;
    private final OptionalInt endOfTurn;

    private ChatTemplate(String template, Tokenizer tokenizer) {
        this.template = new Template(template);
        this.tokenizer = tokenizer;
        this.endOfTurn = findEndOfTurn();
    }

    /**
     * The chat template that a model file carries.
     *
     * @throws ModelFormatException if there is none, or it can't be rendered
     */
    public static ChatTemplate from(Gguf gguf, Tokenizer tokenizer) {
        return from(gguf.string("tokenizer.chat_template"), tokenizer);
    }

    /**
     * A chat template given as Jinja text.
     *
     * @throws ModelFormatException if it can't be rendered
     */
    public static ChatTemplate from(String template, Tokenizer tokenizer) {
        return new ChatTemplate(template, tokenizer);
    }

    /** The text of a conversation, followed by the start of an assistant message if wanted. */
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        return render(maps(messages, UnaryOperator.identity()), Map.of(GENERATION_PROMPT, addGenerationPrompt));
    }

    /**
     * The text of a conversation with everything that templates know, as transformers renders it.
     *
     * @param messages each with {@code role}, {@code content} and what else the template reads, such as
     *     {@code tool_calls}: strings, numbers, booleans, lists, maps and null
     * @param options what the template sees beside the messages, such as {@code tools}, {@code add_generation_prompt},
     *     {@code enable_thinking} or {@code date_string}; with {@code continue_final_message} the text ends where the last
     *     message does
     * @throws ModelFormatException if the template refuses the conversation
     */
    public String render(List<? extends Map<String, ?>> messages, Map<String, ?> options) {
        Map<String, @Nullable Object> all = new HashMap<>();
        all.put(
                "bos_token",
                tokenizer.bos().isPresent() ? tokenizer.token(tokenizer.bos().getAsInt()) : "");
        all.put("eos_token", tokenizer.token(tokenizer.eos()));
        all.putAll(options);
        return template.render(messages, all);
    }

    /** The tokens of {@link #render(List, Map)}; whatever messages and options say is encoded as text. */
    public int[] encode(List<? extends Map<String, ?>> messages, Map<String, ?> options) {
        Set<String> texts = new LinkedHashSet<>();
        collect(messages, texts);
        collect(options, texts);
        Mask mask = new Mask(tokenizer.controlTexts(), texts);
        Map<String, @Nullable Object> hidden = new HashMap<>();
        options.forEach((name, value) -> hidden.put(name, name.endsWith("_token") ? value : hide(mask, value)));
        List<Map<String, @Nullable Object>> masked = new ArrayList<>();
        for (Map<String, ?> message : messages) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            message.forEach((name, value) -> copy.put(name, name.equals("role") ? value : hide(mask, value)));
            masked.add(copy);
        }
        return tokens(mask, render(masked, hidden));
    }

    private static void collect(@Nullable Object value, Set<String> texts) {
        switch (value) {
            case String text -> texts.add(text);
            case Map<?, ?> map -> {
                collect(map.keySet(), texts);
                collect(map.values(), texts);
            }
            case Collection<?> items -> items.forEach(item -> collect(item, texts));
            case null, default -> {}
        }
    }

    private static @Nullable Object hide(Mask mask, @Nullable Object value) {
        return switch (value) {
            case String text -> mask.hide(text);
            case Map<?, ?> map -> {
                Map<@Nullable Object, @Nullable Object> copy = new LinkedHashMap<>();
                map.forEach((key, item) -> copy.put(hide(mask, key), hide(mask, item)));
                yield copy;
            }
            case Collection<?> items -> {
                List<@Nullable Object> copy = new ArrayList<>();
                items.forEach(item -> copy.add(hide(mask, item)));
                yield copy;
            }
            case null, default -> value;
        };
    }

    /** The tokens of a conversation, followed by the start of an assistant message if wanted. */
    public int[] encode(List<Message> messages, boolean addGenerationPrompt) {
        Mask mask = mask(messages);
        return tokens(mask, render(mask, messages, addGenerationPrompt));
    }

    /**
     * The tokens of a conversation and of the first words of the assistant's next message, to be continued. The words
     * are tokenized together with the text before them, back to the last control token.
     */
    public int[] encodePrefill(List<Message> history, String prefill) {
        Mask mask = mask(history, prefill);
        return tokens(mask, render(mask, history, true) + mask.hide(prefill));
    }

    /**
     * The tokens of a conversation up to where the user's next message starts, so that the model writes it.
     *
     * @param history empty, or with a system or assistant message at its end
     */
    public int[] encodeUserTurn(List<Message> history) {
        if (!history.isEmpty() && history.getLast().role() == Role.USER) {
            throw new IllegalArgumentException(
                    "A user turn follows a system or assistant message; the last message here is the user's: drop it");
        }
        Mask mask = mask(history);
        List<Message> messages = new ArrayList<>(history);
        messages.add(Message.user(mask.sentinel(0)));
        return tokens(
                mask,
                cut(render(mask, messages, false), List.of(mask.sentinel(0))).getFirst());
    }

    /** The tokens that end an assistant message: the model's end-of-text, and the template's end of turn. */
    public int[] stopTokens() {
        return IntStream.concat(
                        IntStream.of(tokenizer.eos()),
                        Stream.of(endOfTurn, tokenizer.id("<|endoftext|>"))
                                .flatMapToInt(OptionalInt::stream)
                                .filter(tokenizer::isControl))
                .distinct()
                .toArray();
    }

    /** The control token that the template puts after an assistant message, if it does so. */
    public OptionalInt endOfTurn() {
        return endOfTurn;
    }

    /**
     * What the template makes of an assistant's turn.
     *
     * @throws ModelFormatException if it ends such a turn with no token
     */
    public AssistantTurn assistantTurn() {
        int end = endOfTurn.orElseThrow(() ->
                new ModelFormatException("the chat template puts no end-of-turn token after an assistant's message"));
        List<Message> opener = List.of(Message.user("Hi"));
        int[] before = encode(opener, false);
        int[] opened = encode(opener, true);
        boolean continued = Arrays.equals(before, Arrays.copyOf(opened, before.length));
        int[] header = continued ? Arrays.copyOfRange(opened, before.length, opened.length) : new int[0];
        return new AssistantTurn(header, end, tokenizer::isControl);
    }

    /** As {@link #encodeForTraining(List, int)}, with all of the last assistant message to be learnt. */
    public TrainingText encodeForTraining(List<Message> messages) {
        return encodeForTraining(messages, 0);
    }

    /**
     * The tokens of a conversation, where those of assistant messages and the end-of-turn token after each are to be
     * learnt. A message is cut into tokens where generation would cut: what comes before it is exactly the prompt
     * after which it would be sampled ({@link #encode} with generation prompt, or {@link #encodePrefill}).
     *
     * @param prefillChars so many characters at the start of the last assistant message are not to be learnt
     */
    public TrainingText encodeForTraining(List<Message> messages, int prefillChars) {
        TrainingEncoder.check(messages, prefillChars);
        Mask mask = mask(messages);
        List<String> contents = assistantContents(messages);
        List<String> sentinels =
                IntStream.range(0, contents.size()).mapToObj(mask::sentinel).toList();
        List<String> parts = cut(render(mask, withAssistant(messages, sentinels), false), sentinels);
        String rendered = render(mask, messages, false);
        if (rendered.equals(join(mask, parts, contents))) {
            return new TrainingEncoder(tokenizer, mask, endOfTurn).encode(parts, contents, prefillChars);
        }
        List<String> stripped = contents.stream()
                .map(content -> mask.restore(Template.strip(mask.hide(content))))
                .toList();
        if (!rendered.equals(join(mask, parts, stripped))) {
            throw new ModelFormatException(CHANGES_CONTENTS);
        }
        int lead = contents.getLast().indexOf(stripped.getLast());
        int given = Math.clamp(prefillChars - lead, 0, stripped.getLast().length());
        return new TrainingEncoder(tokenizer, mask, endOfTurn).encode(parts, stripped, given);
    }

    private OptionalInt findEndOfTurn() {
        Mask mask = mask(List.of());
        List<Message> messages = List.of(Message.user("Hi"), Message.assistant(mask.sentinel(0)));
        String after =
                cut(render(mask, messages, false), List.of(mask.sentinel(0))).getLast();
        return Arrays.stream(tokens(mask, after)).filter(tokenizer::isControl).findFirst();
    }

    private static List<String> assistantContents(List<Message> messages) {
        return messages.stream()
                .filter(message -> message.role() == Role.ASSISTANT)
                .map(Message::content)
                .toList();
    }

    private static List<Message> withAssistant(List<Message> messages, List<String> contents) {
        Iterator<String> next = contents.iterator();
        return messages.stream()
                .map(message -> message.role() == Role.ASSISTANT ? Message.assistant(next.next()) : message)
                .toList();
    }

    private static String join(Mask mask, List<String> parts, List<String> contents) {
        StringBuilder text = new StringBuilder(parts.getFirst());
        for (int i = 0; i < contents.size(); i++) {
            text.append(mask.hide(contents.get(i))).append(parts.get(i + 1));
        }
        return text.toString();
    }

    private Mask mask(List<Message> messages, String... more) {
        Stream<String> contents = messages.stream().map(Message::content);
        return new Mask(
                tokenizer.controlTexts(),
                Stream.concat(contents, Arrays.stream(more)).toList());
    }

    private String render(Mask mask, List<Message> messages, boolean addGenerationPrompt) {
        return render(maps(messages, mask::hide), Map.of(GENERATION_PROMPT, addGenerationPrompt));
    }

    private static List<Map<String, String>> maps(List<Message> messages, UnaryOperator<String> content) {
        return messages.stream()
                .map(message -> {
                    Map<String, String> map = new LinkedHashMap<>();
                    map.put("role", message.role().key());
                    map.put("content", content.apply(message.content()));
                    return map;
                })
                .toList();
    }

    private int[] tokens(Mask mask, String rendered) {
        return tokenizer.encode(rendered, mask::restore);
    }

    /** Cuts a text at sentinels that must appear in it once each, in order. */
    private static List<String> cut(String text, List<String> sentinels) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (String sentinel : sentinels) {
            int at = text.indexOf(sentinel, from);
            if (at < 0 || text.indexOf(sentinel, at + 1) >= 0) {
                throw new ModelFormatException(CHANGES_CONTENTS);
            }
            parts.add(text.substring(from, at));
            from = at + sentinel.length();
        }
        parts.add(text.substring(from));
        return parts;
    }
}
