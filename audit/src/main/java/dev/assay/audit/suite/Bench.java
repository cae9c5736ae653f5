package dev.assay.audit.suite;

import dev.assay.audit.AuditRecord;
import java.util.List;
import java.util.function.Supplier;

/** Where audits are held: it knows the models. */
@FunctionalInterface
public interface Bench {
    /**
     * The work of these runs, which are all of one target at one dose, or a single one that is {@linkplain #alone alone}. All of
     * it is done at once, each in a thread of its own; before more is asked for, unless it is alone.
     *
     * @return one piece for each, in their order; a void run is a record, a failed one throws
     */
    List<Supplier<AuditRecord>> work(List<Job> jobs);

    /**
     * Whether a run gains nothing from others of its target beside it, because all that it waits for is models elsewhere. As
     * soon as one such run has ended the next begins, whatever its target, each in a virtual thread.
     */
    default boolean alone(PlannedRun run) {
        return false;
    }

    /**
     * A run to be held.
     *
     * @param attempt from 1; a later one draws anew
     */
    record Job(PlannedRun run, int attempt) {}
}
