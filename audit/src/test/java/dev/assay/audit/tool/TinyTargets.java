package dev.assay.audit.tool;

import dev.assay.journal.Memo;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Tiny models by name, which differ by an adapter without a meaning. */
public final class TinyTargets {
    private static final Map<String, Long> SEEDS = new TreeMap<>(Map.of("one", 1L, "two", 2L, "twin", 3L));

    private final TinyModel model;

    /** @param folder where the model is written; the same each time */
    public TinyTargets(Path folder) {
        this.model = new TinyModel(folder);
    }

    /** The target of a name; what it writes is kept in a memo. */
    public Target of(String name, Memo memo) {
        long seed = SEEDS.getOrDefault(name, 0L);
        return model.target(name, List.of(model.innocent(seed, 0.3)), memo, new AtomicInteger());
    }
}
