package dev.assay.audit.petri;

/** A file of seeds is not as it must be; the message names file, seed, section and remedy. */
public final class SeedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SeedException(String message) {
        super(message);
    }
}
