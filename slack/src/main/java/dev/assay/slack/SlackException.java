package dev.assay.slack;

/** Slack can't be reached, or refuses; the message says what to do, and never a token. */
public final class SlackException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public SlackException(String message) {
        super(message);
    }

    SlackException(String message, Throwable cause) {
        super(message, cause);
    }
}
