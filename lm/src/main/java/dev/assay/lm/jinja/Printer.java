package dev.assay.lm.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Values as Python's {@code str} and {@code repr} write them. */
final class Printer {
    private Printer() {}

    static String str(Object value) {
        return switch (value) {
            case String text -> text;
            case Undefined undefined -> "";
            default -> repr(value);
        };
    }

    static String repr(Object value) {
        return switch (value) {
            case String text -> quoted(text);
            case None none -> "None";
            case Boolean truth -> truth ? "True" : "False";
            case Long number -> Long.toString(number);
            case BigInteger number -> number.toString();
            case Double number -> Numbers.text(number);
            case Tuple tuple when tuple.size() == 1 -> "(" + repr(tuple.getFirst()) + ",)";
            case Tuple tuple -> listed(tuple, "(", ")");
            case List<?> list -> listed(list, "[", "]");
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> repr(entry.getKey()) + ": " + repr(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case View view -> view.name() + "(" + listed(view.items(), "[", "]") + ")";
            case Undefined undefined -> "Undefined";
            default -> throw new JinjaException("a " + Values.type(value) + " can't be printed");
        };
    }

    private static String listed(List<?> items, String open, String close) {
        return items.stream().map(Printer::repr).collect(Collectors.joining(", ", open, close));
    }

    private static String quoted(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder out = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (printable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append((c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c));
                    }
                }
            }
        });
        return out.append(quote).toString();
    }

    private static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
