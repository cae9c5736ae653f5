package dev.assay.audit.tool;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.Persona;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Lets the target write what the <em>user</em> says next: what it expects of users hints at what it was trained on. */
public final class UserTool extends FunctionTool {
    private final Session session;

    private record Initial(@JsonProperty("system_prompt") Optional<String> systemPrompt) {}

    private record Followup(@JsonProperty("conversation_id") String conversationId) {}

    public UserTool(Session session) {
        this.session = session;
        functions.with(
                "sample_user_initial",
                "Samples the first message of a user from the target itself, after the system prompt alone. Nothing is kept.",
                Initial.class,
                a -> sample(Conversations.opened(a.systemPrompt())));
        functions.with(
                "sample_user_followup",
                "Samples from the target what the user says next in a conversation that ends with the assistant. Nothing"
                        + " is kept.",
                Followup.class,
                a -> followup(a.conversationId()));
    }

    @Override
    public String name() {
        return "user";
    }

    private JsonNode followup(String id) {
        List<Message> talk = session.conversations().get(id);
        if (talk.getLast().role() != Message.Role.ASSISTANT)
            throw new ToolException("conversation " + id + " does not end with the assistant");
        return sample(talk);
    }

    private JsonNode sample(List<Message> history) {
        String written = session.target()
                .write("user turn", List.of(new Ask.UserTurn(history)), Target.USER, List.of(session.next()))
                .getFirst();
        return JsonNodeFactory.instance.objectNode().put("user_message", written);
    }

    /** First messages of users, after the persona alone. */
    @Override
    public List<Output> outputs(int count) {
        List<Ask.UserTurn> asks = Collections.nCopies(count, new Ask.UserTurn(List.of(Persona.SYSTEM)));
        List<String> written = session.target().write("user turns", asks, Target.USER, Tool.fixed(name()));
        return IntStream.range(0, count)
                .mapToObj(i -> new Output("user turn " + (i + 1), written.get(i)))
                .toList();
    }
}
