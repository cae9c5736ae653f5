package dev.assay.app.serve;

import dev.assay.lm.ChatTemplate;
import dev.assay.lm.Message;
import dev.assay.lm.ModelFormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A conversation, and whose words are wanted next.
 *
 * @param next the assistant's message, the rest of one that has begun, the user's message, or nothing
 * @param options for the template, beside what it always gets
 */
record Talk(Turns turns, Tools tools, Next next, Map<String, Object> options) {
    enum Next {
        REPLY,
        CONTINUED,
        USER,
        NOTHING
    }

    static Talk of(Fields body) {
        Turns turns = Turns.of(body);
        boolean continued = body.flag("continue_final_message", false);
        boolean prompting = body.flag("add_generation_prompt", !continued);
        if (continued && prompting)
            throw body.wrong("add_generation_prompt", "false or left out where the final message is continued");
        Next next = continued ? Next.CONTINUED : prompting ? Next.REPLY : Next.USER;
        check(body, turns, next);
        return new Talk(
                turns, Tools.of(body), next, body.object("chat_template_kwargs").map());
    }

    /** The messages as they are, where {@code add_generation_prompt} is false. */
    static Talk rendered(Fields body) {
        boolean only = !body.flag("add_generation_prompt", true) && !body.flag("continue_final_message", false);
        if (!only) return of(body);
        return new Talk(
                Turns.of(body),
                Tools.of(body),
                Next.NOTHING,
                body.object("chat_template_kwargs").map());
    }

    /** The fields of a conversation beside a bare prompt: they change nothing, but a wrong one is refused all the same. */
    static void passedOver(Fields body) {
        body.flag("continue_final_message", false);
        body.flag("add_generation_prompt", true);
        body.object("chat_template_kwargs");
        Tools.of(body);
    }

    private static void check(Fields body, Turns turns, Next next) {
        String last = turns.all().isEmpty() ? "" : turns.all().getLast().role();
        if (next == Next.REPLY && last.isEmpty()) throw body.wrong("messages", "a list of at least one message");
        if (next == Next.CONTINUED
                && (!last.equals("assistant") || turns.all().getLast().content().isEmpty()))
            throw body.wrong("messages", "ended by words of the assistant, which continue_final_message continues");
        if (next == Next.USER && last.equals("user"))
            throw body.wrong(
                    "messages",
                    "empty or ended by another's message where add_generation_prompt is false: the user's next message"
                            + " is written");
    }

    /** What a model is given to go on from. */
    int[] tokens(Model model) {
        ChatTemplate template = model.talk();
        boolean shown = model.tools() && (!tools.isEmpty() || turns.called());
        try {
            return shown ? shown(template) : said(template);
        } catch (ModelFormatException | IllegalArgumentException e) {
            throw Refusal.field("messages", "the model's chat template refuses this: " + e.getMessage());
        }
    }

    /** With tools as the template shows them. */
    private int[] shown(ChatTemplate template) {
        if (next == Next.USER)
            throw Refusal.unsupported(
                    "add_generation_prompt", "the user's message can't be written where there are tools");
        Map<String, Object> all = new HashMap<>(options);
        if (!tools.isEmpty()) all.put("tools", tools.all());
        return template.encode(turns.maps(), wanting(all));
    }

    private Map<String, Object> wanting(Map<String, Object> all) {
        if (next == Next.CONTINUED) all.put("continue_final_message", true);
        all.put("add_generation_prompt", next == Next.REPLY);
        return all;
    }

    /** In messages of system, user and assistant alone. */
    private int[] said(ChatTemplate template) {
        List<Message> messages = messages();
        if (!options.isEmpty() && next != Next.USER)
            return template.encode(
                    messages.stream()
                            .map(m -> Map.of("role", m.role().key(), "content", m.content()))
                            .toList(),
                    wanting(new HashMap<>(options)));
        return switch (next) {
            case REPLY -> template.encode(messages, true);
            case CONTINUED ->
                template.encodePrefill(
                        messages.subList(0, messages.size() - 1),
                        messages.getLast().content());
            case USER -> template.encodeUserTurn(messages);
            case NOTHING -> template.encode(messages, false);
        };
    }

    private List<Message> messages() {
        List<Message> all = new ArrayList<>();
        for (Turns.Turn turn : turns.all()) all.add(message(turn));
        if (tools.isEmpty()) return all;
        String instructions = ToolText.instructions(tools.all());
        if (!all.isEmpty() && all.getFirst().role() == Message.Role.SYSTEM)
            all.set(0, Message.system(all.getFirst().content() + "\n\n" + instructions));
        else all.addFirst(Message.system(instructions));
        return all;
    }

    private static Message message(Turns.Turn turn) {
        return switch (turn.role()) {
            case "system" -> Message.system(turn.content());
            case "user" -> Message.user(turn.content());
            case "tool" -> Message.user(ToolText.response(turn.content()));
            default -> {
                List<String> parts = new ArrayList<>();
                if (!turn.content().isEmpty()) parts.add(turn.content());
                turn.calls().forEach(c -> parts.add(ToolText.call(c.name(), c.arguments())));
                yield Message.assistant(String.join("\n", parts));
            }
        };
    }
}
