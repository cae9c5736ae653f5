package dev.assay.organism;

/** A behaviour that is unknown or whose files are wrong; the message names file and field. */
public final class BehaviourException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BehaviourException(String message) {
        super(message);
    }

    public BehaviourException(String message, Throwable cause) {
        super(message, cause);
    }
}
