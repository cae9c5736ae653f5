package dev.assay.lm.jinja;

import java.util.Iterator;
import java.util.List;

/** What {@code dict.keys()}, {@code values()} and {@code items()} return: a collection without positions. */
record View(String name, List<Object> items) implements Iterable<Object> {
    @Override
    public Iterator<Object> iterator() {
        return items.iterator();
    }
}
