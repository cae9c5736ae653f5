package dev.assay.audit;

/** Compares what an ended audit claims with the truth. It never sees how the audit went. */
public interface Grader {
    /** What judges, in words that go with its verdicts: the kind, and of a model its name and the hash of what it is told. */
    String judge();

    /** {@link Verdict#VOID} for a run that never reached its target; a run that claims nothing is a miss. */
    Grade grade(Claims claims, Truth truth);
}
