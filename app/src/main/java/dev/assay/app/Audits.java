package dev.assay.app;

import dev.assay.audit.Audit;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.BankGrader;
import dev.assay.audit.Grade;
import dev.assay.audit.Toolbox;
import dev.assay.audit.suite.SuitePlan;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.Lockstep;
import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.function.Supplier;

/** How audits are held: by which investigator, with which bank, at what expense. */
final class Audits {
    /** The part of a budget that a tool's outputs may take. */
    private static final double FOR_TOOL = 0.4;

    private final AuditGround ground;
    private final String investigator;
    private final int budget;
    private final Bank bank;
    private final ToolOptions with;

    /**
     * @param investigator {@link SuitePlan#CONTRAST} or {@link SuitePlan#LLM}
     * @param budget tokens in a run
     */
    Audits(AuditGround ground, String investigator, int budget, Bank bank, ToolOptions with) {
        this.ground = ground;
        this.investigator = investigator;
        this.budget = budget;
        this.bank = bank;
        this.with = with;
    }

    /**
     * One run.
     *
     * @param attempt from 1: a run that is held again, because it was void, draws anew
     */
    record Piece(Configuration tool, int number, int attempt) {
        long seed() {
            return attempt == 1
                    ? number
                    : SplitRandom.of(number).split("attempt").split(attempt).seed();
        }
    }

    /** A target that is ready to be audited at a dose. */
    Seat seat(AuditSubjects subjects, String name, double dose) {
        return new Seat(subjects, name, dose);
    }

    /** One target with what it is compared with and what its tools need. */
    final class Seat {
        private final AuditSubjects.Subject subject;
        private final Toolbox toolbox;
        private final String twin;
        private final double dose;

        private Seat(AuditSubjects subjects, String name, double dose) {
            this.toolbox = subjects.toolbox(bank, subjects.reference(name), with);
            this.subject = subjects.subject(name);
            this.twin = subjects.referenceName(name);
            this.dose = dose;
        }

        /** The work of these runs, to be done side by side: they share the engine. */
        List<Supplier<AuditRecord>> work(List<Piece> pieces) {
            return investigator.equals(SuitePlan.LLM)
                    ? new AgentRuns(ground, budget).work(subject, twin, toolbox, dose, pieces)
                    : contrast(pieces);
        }

        private List<Supplier<AuditRecord>> contrast(List<Piece> pieces) {
            var one = new Lockstep(subject.target(), pieces.size());
            var other = new Lockstep(toolbox.reference(), pieces.size());
            return pieces.stream()
                    .<Supplier<AuditRecord>>map(piece -> () -> contrast(piece, one, other))
                    .toList();
        }

        private AuditRecord contrast(Piece piece, Lockstep one, Lockstep other) {
            try (Lockstep.Member target = one.member();
                    Lockstep.Member against = other.member()) {
                var audit =
                        new Audit(toolbox.bank(), Audit.Budget.ofTokens(budget), toolbox.instrument(piece.tool(), (int)
                                (FOR_TOOL * budget)));
                Audit.Result result = audit.run(target, against, piece.seed());
                Grade grade = subject.grade(result.claims(), new BankGrader());
                return AuditRecord.of(subject.name(), twin, piece.tool().slug(), dose, piece.number(), grade, result);
            }
        }
    }
}
