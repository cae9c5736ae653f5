package dev.assay.app.view.live;

/** A question that can't be answered; the message names what to change. */
public final class LiveException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean busy;

    LiveException(String message) {
        this(message, false);
    }

    private LiveException(String message, boolean busy) {
        super(message);
        this.busy = busy;
    }

    static LiveException busy(String message) {
        return new LiveException(message, true);
    }

    /** Whether the same question may be answered later. */
    public boolean later() {
        return busy;
    }
}
