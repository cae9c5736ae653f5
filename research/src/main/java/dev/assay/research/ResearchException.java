package dev.assay.research;

/** Something about a research workspace that whoever gave the command can mend; the message says how. */
public final class ResearchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ResearchException(String message) {
        super(message);
    }

    public ResearchException(String message, Throwable cause) {
        super(message, cause);
    }
}
