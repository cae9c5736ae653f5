package dev.assay.journal;

/**
 * Something about a run folder that its user can put right: a full disk, a damaged file, a folder in use. The message
 * names the file and the remedy, and is fit to be shown without a stack trace.
 */
public class JournalException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** An error with nothing behind it. */
    public JournalException(String message) {
        super(message);
    }

    /** An error with what caused it. */
    public JournalException(String message, Throwable cause) {
        super(message, cause);
    }
}
