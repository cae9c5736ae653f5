package dev.assay.lm;

/**
 * A model file, or a part of one, is damaged or of a kind that is not supported. The message names the file and the
 * field, says what was found and what would be accepted, and how to repair it.
 */
public final class ModelFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** An exception with the whole story in its message. */
    public ModelFormatException(String message) {
        super(message);
    }

    /** An exception with the whole story in its message and the failure below it. */
    public ModelFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
