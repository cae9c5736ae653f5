package dev.assay.lm.jinja;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The functions that every template can call: jinja2's, and those that transformers adds. */
final class Globals {
    private Globals() {}

    static Scope scope(Supplier<LocalDateTime> now) {
        Scope scope = new Scope(null);
        scope.set("range", (Callable) Globals::range);
        scope.set("dict", (Callable) Globals::dict);
        scope.set("namespace", (Callable) Globals::namespace);
        scope.set("joiner", (Callable) Globals::joiner);
        scope.set("raise_exception", (Callable) args -> {
            throw new JinjaException(
                    Printer.str(args.bind("raise_exception", "message*").value("message")));
        });
        scope.set("strftime_now", (Callable)
                args -> Strftime.format(args.bind("strftime_now", "format*").text("format"), now.get()));
        return scope;
    }

    private static Object range(Args args) {
        Args.Bound bound = args.bind("range", "start*", "stop", "step");
        long start = bound.has("stop") ? bound.integer("start", 0) : 0;
        long stop = bound.has("stop") ? bound.integer("stop", 0) : bound.integer("start", 0);
        long step = bound.integer("step", 1);
        if (step == 0) {
            throw new JinjaException("the step of range is zero");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            if (numbers.size() == Limits.RANGE) {
                throw new JinjaException("range is longer than " + Limits.RANGE);
            }
            numbers.add(i);
        }
        return numbers;
    }

    private static Map<Object, Object> dict(Args args) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        if (!args.positional().isEmpty()) {
            Object from =
                    new Args(args.positional(), Map.of()).bind("dict", "items").value("items");
            if (from instanceof Map<?, ?> map) {
                dict.putAll(map);
            } else {
                for (Object pair : Values.items(from)) {
                    List<Object> two = Values.list(pair);
                    if (two.size() != 2) {
                        throw new JinjaException("dict takes pairs");
                    }
                    dict.put(Attributes.key(two.getFirst()), two.getLast());
                }
            }
        }
        dict.putAll(args.named());
        return dict;
    }

    private static Object namespace(Args args) {
        Namespace namespace = new Namespace();
        dict(args).forEach((name, value) -> namespace.put(Printer.str(name), value));
        return namespace;
    }

    private static Object joiner(Args args) {
        String separator = Printer.str(args.bind("joiner", "sep").value("sep", ", "));
        boolean[] used = {false};
        return (Callable) none -> {
            none.bind("a joiner");
            boolean first = !used[0];
            used[0] = true;
            return first ? "" : separator;
        };
    }
}
