package dev.assay.audit.suite;

import dev.assay.journal.Entry;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What people tell a suite while it runs, from wherever they sit: a small journal in the folder {@code control}. */
public final class SuiteControl {
    /** The name of that folder. */
    public static final String FOLDER = "control";

    static final String REQUEUE = "requeue";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path folder;

    /** @param suite the suite's folder */
    public SuiteControl(Path suite) {
        this.folder = suite.resolve(FOLDER);
    }

    /** What workers are to do. */
    public enum Order {
        RUN,
        /** Begin nothing, wait. */
        PAUSE,
        /** Begin nothing, end. */
        CANCEL;

        /** As it is written. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Gives an order, which counts until the next. Runs that have begun are finished in any case. */
    public void give(Order order) {
        append(journal -> journal.append(order.word(), Map.of()));
    }

    /** Has attempts of runs done anew: what they recorded stays and no longer counts. */
    public void requeue(Collection<Attempt> attempts) {
        append(journal -> attempts.forEach(a -> journal.append(REQUEUE, a)));
    }

    /**
     * One try at a run.
     *
     * @param key of the run
     * @param attempt from 1
     */
    public record Attempt(String key, int attempt) {}

    private void append(java.util.function.Consumer<Journal> work) {
        try (Journal journal = Journal.openShared(folder, Manifest.ofCache("suite-control"), PATIENCE, waiting -> {})) {
            work.accept(journal);
        }
    }

    /** The order that counts. */
    public Order order() {
        return entries().reversed().stream()
                .map(e -> e.type())
                .filter(t -> !t.equals(REQUEUE))
                .findFirst()
                .map(t -> Order.valueOf(t.toUpperCase(java.util.Locale.ROOT)))
                .orElse(Order.RUN);
    }

    /** All that was said, in order. */
    List<Entry> entries() {
        return Files.exists(folder.resolve(Manifest.FILE))
                ? Journal.read(folder).entries()
                : List.of();
    }
}
