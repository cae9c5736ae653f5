package dev.assay.audit.oracle;

/** An oracle can't be made, read or asked. The message says what to do. */
public final class OracleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OracleException(String message) {
        super(message);
    }
}
