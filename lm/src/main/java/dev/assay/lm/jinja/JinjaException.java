package dev.assay.lm.jinja;

/** A template that can't be read, or can't be rendered with the values given. */
public final class JinjaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line;

    JinjaException(String message) {
        this(message, 0);
    }

    JinjaException(String message, int line) {
        super(message);
        this.line = line;
    }

    /** The line of the template, counted from 1; 0 where it is not known. */
    public int line() {
        return line;
    }

    /** The same, with a line if it has none. */
    JinjaException at(int where) {
        if (line > 0) {
            return this;
        }
        JinjaException placed = new JinjaException(getMessage(), where);
        placed.setStackTrace(getStackTrace());
        return placed;
    }

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
