package dev.assay.audit.suite;

import dev.assay.audit.AuditRecord;
import java.util.List;
import java.util.function.Supplier;

/** Where audits are held: it knows the models. */
@FunctionalInterface
public interface Bench {
    /**
     * The work of these runs, which are all of one target at one dose. All of it is done at once, each in a thread of its own,
     * before more is asked for.
     *
     * @return one piece for each, in their order; a void run is a record, a failed one throws
     */
    List<Supplier<AuditRecord>> work(List<Job> jobs);

    /**
     * A run to be held.
     *
     * @param attempt from 1; a later one draws anew
     */
    record Job(PlannedRun run, int attempt) {}
}
