package dev.assay.chat;

import java.time.Duration;
import java.util.Optional;

/** An attempt that brought no answer. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is to be done about it. */
    enum Kind {
        /** Too much at once: wait, and ask for less at a time. */
        OVERLOADED,
        /** Nobody listens there, or the connection broke before anything was sent. */
        UNREACHED,
        /** The request was taken, its answer was lost on the way: it may have been paid for. */
        LOST,
        /** The request is refused, and would be again. */
        REJECTED
    }

    private final Kind kind;
    private final int status;
    private final transient Optional<Duration> retryAfter;

    Failure(Kind kind, int status, Optional<Duration> retryAfter, String message) {
        super(message);
        this.kind = kind;
        this.status = status;
        this.retryAfter = retryAfter;
    }

    Failure(Kind kind, String message) {
        this(kind, 0, Optional.empty(), message);
    }

    Kind kind() {
        return kind;
    }

    /** The HTTP status; 0 where there was none. */
    int status() {
        return status;
    }

    /** How long the server asks to wait. */
    Optional<Duration> retryAfter() {
        return retryAfter;
    }

    String what() {
        return String.valueOf(getMessage());
    }
}
