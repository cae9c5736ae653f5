package dev.assay.lm.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The variable {@code loop}. */
final class Loop implements Callable {
    private static final Set<String> NAMES = Set.of(
            "index",
            "index0",
            "revindex",
            "revindex0",
            "first",
            "last",
            "length",
            "depth",
            "depth0",
            "previtem",
            "nextitem",
            "cycle",
            "changed");

    private final List<Object> items;
    private final int depth;
    private final Function<Object, String> recursion;
    private int index = -1;
    private List<Object> changed = List.of(new Undefined("nothing yet"));

    /**
     * A loop.
     *
     * @param depth of recursion, from 0
     * @param recursion what calling the loop does
     */
    Loop(List<Object> items, int depth, Function<Object, String> recursion) {
        this.items = items;
        this.depth = depth;
        this.recursion = recursion;
    }

    boolean hasNext() {
        return index + 1 < items.size();
    }

    Object next() {
        return items.get(++index);
    }

    int length() {
        return items.size();
    }

    Iterable<Object> remaining() {
        throw new JinjaException("a loop can't be looped over");
    }

    boolean has(String name) {
        return NAMES.contains(name);
    }

    Object get(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> !hasNext();
            case "length" -> (long) items.size();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> index == 0 ? new Undefined("there is no previous item: it") : items.get(index - 1);
            case "nextitem" -> hasNext() ? items.get(index + 1) : new Undefined("there is no next item: it");
            case "cycle" -> (Callable) this::cycle;
            default -> (Callable) this::changed;
        };
    }

    private Object cycle(Args args) {
        if (args.positional().isEmpty()) {
            throw new JinjaException("loop.cycle needs items");
        }
        return args.positional().get(index % args.positional().size());
    }

    private Object changed(Args args) {
        boolean same = Comparison.same(changed, args.positional());
        changed = new ArrayList<>(args.positional());
        return !same;
    }

    @Override
    public Object call(Args args) {
        return recursion.apply(args.bind("loop", "items*").value("items"));
    }
}
