package dev.assay.lm.jinja;

import java.util.HashMap;
import java.util.Map;

/** The filters by name: jinja2's own that make sense in a text for a model, and transformers' {@code tojson}. */
final class Filters {
    /** A filter: the value before the bar, and the arguments. */
    interface Filter {
        Object apply(Object value, Args args);
    }

    private static final Map<String, Filter> ALL = new HashMap<>();

    static {
        ALL.putAll(TextFilters.all());
        ALL.putAll(ListFilters.all());
        ALL.put("tojson", (value, args) -> Json.write(args.after(value)));
        ALL.put("default", Filters::orDefault);
        ALL.put("d", Filters::orDefault);
        ALL.put("attr", (value, args) -> {
            String name = args.bind("attr", "name*").text("name");
            return value instanceof Map<?, ?> && !Attributes.isMethod(value, name)
                    ? new Undefined("'" + name + "' of a dict")
                    : Attributes.attribute(value, name);
        });
        ALL.put("int", Filters::toInteger);
        ALL.put("float", Filters::toFloat);
        ALL.put("abs", (value, args) -> {
            args.bind("abs");
            if (!Numbers.is(value)) {
                throw new JinjaException("abs takes a number, not " + Values.type(value));
            }
            boolean negative = Comparison.order(value, 0L) < 0;
            return negative ? Numbers.negate(value) : Numbers.plus(value);
        });
        ALL.put("round", Filters::round);
    }

    private Filters() {}

    static boolean exists(String name) {
        return ALL.containsKey(name);
    }

    static JinjaException unknown(String name) {
        return new JinjaException("unknown filter '" + name + "'");
    }

    static Object apply(String name, Object value, Args args) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw unknown(name);
        }
        return filter.apply(value, args);
    }

    private static Object orDefault(Object value, Args args) {
        Args.Bound bound = args.bind("default", "default_value", "boolean");
        boolean replaced = value instanceof Undefined || bound.flag("boolean") && !Values.truth(value);
        return replaced ? bound.value("default_value", "") : value;
    }

    private static Object toInteger(Object value, Args args) {
        Args.Bound bound = args.bind("int", "default", "base");
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (Numbers.whole(value)) {
            return Numbers.toLong(value);
        }
        try {
            if (value instanceof String text) {
                String digits = Strings.strip(text).replace("_", "");
                return Long.parseLong(digits, (int) bound.integer("base", 10));
            }
        } catch (NumberFormatException e) {
            // perhaps a decimal
        }
        double number = decimal(value);
        return Double.isFinite(number) && Math.abs(number) < 0x1p63
                ? (Object) (long) number
                : bound.value("default", 0L);
    }

    private static Object toFloat(Object value, Args args) {
        Args.Bound bound = args.bind("float", "default");
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        double number = decimal(value);
        return Double.isNaN(number) ? bound.value("default", 0.0) : (Object) number;
    }

    /** The value as a float; NaN if it is none. */
    private static double decimal(Object value) {
        if (Numbers.is(value)) {
            return Numbers.toDouble(value);
        }
        try {
            String text = value instanceof String string ? Strings.strip(string) : "";
            boolean java = text.isEmpty() || "dDfF".indexOf(text.charAt(text.length() - 1)) >= 0 || text.contains("x");
            return java ? Double.NaN : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static Object round(Object value, Args args) {
        Args.Bound bound = args.bind("round", "precision", "method");
        if (!Numbers.is(value)) {
            throw new JinjaException("round takes a number, not " + Values.type(value));
        }
        int precision = (int) bound.integer("precision", 0);
        java.math.RoundingMode mode = switch (bound.text("method", "common")) {
            case "common" -> java.math.RoundingMode.HALF_EVEN;
            case "ceil" -> java.math.RoundingMode.CEILING;
            case "floor" -> java.math.RoundingMode.FLOOR;
            default -> throw new JinjaException("round knows the methods common, ceil and floor");
        };
        double number = Numbers.toDouble(value);
        return Double.isFinite(number)
                ? (Object) new java.math.BigDecimal(number)
                        .setScale(precision, mode)
                        .doubleValue()
                : (Object) number;
    }
}
