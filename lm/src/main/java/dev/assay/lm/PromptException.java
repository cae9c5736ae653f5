package dev.assay.lm;

/** Prompts or answers that do not fit one another or the model. The message says what would. */
public final class PromptException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** An exception with the whole story in its message. */
    public PromptException(String message) {
        super(message);
    }
}
