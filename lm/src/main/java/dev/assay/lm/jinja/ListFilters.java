package dev.assay.lm.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Filters of lists and dicts. */
final class ListFilters {
    private ListFilters() {}

    static Map<String, Filters.Filter> all() {
        Map<String, Filters.Filter> all = new HashMap<>();
        all.put("length", ListFilters::length);
        all.put("count", ListFilters::length);
        all.put("list", (value, args) -> {
            args.bind("list");
            return Values.list(value);
        });
        all.put("first", (value, args) -> end(value, true));
        all.put("last", (value, args) -> end(value, false));
        all.put("reverse", (value, args) -> {
            args.bind("reverse");
            List<Object> items = Values.list(value);
            Collections.reverse(items);
            return value instanceof String ? Strings.joined(items) : new Lazy(items);
        });
        all.put("items", (value, args) -> {
            args.bind("items");
            if (value instanceof Undefined) {
                return new Lazy(List.of());
            }
            return new Lazy(Attributes.pairs(dict("items", value)));
        });
        all.put("dictsort", ListFilters::dictsort);
        all.put("join", ListFilters::join);
        all.put("map", ListFilters::map);
        all.put("select", (value, args) -> select("select", value, args, true));
        all.put("reject", (value, args) -> select("reject", value, args, false));
        all.put("selectattr", (value, args) -> selectByAttribute("selectattr", value, args, true));
        all.put("rejectattr", (value, args) -> selectByAttribute("rejectattr", value, args, false));
        all.put("sort", ListFilters::sort);
        all.put("unique", ListFilters::unique);
        all.put("groupby", ListFilters::groupby);
        all.put("min", (value, args) -> extreme("min", value, args, -1));
        all.put("max", (value, args) -> extreme("max", value, args, 1));
        all.put("sum", ListFilters::sum);
        all.put("batch", ListFilters::batch);
        return all;
    }

    private static Object length(Object value, Args args) {
        args.bind("length");
        return Values.length(value);
    }

    private static Map<Object, Object> dict(String filter, Object value) {
        if (value instanceof Map<?, ?> map) {
            return Values.map(map);
        }
        throw new JinjaException(filter + " takes a dict, not " + Values.type(value));
    }

    private static Object end(Object value, boolean first) {
        if (!first && value instanceof Lazy) {
            throw new JinjaException("a generator has no last item: put | list before");
        }
        List<Object> items = Values.list(value);
        if (items.isEmpty()) {
            return new Undefined("an item of an empty sequence");
        }
        return first ? items.getFirst() : items.getLast();
    }

    private static Object join(Object value, Args args) {
        Args.Bound bound = args.bind("join", "d", "attribute");
        UnaryOperator<Object> attribute = attribute(bound, "attribute");
        String separator = Printer.str(bound.value("d", ""));
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Object item : Values.items(value)) {
            out.append(first ? "" : separator).append(Printer.str(attribute.apply(item)));
            Limits.size(out.length());
            first = false;
        }
        return out.toString();
    }

    /** What {@code attribute='a.b.0'} takes from an item. */
    private static UnaryOperator<Object> attribute(Args.Bound bound, String name) {
        return bound.none(name) ? UnaryOperator.identity() : path(bound.value(name));
    }

    private static UnaryOperator<Object> path(Object path) {
        if (!(path instanceof String names)) {
            return item -> Attributes.item(item, path);
        }
        List<Object> parts = Strings.split(names, ".", -1);
        return item -> {
            Object found = item;
            for (Object part : parts) {
                String name = (String) part;
                boolean number = !name.isEmpty() && name.chars().allMatch(Character::isDigit) && name.length() < 10;
                found = Attributes.item(found, number ? (Object) Long.parseLong(name) : name);
            }
            return found;
        };
    }

    private static Object map(Object value, Args args) {
        UnaryOperator<Object> function;
        if (args.positional().isEmpty()) {
            Args.Bound bound = args.bind("map", "attribute*", "default");
            UnaryOperator<Object> attribute = attribute(bound, "attribute");
            function = item -> {
                Object found = attribute.apply(item);
                return found instanceof Undefined ? bound.value("default", found) : found;
            };
        } else {
            String filter = Printer.str(args.positional().getFirst());
            Args rest = args.from(1);
            function = item -> Filters.apply(filter, item, rest);
        }
        List<Object> mapped = new ArrayList<>();
        Values.items(value).forEach(item -> mapped.add(function.apply(item)));
        return new Lazy(mapped);
    }

    private static Object select(String filter, Object value, Args args, boolean wanted) {
        return filtered(value, UnaryOperator.identity(), args, wanted);
    }

    private static Object selectByAttribute(String filter, Object value, Args args, boolean wanted) {
        if (args.positional().isEmpty()) {
            throw new JinjaException(filter + " needs the name of an attribute");
        }
        return filtered(value, path(args.positional().getFirst()), args.from(1), wanted);
    }

    private static Object filtered(Object value, UnaryOperator<Object> attribute, Args test, boolean wanted) {
        List<Object> kept = new ArrayList<>();
        for (Object item : Values.items(value)) {
            Object tested = attribute.apply(item);
            boolean holds = test.positional().isEmpty()
                    ? Values.truth(tested)
                    : Tests.holds(Printer.str(test.positional().getFirst()), tested, test.from(1));
            if (holds == wanted) {
                kept.add(item);
            }
        }
        return new Lazy(kept);
    }

    private static Object folded(Object value, boolean caseSensitive) {
        return value instanceof String text && !caseSensitive ? Strings.lower(text) : value;
    }

    private static Object sort(Object value, Args args) {
        Args.Bound bound = args.bind("sort", "reverse", "case_sensitive", "attribute");
        List<UnaryOperator<Object>> keys = new ArrayList<>();
        if (bound.none("attribute")) {
            keys.add(UnaryOperator.identity());
        } else if (bound.value("attribute") instanceof String names) {
            Strings.split(names, ",", -1).forEach(name -> keys.add(path(name)));
        } else {
            keys.add(path(bound.value("attribute")));
        }
        boolean exact = bound.flag("case_sensitive");
        Comparator<Object> order = (a, b) -> 0;
        for (UnaryOperator<Object> key : keys) {
            order = order.thenComparing(
                    (a, b) -> Comparison.order(folded(key.apply(a), exact), folded(key.apply(b), exact)));
        }
        return sorted(Values.list(value), order, bound.flag("reverse"));
    }

    private static List<Object> sorted(List<Object> items, Comparator<Object> order, boolean reverse) {
        items.sort(reverse ? order.reversed() : order);
        return items;
    }

    private static Object dictsort(Object value, Args args) {
        Args.Bound bound = args.bind("dictsort", "case_sensitive", "by", "reverse");
        int which = switch (bound.text("by", "key")) {
            case "key" -> 0;
            case "value" -> 1;
            default -> throw new JinjaException("dictsort sorts by key or value");
        };
        boolean exact = bound.flag("case_sensitive");
        Comparator<Object> order = (a, b) ->
                Comparison.order(folded(((Tuple) a).get(which), exact), folded(((Tuple) b).get(which), exact));
        return sorted(Attributes.pairs(dict("dictsort", value)), order, bound.flag("reverse"));
    }

    private static Object unique(Object value, Args args) {
        Args.Bound bound = args.bind("unique", "case_sensitive", "attribute");
        UnaryOperator<Object> attribute = attribute(bound, "attribute");
        java.util.Set<Object> seen = new java.util.HashSet<>();
        List<Object> unique = new ArrayList<>();
        for (Object item : Values.items(value)) {
            Object key = Attributes.key(folded(attribute.apply(item), bound.flag("case_sensitive")));
            if (seen.add(key instanceof Boolean truth ? (Object) Numbers.toLong(truth) : key)) {
                unique.add(item);
            }
        }
        return new Lazy(unique);
    }

    private static Object groupby(Object value, Args args) {
        Args.Bound bound = args.bind("groupby", "attribute*", "default", "case_sensitive");
        UnaryOperator<Object> path = attribute(bound, "attribute");
        UnaryOperator<Object> key = item -> {
            Object found = path.apply(item);
            return found instanceof Undefined ? bound.value("default", found) : found;
        };
        boolean exact = bound.flag("case_sensitive");
        Comparator<Object> order = (a, b) -> Comparison.order(folded(key.apply(a), exact), folded(key.apply(b), exact));
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        for (Object item : sorted(Values.list(value), order, false)) {
            if (!group.isEmpty() && order.compare(group.getFirst(), item) != 0) {
                groups.add(Tuple.of(key.apply(group.getFirst()), group));
                group = new ArrayList<>();
            }
            group.add(item);
        }
        if (!group.isEmpty()) {
            groups.add(Tuple.of(key.apply(group.getFirst()), group));
        }
        return groups;
    }

    private static Object extreme(String filter, Object value, Args args, int sign) {
        Args.Bound bound = args.bind(filter, "case_sensitive", "attribute");
        UnaryOperator<Object> attribute = attribute(bound, "attribute");
        boolean exact = bound.flag("case_sensitive");
        Object best = new Undefined("an item of an empty sequence");
        for (Object item : Values.items(value)) {
            boolean better = best instanceof Undefined
                    || sign
                                    * Comparison.order(
                                            folded(attribute.apply(item), exact), folded(attribute.apply(best), exact))
                            > 0;
            best = better ? item : best;
        }
        return best;
    }

    private static Object sum(Object value, Args args) {
        Args.Bound bound = args.bind("sum", "attribute", "start");
        UnaryOperator<Object> attribute = attribute(bound, "attribute");
        Object sum = bound.value("start", 0L);
        for (Object item : Values.items(value)) {
            sum = Operators.operate("+", sum, attribute.apply(item));
        }
        return sum;
    }

    private static Object batch(Object value, Args args) {
        Args.Bound bound = args.bind("batch", "linecount*", "fill_with");
        long size = Limits.size(bound.integer("linecount", 1));
        List<Object> batches = new ArrayList<>();
        List<Object> batch = new ArrayList<>();
        for (Object item : Values.items(value)) {
            if (batch.size() == size) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            while (!bound.none("fill_with") && batch.size() < size) {
                batch.add(bound.value("fill_with"));
            }
            batches.add(batch);
        }
        return new Lazy(batches);
    }
}
