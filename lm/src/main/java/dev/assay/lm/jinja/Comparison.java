package dev.assay.lm.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Python's comparisons. */
final class Comparison {
    private Comparison() {}

    static boolean holds(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> same(left, right);
            case "!=" -> !same(left, right);
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            case "<" -> order(left, right) < 0;
            case "<=" -> order(left, right) <= 0;
            case ">" -> order(left, right) > 0;
            default -> order(left, right) >= 0;
        };
    }

    static boolean same(Object left, Object right) {
        if (Numbers.is(left) && Numbers.is(right)) {
            return Numbers.whole(left) && Numbers.whole(right)
                    ? Numbers.toLong(left) == Numbers.toLong(right)
                    : Numbers.toDouble(left) == Numbers.toDouble(right);
        }
        return switch (left) {
            case Undefined undefined -> right instanceof Undefined;
            case Map<?, ?> map -> right instanceof Map<?, ?> other && sameMaps(map, other);
            case List<?> list ->
                right instanceof List<?> other
                        && left instanceof Tuple == right instanceof Tuple
                        && sameItems(list, other);
            default -> left.equals(right);
        };
    }

    private static boolean sameItems(List<?> left, List<?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        Iterator<?> other = right.iterator();
        return left.stream().allMatch(item -> same(item, other.next()));
    }

    private static boolean sameMaps(Map<?, ?> left, Map<?, ?> right) {
        return left.size() == right.size()
                && left.entrySet().stream()
                        .allMatch(entry -> right.containsKey(entry.getKey())
                                && same(
                                        entry.getValue(),
                                        Objects.requireNonNull(Values.map(right).get(entry.getKey()))));
    }

    /** Less than zero, zero or more, as in {@link Comparable}; an error where Python knows no order. */
    static int order(Object left, Object right) {
        if (Numbers.whole(left) && Numbers.whole(right)) {
            return Long.compare(Numbers.toLong(left), Numbers.toLong(right));
        }
        if (Numbers.is(left) && Numbers.is(right)) {
            return Double.compare(Numbers.toDouble(left), Numbers.toDouble(right));
        }
        if (left instanceof String a && right instanceof String b) {
            return Strings.compare(a, b);
        }
        if (left instanceof List<?> a
                && right instanceof List<?> b
                && left instanceof Tuple == right instanceof Tuple) {
            for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
                if (!same(a.get(i), b.get(i))) {
                    return order(a.get(i), b.get(i));
                }
            }
            return Integer.compare(a.size(), b.size());
        }
        if (left instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.used();
        }
        throw new JinjaException("'%s' and '%s' have no order".formatted(Values.type(left), Values.type(right)));
    }

    static boolean contains(Object container, Object item) {
        if (container instanceof String text) {
            if (item instanceof String part) {
                return text.contains(part);
            }
            throw new JinjaException("in a string only strings can be looked for, not " + Values.type(item));
        }
        if (container instanceof Map<?, ?> map) {
            return map.containsKey(Attributes.key(item));
        }
        for (Object each : Values.items(container)) {
            if (same(each, item)) {
                return true;
            }
        }
        return false;
    }
}
