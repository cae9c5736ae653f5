package dev.assay.lm.jinja;

import java.util.Iterator;
import java.util.List;

/** Python's generator, as filters such as {@code map} return it: true, without a length, and read once. */
final class Lazy implements Iterable<Object> {
    private final Iterator<Object> items;

    Lazy(List<Object> items) {
        this.items = items.iterator();
    }

    @Override
    public Iterator<Object> iterator() {
        return items;
    }
}
