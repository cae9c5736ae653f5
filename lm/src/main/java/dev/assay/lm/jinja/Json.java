package dev.assay.lm.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code json.dumps}, which is what transformers makes of the filter {@code tojson}. */
final class Json {
    private final boolean ascii;
    private final String indent; // of one level; null characters never appear in it
    private final boolean lines;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sorted;
    private final StringBuilder out = new StringBuilder();

    private Json(Args.Bound arguments) {
        this.ascii = arguments.flag("ensure_ascii");
        this.lines = !arguments.none("indent");
        Object width = arguments.value("indent", 0L);
        this.indent = !lines
                ? ""
                : width instanceof String text
                        ? text
                        : " ".repeat(Limits.size(Math.max(0, Numbers.integer(width, "tojson: the argument indent"))));
        List<Object> separators = arguments.none("separators") ? List.of() : Values.list(arguments.value("separators"));
        if (!separators.isEmpty() && separators.size() != 2) {
            throw new JinjaException("tojson takes two separators, not " + separators.size());
        }
        this.itemSeparator = separators.isEmpty() ? (lines ? "," : ", ") : Printer.str(separators.getFirst());
        this.keySeparator = separators.isEmpty() ? ": " : Printer.str(separators.getLast());
        this.sorted = arguments.flag("sort_keys");
    }

    static String write(Args args) {
        Args.Bound arguments = args.bind("tojson", "value*", "ensure_ascii", "indent", "separators", "sort_keys");
        Json json = new Json(arguments);
        json.value(arguments.value("value"), "\n");
        return json.out.toString();
    }

    private void value(Object value, String newline) {
        Limits.size(out.length());
        switch (value) {
            case String text -> string(text);
            case None none -> out.append("null");
            case Boolean truth -> out.append(truth.booleanValue());
            case Long number -> out.append(number.longValue());
            case BigInteger number -> out.append(number);
            case Double number -> out.append(decimal(number));
            case List<?> list -> {
                Iterator<?> items = list.iterator();
                collection("[", items, "]", newline, inner -> value(items.next(), inner));
            }
            case Map<?, ?> map -> object(map, newline);
            case Undefined undefined -> throw undefined.used();
            default -> throw new JinjaException("a " + Values.type(value) + " can't be written as JSON");
        }
    }

    private void object(Map<?, ?> map, String newline) {
        List<Object> keys = new ArrayList<>(map.keySet());
        if (sorted) {
            Collections.sort(keys, Comparison::order);
        }
        Iterator<Object> next = keys.iterator();
        collection("{", next, "}", newline, inner -> {
            Object key = next.next();
            string(key(key));
            out.append(keySeparator);
            value(Values.map(map).getOrDefault(key, None.NONE), inner);
        });
    }

    private interface Step {
        void write(String newline);
    }

    private void collection(String open, Iterator<?> items, String close, String newline, Step step) {
        out.append(open);
        String inner = newline + indent;
        boolean empty = !items.hasNext();
        while (items.hasNext()) {
            if (lines) {
                out.append(inner);
            }
            step.write(inner);
            out.append(items.hasNext() ? itemSeparator : "");
        }
        if (lines && !empty) {
            out.append(newline);
        }
        out.append(close);
    }

    private static String key(Object key) {
        return switch (key) {
            case String text -> text;
            case None none -> "null";
            case Boolean truth -> truth ? "true" : "false";
            case Long number -> number.toString();
            case Double number -> decimal(number);
            default -> throw new JinjaException("a key of type " + Values.type(key) + " can't be written as JSON");
        };
    }

    private static String decimal(double number) {
        return switch (Numbers.text(number)) {
            case "nan" -> "NaN";
            case "inf" -> "Infinity";
            case "-inf" -> "-Infinity";
            case String digits -> digits;
        };
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default ->
                    out.append(c < ' ' || ascii && c > '~' ? "\\u%04x".formatted((int) c) : Character.toString(c));
            }
        }
        out.append('"');
    }
}
