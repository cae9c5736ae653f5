package dev.assay.app.serve;

/** A server that can't start. The message says what would help. */
public final class ServeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ServeException(String message) {
        super(message);
    }

    public ServeException(String message, Throwable cause) {
        super(message, cause);
    }
}
