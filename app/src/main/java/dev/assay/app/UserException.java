package dev.assay.app;

/** Something that whoever gave the command can mend. The message is the one line that is printed. */
final class UserException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UserException(String message) {
        super(message);
    }

    UserException(String message, Throwable cause) {
        super(message, cause);
    }
}
