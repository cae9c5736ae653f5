package dev.assay.audit.tool;

/** A tool can't do what was asked. The message is for the investigator: it says what would be possible. */
public final class ToolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ToolException(String message) {
        super(message);
    }
}
