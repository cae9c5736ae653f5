package dev.assay.lm.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What stands between two values. */
final class Operators {
    private Operators() {}

    /** {@code left + right} and the other operators, for what is no number too. */
    static Object operate(String operator, Object left, Object right) {
        if (operator.equals("%") && left instanceof String format) {
            return Formats.percent(format, right);
        }
        if (Numbers.is(left) && Numbers.is(right)) {
            return Numbers.calculate(operator, left, right);
        }
        if (left instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (operator.equals("+")) {
            if (left instanceof String a && right instanceof String b) {
                Limits.size((long) a.length() + b.length());
                return a + b;
            }
            if (left instanceof List<?> a && right instanceof List<?> b && a instanceof Tuple == b instanceof Tuple) {
                List<Object> all = new ArrayList<>(Limits.size((long) a.size() + b.size()));
                all.addAll(a);
                all.addAll(b);
                return a instanceof Tuple ? new Tuple(all) : all;
            }
        }
        if (operator.equals("*")) {
            if (Numbers.whole(right) && (left instanceof String || left instanceof List<?>)) {
                return repeat(left, Numbers.toLong(right));
            }
            if (Numbers.whole(left) && (right instanceof String || right instanceof List<?>)) {
                return repeat(right, Numbers.toLong(left));
            }
        }
        throw new JinjaException(
                "%s can't be used between '%s' and '%s'".formatted(operator, Values.type(left), Values.type(right)));
    }

    private static Object repeat(Object value, long times) {
        long size = value instanceof String text ? text.length() : ((Collection<?>) value).size();
        int count = size == 0 || times <= 0 ? 0 : Limits.size(times);
        Limits.size(size * count);
        if (value instanceof String text) {
            return text.repeat(count);
        }
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.addAll((Collection<?>) value);
        }
        return value instanceof Tuple ? new Tuple(all) : all;
    }
}
