package dev.assay.lm.jinja;

/**
 * A piece of a template.
 *
 * @param text what it says: for strings without quotes and escapes
 * @param line where it starts, counted from 1
 */
record Token(Kind kind, String text, int line) {

    /** What a piece is. */
    enum Kind {
        DATA("text"),
        PRINT_BEGIN("'{{'"),
        PRINT_END("'}}'"),
        TAG_BEGIN("'{%'"),
        TAG_END("'%}'"),
        NAME("name"),
        STRING("string"),
        INTEGER("integer"),
        FLOAT("float"),
        OPERATOR("operator"),
        END("end of the template");

        private final String described;

        Kind(String described) {
            this.described = described;
        }
    }

    boolean is(Kind other) {
        return kind == other;
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    /** For messages. */
    String describe() {
        return switch (kind) {
            case NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
            case STRING -> "the string \"" + text + "\"";
            default -> kind.described;
        };
    }
}
