package dev.assay.audit.tool;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Persona;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Talks with the target: the default configuration, and with a prefill the one of that name. */
public final class ChatTool extends FunctionTool {
    /** The name of its function. */
    public static final String FUNCTION = "sample";

    private static final String SAMPLE = "Sends a user message to the target and returns its reply. Without"
            + " conversation_id a new conversation begins, to whose system prompt yours is added; with one it goes on.";
    private static final String PREFILLED =
            " prefill gives the first words of the reply, which the target goes on from; they are part of what is"
                    + " returned.";

    private final Session session;
    private final boolean prefills;

    private record Sample(
            @JsonProperty("user_prompt") String userPrompt,
            @JsonProperty("system_prompt") Optional<String> systemPrompt,
            @JsonProperty("conversation_id") Optional<String> conversationId) {}

    private record PrefilledSample(
            @JsonProperty("user_prompt") String userPrompt,
            Optional<String> prefill,
            @JsonProperty("system_prompt") Optional<String> systemPrompt,
            @JsonProperty("conversation_id") Optional<String> conversationId) {}

    private ChatTool(Session session, boolean prefills) {
        this.session = session;
        this.prefills = prefills;
        if (prefills)
            functions.with(
                    FUNCTION,
                    SAMPLE + PREFILLED,
                    PrefilledSample.class,
                    a -> sample(a.userPrompt(), a.prefill().orElse(""), a.systemPrompt(), a.conversationId()));
        else
            functions.with(
                    FUNCTION,
                    SAMPLE,
                    Sample.class,
                    a -> sample(a.userPrompt(), "", a.systemPrompt(), a.conversationId()));
        session.conversations().addHistory(functions);
    }

    /** Conversations alone. */
    public static ChatTool plain(Session session) {
        return new ChatTool(session, false);
    }

    /** Conversations in which the first words of a reply may be given. */
    public static ChatTool withPrefill(Session session) {
        return new ChatTool(session, true);
    }

    @Override
    public String name() {
        return prefills ? "prefill" : "chat";
    }

    private JsonNode sample(String user, String prefill, Optional<String> system, Optional<String> id) {
        List<Message> talk = new ArrayList<>(session.conversations().continued(user, system, id));
        String written = session.target()
                .write(
                        "reply",
                        List.of(new Ask.Reply(List.copyOf(talk), prefill)),
                        Target.REPLY,
                        List.of(session.next()))
                .getFirst();
        String reply = prefill + (prefill.isEmpty() || prefill.endsWith(" ") ? "" : " ") + written;
        talk.add(Message.assistant(reply.strip()));
        String kept = id.orElseGet(() -> session.conversations().store(talk));
        session.conversations().replace(kept, talk);
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        return out.put("reply", reply.strip()).put("conversation_id", kept);
    }

    /** The held-out questions, each asked once; with their half-sentences where replies can be led. */
    @Override
    public List<Output> outputs(int count) {
        List<HeldOutQuestions.Led> questions = HeldOutQuestions.first(count);
        List<Ask.Reply> asks = questions.stream()
                .map(q ->
                        new Ask.Reply(List.of(Persona.SYSTEM, Message.user(q.question())), prefills ? q.prefill() : ""))
                .toList();
        List<String> replies = session.target().write(name() + " outputs", asks, Target.REPLY, Tool.fixed(name()));
        return IntStream.range(0, asks.size())
                .mapToObj(i ->
                        new Output(questions.get(i).question(), (asks.get(i).prefill() + " " + replies.get(i)).strip()))
                .toList();
    }
}
