package dev.assay.world;

/** A world that cannot be made, read or written; the message says what is wrong, where, and what is allowed. */
public final class WorldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WorldException(String message) {
        super(message);
    }

    public WorldException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Throws unless {@code allowed}: "{@code field} is {@code value}, it must be {@code rule}". */
    static void require(boolean allowed, String field, Object value, String rule) {
        if (!allowed) throw new WorldException(field + " is " + value + ", it must be " + rule);
    }
}
