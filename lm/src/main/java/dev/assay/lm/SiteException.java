package dev.assay.lm;

/** A site is asked for that does not exist. The message lists those that do. */
public final class SiteException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** An exception with the whole story in its message. */
    public SiteException(String message) {
        super(message);
    }
}
