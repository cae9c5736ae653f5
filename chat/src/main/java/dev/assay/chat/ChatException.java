package dev.assay.chat;

import java.util.List;
import java.util.stream.Collectors;

/** Something that went wrong between Assay and a model. The message names the role and the remedy, and never a key. */
public abstract sealed class ChatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ChatException(String message) {
        super(message);
    }

    /** The roles' file, a role or the environment is not as it must be. */
    public static final class Configuration extends ChatException {
        private static final long serialVersionUID = 1L;

        public Configuration(String message) {
            super(message);
        }
    }

    /** The model can't do what was asked. Nothing was sent. */
    public static final class Unsupported extends ChatException {
        private static final long serialVersionUID = 1L;
        private final Feature feature;

        Unsupported(String role, String model, Feature feature, List<String> instead) {
            super("role %s: %s cannot %s; %s"
                    .formatted(
                            role,
                            model,
                            feature.what(),
                            instead.isEmpty()
                                    ? "no provider can"
                                    : "models of these providers can: "
                                            + instead.stream().collect(Collectors.joining(", "))
                                            + " (docs/chat.md)"));
            this.feature = feature;
        }

        public Feature feature() {
            return feature;
        }
    }

    /** The provider refuses: a wrong key, address, model or request. Asking again would not help. */
    public static final class Rejected extends ChatException {
        private static final long serialVersionUID = 1L;
        private final int status;

        Rejected(int status, String message) {
            super(message);
            this.status = status;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }
    }

    /** No answer came, however often it was tried. */
    public static final class Unreachable extends ChatException {
        private static final long serialVersionUID = 1L;

        Unreachable(String message) {
            super(message);
        }
    }

    /** The next call could go over the role's limit. */
    public static final class OverLimit extends ChatException {
        private static final long serialVersionUID = 1L;

        OverLimit(String message) {
            super(message);
        }
    }

    /** The model's answer is not of the form that was asked for, also after it was shown its error. */
    public static final class Malformed extends ChatException {
        private static final long serialVersionUID = 1L;
        private final String raw;

        Malformed(String message, String raw) {
            super(message);
            this.raw = raw;
        }

        /** What the model wrote last. */
        public String raw() {
            return raw;
        }
    }
}
