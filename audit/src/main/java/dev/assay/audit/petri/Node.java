package dev.assay.audit.petri;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * A message in the tree of a transcript.
 *
 * @param id position in the order in which messages were written, from 0
 * @param after the message that it follows; -1 for the system prompt
 * @param content the whole text, with a prefill
 * @param prefill how many of its first characters were put into the target's mouth
 */
public record Node(int id, int after, Role role, String content, int prefill) {
    /** Whose message it is. */
    public enum Role {
        @JsonProperty("system")
        SYSTEM,
        @JsonProperty("user")
        USER,
        /** The result of a simulated tool. */
        @JsonProperty("tool")
        TOOL,
        @JsonProperty("assistant")
        ASSISTANT;

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What the target wrote itself. */
    public String own() {
        return content.substring(prefill).strip();
    }
}
