package dev.assay.audit.suite;

import dev.assay.journal.Memo;
import java.util.List;

/**
 * One audit of a suite.
 *
 * @param tool slug of its configuration
 * @param number from 1 among the runs of its cell
 * @param key says all that its result depends on
 */
public record PlannedRun(Subject subject, String tool, double dose, int number, String key) {
    private static final int ID = 16;

    static PlannedRun of(SuitePlan plan, Subject subject, String tool, double dose, int number) {
        String key = String.join(
                " ",
                List.of(
                        plan.investigator(),
                        subject.target(),
                        subject.reference(),
                        subject.targetModel(),
                        subject.referenceModel(),
                        tool,
                        Double.toString(dose),
                        Integer.toString(plan.budget().run()),
                        plan.without().orElse("-"),
                        Integer.toString(number)));
        return new PlannedRun(subject, tool, dose, number, key);
    }

    public String target() {
        return subject.target();
    }

    /** What it shares with the other runs of its target with its tool. */
    public String cell() {
        return target() + " " + tool + " " + dose;
    }

    /** Whether both can go through the engine together. */
    boolean sitsWith(PlannedRun other) {
        return number == other.number && dose == other.dose && subject.equals(other.subject);
    }

    /** A name for files, of its key and of which attempt it is. */
    String id(int attempt) {
        return Memo.key(key, attempt).substring(0, ID);
    }
}
