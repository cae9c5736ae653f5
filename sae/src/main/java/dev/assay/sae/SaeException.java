package dev.assay.sae;

/** A sparse autoencoder cannot be made, read or trained as asked; the message says what to change. */
public class SaeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public SaeException(String message) {
        super(message);
    }

    public SaeException(String message, Throwable cause) {
        super(message, cause);
    }
}
