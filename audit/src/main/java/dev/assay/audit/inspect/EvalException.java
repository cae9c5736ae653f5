package dev.assay.audit.inspect;

/** A file is no log of Inspect that can be read. The message names the file and what is wrong. */
public final class EvalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EvalException(String message) {
        super(message);
    }

    EvalException(String message, Throwable cause) {
        super(message, cause);
    }
}
