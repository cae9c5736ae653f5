package dev.assay.lm.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's values as Java objects: {@link None}, {@link Boolean}, {@link Long} ({@link BigInteger} where one is passed
 * in), {@link Double}, {@link String}, {@link List}, {@link Tuple}, {@link Map}, and what templates make themselves.
 */
final class Values {
    private Values() {}

    /** A copy of what a caller passes in, of these types alone. */
    static Object of(@Nullable Object value) {
        return switch (value) {
            case null -> None.NONE;
            case String text -> text;
            case Boolean truth -> truth;
            case Long number -> number;
            case Double number -> number;
            case Integer number -> number.longValue();
            case Short number -> number.longValue();
            case Byte number -> number.longValue();
            case Float number -> number.doubleValue();
            case BigDecimal number -> number.doubleValue();
            case BigInteger number -> number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((key, item) -> copy.put(of(key), of(item)));
                yield copy;
            }
            case Collection<?> items -> {
                List<Object> copy = new ArrayList<>(items.size());
                items.forEach(item -> copy.add(of(item)));
                yield copy;
            }
            default ->
                throw new IllegalArgumentException("a template takes strings, numbers, booleans, lists and maps, not "
                        + value.getClass().getName());
        };
    }

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean truth -> truth;
            case None none -> false;
            case Undefined undefined -> false;
            case String text -> !text.isEmpty();
            case Long number -> number != 0;
            case Double number -> number != 0;
            case BigInteger number -> number.signum() != 0;
            case Collection<?> items -> !items.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case View view -> !view.items().isEmpty();
            default -> true;
        };
    }

    /** The name of a value's type, as Python gives it. */
    static String type(Object value) {
        return switch (value) {
            case None none -> "NoneType";
            case Boolean truth -> "bool";
            case Long number -> "int";
            case BigInteger number -> "int";
            case Double number -> "float";
            case String text -> "str";
            case Tuple tuple -> "tuple";
            case List<?> list -> "list";
            case Map<?, ?> map -> "dict";
            case Undefined undefined -> "Undefined";
            case Lazy lazy -> "generator";
            case View view -> view.name();
            case Namespace namespace -> "Namespace";
            case Loop loop -> "LoopContext";
            default -> "function";
        };
    }

    /** What a loop goes through: items, keys or characters. */
    static Iterable<Object> items(Object value) {
        return switch (value) {
            case String text -> Strings.characters(text);
            case Undefined undefined -> List.of();
            case View view -> view;
            case Lazy lazy -> lazy;
            case List<?> list -> objects(list);
            case Map<?, ?> map -> objects(new ArrayList<>(map.keySet()));
            case Loop loop -> loop.remaining();
            default -> throw new JinjaException("'" + type(value) + "' can't be looped over");
        };
    }

    /** As {@link #items}, in a list of its own. */
    static List<Object> list(Object value) {
        List<Object> list = new ArrayList<>();
        items(value).forEach(list::add);
        return list;
    }

    static long length(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case Collection<?> items -> items.size();
            case Map<?, ?> map -> map.size();
            case View view -> view.items().size();
            case Undefined undefined -> 0;
            case Loop loop -> loop.length();
            default -> throw new JinjaException("'" + type(value) + "' has no length");
        };
    }

    @SuppressWarnings("unchecked") // all values are objects
    static List<Object> objects(List<?> list) {
        return (List<Object>) list;
    }

    @SuppressWarnings("unchecked") // all values are objects
    static Map<Object, Object> map(Map<?, ?> map) {
        return (Map<Object, Object>) map;
    }
}
