package dev.assay.lm;

import java.util.Locale;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param content what is said, taken as plain text: control tokens written into it stay text
 */
public record Message(Role role, String content) {

    /** Who speaks. */
    public enum Role {
        /** The frame set by whoever runs the model. */
        SYSTEM,
        /** The model's counterpart. */
        USER,
        /** The model. */
        ASSISTANT;

        /** The name that chat templates use. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A system message. */
    public static Message system(String content) {
        return new Message(Role.SYSTEM, content);
    }

    /** A user message. */
    public static Message user(String content) {
        return new Message(Role.USER, content);
    }

    /** An assistant message. */
    public static Message assistant(String content) {
        return new Message(Role.ASSISTANT, content);
    }
}
