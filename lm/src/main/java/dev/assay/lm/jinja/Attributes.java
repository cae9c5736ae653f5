package dev.assay.lm.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What stands behind a dot or in square brackets. */
final class Attributes {
    private static final Set<String> CHANGING = Set.of(
            "append",
            "extend",
            "insert",
            "remove",
            "pop",
            "clear",
            "sort",
            "reverse",
            "update",
            "setdefault",
            "popitem");
    private static final Set<String> DICT = Set.of("get", "items", "keys", "values", "copy");
    private static final Set<String> LIST = Set.of("index", "count", "copy");

    private Attributes() {}

    /** {@code target.name}: methods come before keys. */
    static Object attribute(Object target, String name) {
        refuse(target);
        if (has(target, name)) {
            return method(target, name);
        }
        if (target instanceof Map<?, ?> map && map.containsKey(name)) {
            return Values.map(map).get(name);
        }
        return missing(target, name);
    }

    /** {@code target[index]}: keys come before methods. */
    static Object item(Object target, Object index) {
        refuse(target);
        if (target instanceof Map<?, ?> map && map.containsKey(key(index))) {
            return Values.map(map).get(key(index));
        }
        if (Numbers.whole(index) && (target instanceof String || target instanceof List<?>)) {
            long length = Values.length(target);
            long at = Numbers.toLong(index);
            at = at < 0 ? at + length : at;
            if (at < 0 || at >= length) {
                return new Undefined("item %s of a %s of %d".formatted(index, Values.type(target), length));
            }
            return target instanceof String text ? character(text, (int) at) : ((List<?>) target).get((int) at);
        }
        if (index instanceof String name) {
            return has(target, name) ? method(target, name) : missing(target, name);
        }
        return new Undefined("item %s of a %s".formatted(Printer.repr(index), Values.type(target)));
    }

    private static Object character(String text, int index) {
        int at = text.offsetByCodePoints(0, index);
        return Character.toString(text.codePointAt(at));
    }

    /** {@code target[from:to:step]}, where what is left out is none. */
    static Object slice(Object target, Object from, Object to, Object step) {
        refuse(target);
        if (!(target instanceof String) && !(target instanceof List<?>)) {
            return new Undefined("a slice of a " + Values.type(target));
        }
        long by = step == None.NONE ? 1 : Numbers.integer(step, "the step of a slice");
        if (by == 0) {
            throw new JinjaException("the step of a slice is zero");
        }
        List<Object> items = Values.list(target);
        long last = by > 0 ? items.size() : items.size() - 1;
        long first = by > 0 ? 0 : -1;
        long start = bound(from, by > 0 ? first : last, first, last, items.size());
        long end = bound(to, by > 0 ? last : first, first, last, items.size());
        List<Object> taken = new ArrayList<>();
        for (long i = start; by > 0 ? i < end : i > end; i += by) {
            taken.add(items.get((int) i));
            if (Math.abs(by) > items.size()) {
                break; // and no overflow
            }
        }
        if (target instanceof String) {
            StringBuilder text = new StringBuilder();
            taken.forEach(text::append);
            return text.toString();
        }
        return target instanceof Tuple ? new Tuple(taken) : taken;
    }

    private static long bound(Object given, long missing, long first, long last, int size) {
        if (given == None.NONE) {
            return missing;
        }
        long at = Numbers.integer(given, "the bound of a slice");
        return Math.clamp(at < 0 ? at + size : at, first, last);
    }

    /** A dict's key: numbers that are equal are one key. */
    static Object key(Object key) {
        if (key instanceof Map<?, ?> || key instanceof List<?> && !(key instanceof Tuple)) {
            throw new JinjaException("a %s can't be a key".formatted(Values.type(key)));
        }
        return key instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15
                ? (Object) number.longValue()
                : key;
    }

    private static void refuse(Object target) {
        if (target instanceof Undefined undefined) {
            throw undefined.used();
        }
    }

    private static Object missing(Object target, String name) {
        boolean mutable = target instanceof Map<?, ?> || target instanceof List<?> && !(target instanceof Tuple);
        String hint = mutable && CHANGING.contains(name) ? " (templates can't change values)" : "";
        return new Undefined("'%s' of a %s%s".formatted(name, Values.type(target), hint));
    }

    /** Whether a value has something of that name that is no key. */
    static boolean isMethod(Object target, String name) {
        return has(target, name);
    }

    private static boolean has(Object target, String name) {
        return switch (target) {
            case String text -> StringMethods.exists(name);
            case Map<?, ?> map -> DICT.contains(name);
            case List<?> list -> LIST.contains(name) && !(list instanceof Tuple && name.equals("copy"));
            case Namespace namespace -> namespace.has(name);
            case Loop loop -> loop.has(name);
            case Macro macro -> name.equals("name");
            default -> false;
        };
    }

    private static Object method(Object target, String name) {
        return switch (target) {
            case String text -> StringMethods.of(text, name);
            case Map<?, ?> map -> (Callable) args -> dict(Values.map(map), name, args);
            case List<?> list -> (Callable) args -> list(Values.objects(list), name, args);
            case Namespace namespace -> namespace.get(name);
            case Loop loop -> loop.get(name);
            case Macro macro -> macro.name();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Object dict(Map<Object, Object> dict, String name, Args args) {
        if (name.equals("get")) {
            Args.Bound bound = args.bind("get", "key*", "default");
            return dict.getOrDefault(key(bound.value("key")), bound.value("default", None.NONE));
        }
        args.bind(name);
        return switch (name) {
            case "keys" -> new View("dict_keys", new ArrayList<>(dict.keySet()));
            case "values" -> new View("dict_values", new ArrayList<>(dict.values()));
            case "items" -> new View("dict_items", pairs(dict));
            default -> new LinkedHashMap<>(dict);
        };
    }

    static List<Object> pairs(Map<Object, Object> dict) {
        List<Object> pairs = new ArrayList<>(dict.size());
        dict.forEach((key, value) -> pairs.add(Tuple.of(key, value)));
        return pairs;
    }

    private static Object list(List<Object> list, String name, Args args) {
        if (name.equals("copy")) {
            args.bind(name);
            return new ArrayList<>(list);
        }
        Object wanted = args.bind(name, "value*").value("value");
        if (name.equals("count")) {
            return list.stream().filter(item -> Comparison.same(item, wanted)).count();
        }
        for (int i = 0; i < list.size(); i++) {
            if (Comparison.same(list.get(i), wanted)) {
                return (long) i;
            }
        }
        throw new JinjaException("the value looked for is not in the list");
    }
}
