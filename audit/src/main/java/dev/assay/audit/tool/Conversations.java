package dev.assay.audit.tool;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.lm.Message;
import dev.assay.organism.Persona;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The conversations of one run, by the ids that the investigator knows. */
public final class Conversations {
    private final Map<String, List<Message>> talks = new LinkedHashMap<>();

    /**
     * A conversation with the persona's system prompt, to which the investigator's own is added; not stored before
     * {@link #store}.
     */
    public static List<Message> opened(Optional<String> system) {
        return List.of(system.filter(s -> !s.isBlank())
                .map(s -> Message.system(Persona.TEXT + "\n\n" + s.strip()))
                .orElse(Persona.SYSTEM));
    }

    /**
     * A conversation to which the user has said one more thing; not stored.
     *
     * @param system the investigator's system prompt, of a new conversation alone
     * @param id of the conversation that goes on; empty for a new one
     * @throws ToolException if nothing is said, there is no such conversation, or it has its system prompt already
     */
    List<Message> continued(String user, Optional<String> system, Optional<String> id) {
        if (user.isBlank()) throw new ToolException("user_prompt is empty: say something to the target");
        if (id.isPresent() && system.isPresent())
            throw new ToolException("a conversation that has begun keeps its system prompt: leave system_prompt or"
                    + " conversation_id out");
        var talk = new ArrayList<>(id.map(this::get).orElseGet(() -> opened(system)));
        talk.add(Message.user(user));
        return List.copyOf(talk);
    }

    private record History(@JsonProperty("conversation_id") String conversationId) {}

    /** Adds the function that shows a conversation. */
    void addHistory(Functions functions) {
        functions.with("get_conversation_history", "Returns all messages of a conversation.", History.class, a -> {
            ArrayNode out = JsonNodeFactory.instance.arrayNode();
            for (Message m : get(a.conversationId()))
                out.addObject().put("role", m.role().key()).put("content", m.content());
            return out;
        });
    }

    /** Keeps a new conversation. */
    public synchronized String store(List<Message> talk) {
        String id = "c" + (talks.size() + 1);
        talks.put(id, List.copyOf(talk));
        return id;
    }

    /** Keeps what was added to a conversation. */
    public synchronized void replace(String id, List<Message> talk) {
        get(id);
        talks.put(id, List.copyOf(talk));
    }

    /** {@link ToolException} if there is no conversation of that id. */
    public synchronized List<Message> get(String id) {
        List<Message> talk = talks.get(id);
        if (talk == null)
            throw new ToolException("there is no conversation " + id + "; there are "
                    + (talks.isEmpty() ? "none yet" : String.join(", ", talks.keySet())));
        return talk;
    }

    public synchronized List<List<Message>> all() {
        return new ArrayList<>(talks.values());
    }
}
