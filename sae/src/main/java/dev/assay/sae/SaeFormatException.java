package dev.assay.sae;

/**
 * A checkpoint of a sparse autoencoder is damaged or of a kind that is not supported. The message names the file and the
 * field, says what was found and what would be accepted, and how to repair it.
 */
public final class SaeFormatException extends SaeException {
    private static final long serialVersionUID = 1;

    /** An exception with the whole story in its message. */
    public SaeFormatException(String message) {
        super(message);
    }

    /** An exception with the whole story in its message and the failure below it. */
    public SaeFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
