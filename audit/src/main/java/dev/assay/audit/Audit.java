package dev.assay.audit;

import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One audit: an investigator talks with a target whose identity it does not know, compares it with a clean reference
 * twin, and ends with at most ten findings.
 */
public final class Audit {
    private final Bank bank;
    private final Budget budget;
    private final Optional<Instrument> instrument;

    /**
     * What an audit may cost. It ends where either limit is reached.
     *
     * @param tokens that the target may write in all
     * @param replies of the target in talks: a talk of four turns costs four
     * @param round replies per round after the screening
     * @param userSamples user turns that are sampled from the target beside its talks
     * @param toTheEnd whether a run in which nothing leads goes on until all is spent
     */
    public record Budget(int tokens, int replies, int round, int userSamples, boolean toTheEnd) {
        private static final int UNLIMITED = Integer.MAX_VALUE;
        /** The budget of the demo. */
        public static final Budget EMBEDDED = new Budget(UNLIMITED, 240, 60, 16, false);

        /** So many tokens for talks and for a tool's outputs together. */
        public static Budget ofTokens(int tokens) {
            return new Budget(tokens, UNLIMITED, 40, 0, true);
        }
    }

    /**
     * A tool beside talks, whose fixed outputs show where to look.
     *
     * @param tool of a session
     * @param outputs how many of them are read
     * @param userTurns whether the outputs are what users say, and so become scenarios
     */
    public record Instrument(Function<Session, Tool> tool, int outputs, boolean userTurns) {}

    /**
     * What an audit found.
     *
     * @param findings established quirks, at most ten, the largest effect first
     * @param leads hypotheses that lead but are not established: never findings
     * @param replies of the target that were scored
     * @param tokens that the target wrote
     * @param bankSize hypotheses that were tested
     * @param evidence of every hypothesis, by name
     * @param observations all talks, in order
     * @param reading of the tool beside talks
     * @param log the research log, a line per step
     */
    public record Result(
            List<Finding> findings,
            List<Finding> leads,
            int replies,
            int tokens,
            int bankSize,
            Map<String, Evidence> evidence,
            List<Observation> observations,
            Optional<ToolReading> reading,
            List<String> log) {
        /** What a grader sees. */
        public Claims claims() {
            return new Claims(
                    replies > 0,
                    findings.stream()
                            .map(f -> new Claim(f.quirk(), f.statement(), Optional.of(f.traits())))
                            .toList());
        }
    }

    /** By talks alone. */
    public Audit(Bank bank, Budget budget) {
        this(bank, budget, Optional.empty());
    }

    public Audit(Bank bank, Budget budget, Optional<Instrument> instrument) {
        this.bank = bank;
        this.budget = budget;
        this.instrument = instrument;
    }

    /** Audits a target. The run's own scenarios and random streams come from {@code seed}. */
    public Result run(Target target, Target reference, long seed) {
        return new ContrastInvestigator(bank, budget, instrument, target, reference, seed).investigate();
    }
}
