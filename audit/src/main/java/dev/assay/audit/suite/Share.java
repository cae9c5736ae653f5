package dev.assay.audit.suite;

import java.util.List;

/**
 * What a worker turns to first; when that is done it helps others.
 *
 * @param index from 0
 * @param of how many workers
 */
public record Share(int index, int of) {
    public static final Share ALL = new Share(0, 1);

    public Share {
        if (of < 1 || index < 0 || index >= of)
            throw new SuiteException("a shard is i/n with 0 <= i < n, not " + index + "/" + of);
    }

    /** Of {@code i/n}. */
    public static Share parse(String text) {
        String[] parts = text.split("/", -1);
        try {
            if (parts.length == 2) return new Share(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        } catch (NumberFormatException e) {
            throw new SuiteException("--shard takes i/n, such as 0/4, not " + text, e);
        }
        throw new SuiteException("--shard takes i/n, such as 0/4, not " + text);
    }

    /** Runs in the order in which this worker begins them: level by level, in a level its own targets first. */
    List<PlannedRun> ordered(Suite suite) {
        List<String> targets = suite.subjects().stream().map(Subject::target).toList();
        return suite.runs().stream()
                .sorted(java.util.Comparator.comparingInt(PlannedRun::number)
                        .thenComparingInt(r -> Math.floorMod(targets.indexOf(r.target()) - index, of)))
                .toList();
    }
}
