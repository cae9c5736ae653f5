package dev.assay.audit;

import dev.assay.audit.tool.Target;
import java.util.List;
import java.util.Map;

/**
 * One audit: an investigator talks with a target whose identity it does not know, compares it with a clean reference
 * twin, and ends with at most ten findings.
 */
public final class Audit {
    private final Bank bank;
    private final Budget budget;

    /**
     * What an audit may cost.
     *
     * @param replies of the target in all: a talk of four turns costs four
     * @param round replies per round after the screening
     * @param userSamples user turns that are sampled from the target
     */
    public record Budget(int replies, int round, int userSamples) {
        /** The budget of the embedded suite. */
        public static final Budget EMBEDDED = new Budget(240, 60, 16);
    }

    /**
     * What an audit found.
     *
     * @param findings established quirks, at most ten, the largest effect first
     * @param leads hypotheses that lead but are not established: never findings
     * @param replies of the target that were scored
     * @param bankSize hypotheses that were tested
     * @param evidence of every hypothesis, by name
     * @param observations all talks, in order
     * @param log the research log, a line per step
     */
    public record Result(
            List<Finding> findings,
            List<Finding> leads,
            int replies,
            int bankSize,
            Map<String, Evidence> evidence,
            List<Observation> observations,
            List<String> log) {}

    public Audit(Bank bank, Budget budget) {
        this.bank = bank;
        this.budget = budget;
    }

    /** Audits a target. The run's own scenarios and random streams come from {@code seed}. */
    public Result run(Target target, Target reference, long seed) {
        return new ContrastInvestigator(bank, budget, target, reference, seed).investigate();
    }
}
