package dev.assay.lm.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The tests by name, which follow {@code is}. */
final class Tests {
    private interface Test {
        boolean holds(Object value, Args args);
    }

    private static final Map<String, Test> ALL = new HashMap<>();

    static {
        plain("defined", value -> !(value instanceof Undefined));
        plain("undefined", value -> value instanceof Undefined);
        plain("none", value -> value == None.NONE);
        plain("boolean", value -> value instanceof Boolean);
        plain("true", value -> value.equals(true));
        plain("false", value -> value.equals(false));
        plain("integer", value -> value instanceof Long || value instanceof java.math.BigInteger);
        plain("float", value -> value instanceof Double);
        plain("number", value -> Numbers.is(value) || value instanceof java.math.BigInteger);
        plain("string", value -> value instanceof String);
        plain("mapping", value -> value instanceof Map<?, ?>);
        plain("sequence", Tests::isSequence);
        plain(
                "iterable",
                value -> isSequence(value) || value instanceof Lazy || value instanceof View || value instanceof Loop);
        plain("callable", value -> value instanceof Callable);
        plain("lower", value -> cased(value, "islower"));
        plain("upper", value -> cased(value, "isupper"));
        plain("odd", value -> Numbers.integer(Operators.operate("%", value, 2L), "what is odd") == 1);
        plain("even", value -> Numbers.integer(Operators.operate("%", value, 2L), "what is even") == 0);
        plain("filter", value -> Filters.exists(Printer.str(value)));
        plain("test", value -> exists(Printer.str(value)));
        plain("escaped", value -> false);
        pair("divisibleby", (value, args) -> Comparison.same(Operators.operate("%", value, args), 0L));
        pair(
                "sameas",
                (value, other) -> value == other
                        || value.equals(other) && !(value instanceof List<?>) && !(value instanceof Map<?, ?>));
        comparison("in", "in");
        for (String name : List.of("eq", "equalto", "==")) {
            comparison(name, "==");
        }
        comparison("ne", "!=");
        comparison("!=", "!=");
        for (String name : List.of("gt", "greaterthan", ">")) {
            comparison(name, ">");
        }
        for (String name : List.of("lt", "lessthan", "<")) {
            comparison(name, "<");
        }
        comparison("ge", ">=");
        comparison(">=", ">=");
        comparison("le", "<=");
        comparison("<=", "<=");
    }

    private Tests() {}

    static boolean exists(String name) {
        return ALL.containsKey(name);
    }

    static JinjaException unknown(String name) {
        return new JinjaException("unknown test '" + name + "'");
    }

    static boolean holds(String name, Object value, Args args) {
        Test test = ALL.get(name);
        if (test == null) {
            throw unknown(name);
        }
        return test.holds(value, args);
    }

    private static void plain(String name, Predicate<Object> test) {
        ALL.put(name, (value, args) -> {
            args.bind("the test " + name);
            return test.test(value);
        });
    }

    private interface Pair {
        boolean holds(Object value, Object other);
    }

    private static void pair(String name, Pair test) {
        ALL.put(
                name,
                (value, args) -> test.holds(
                        value, args.bind("the test " + name, "other*").value("other")));
    }

    private static void comparison(String name, String operator) {
        pair(name, (value, other) -> Comparison.holds(operator, value, other));
    }

    private static boolean isSequence(Object value) {
        return value instanceof String
                || value instanceof List<?>
                || value instanceof Map<?, ?>
                || value instanceof Undefined;
    }

    private static boolean cased(Object value, String method) {
        return Values.truth(StringMethods.of(Printer.str(value), method).call(Args.NONE));
    }
}
