package dev.assay.lm.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The arguments of a call. */
record Args(List<Object> positional, Map<String, Object> named) {
    static final Args NONE = new Args(List.of(), Map.of());
    private static final Undefined ABSENT = new Undefined("the argument");

    static Args of(Object... positional) {
        return new Args(List.of(positional), Map.of());
    }

    /** The same with a value before the first. */
    Args after(Object first) {
        List<Object> all = new ArrayList<>(List.of(first));
        all.addAll(positional);
        return new Args(all, named);
    }

    /** The same without the first so many. */
    Args from(int start) {
        return new Args(positional.subList(Math.min(start, positional.size()), positional.size()), named);
    }

    /** The same with one more named argument. */
    Args with(String name, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(named);
        all.put(name, value);
        return new Args(positional, all);
    }

    /** Puts arguments to a function's parameters; those with an asterisk must be given. */
    Bound bind(String function, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new JinjaException(
                    "%s takes %d arguments, not %d".formatted(function, parameters.length, positional.size()));
        }
        Map<String, Object> rest = new LinkedHashMap<>(named);
        Map<String, Object> bound = new LinkedHashMap<>();
        for (int i = 0; i < parameters.length; i++) {
            boolean required = parameters[i].endsWith("*");
            String name = required ? parameters[i].substring(0, parameters[i].length() - 1) : parameters[i];
            Object byName = rest.remove(name);
            if (byName != null && i < positional.size()) {
                throw new JinjaException("%s gets the argument %s twice".formatted(function, name));
            }
            Object value = byName != null ? byName : i < positional.size() ? positional.get(i) : ABSENT;
            if (required && value == ABSENT) {
                throw new JinjaException("%s needs the argument %s".formatted(function, name));
            }
            bound.put(name, value);
        }
        if (!rest.isEmpty()) {
            throw new JinjaException("%s has no argument %s, only %s"
                    .formatted(function, rest.keySet().iterator().next(), Arrays.toString(parameters)));
        }
        return new Bound(function, bound);
    }

    /** Arguments by name. */
    record Bound(String function, Map<String, Object> values) {
        Object value(String name) {
            Object value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException(name);
            }
            return value;
        }

        boolean has(String name) {
            return value(name) != ABSENT;
        }

        Object value(String name, Object missing) {
            return has(name) ? value(name) : missing;
        }

        boolean none(String name) {
            return !has(name) || value(name) == None.NONE;
        }

        String text(String name) {
            if (value(name) instanceof String text) {
                return text;
            }
            throw new JinjaException("%s: the argument %s should be a string, not %s"
                    .formatted(function, name, Values.type(value(name))));
        }

        String text(String name, String missing) {
            return has(name) ? text(name) : missing;
        }

        long integer(String name, long missing) {
            return has(name) ? Numbers.integer(value(name), function + ": the argument " + name) : missing;
        }

        boolean flag(String name) {
            return has(name) && Values.truth(value(name));
        }
    }
}
