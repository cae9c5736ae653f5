package dev.assay.audit.tool;

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
