package dev.assay.app.view;

/** Something that can't be shown, and what to do about it. */
public final class ViewException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ViewException(String message) {
        super(message);
    }

    public ViewException(String message, Throwable cause) {
        super(message, cause);
    }
}
