package dev.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.assay.audit.Simulation.Planted;
import dev.assay.journal.CanonicalJson;
import dev.assay.organism.Behaviour;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A recorded audit of a target that is made of dice, read again. */
class RereadingTest {
    private static final Simulation FAST = Simulation.fast();
    private static final AuditRecord RECORDED = recorded();

    private static AuditRecord recorded() {
        var planted = new Planted(BankTest.hypothesis(Bank.load(), "flattery"), 0.6);
        Audit.Result result = new Audit(FAST.bank(), Audit.Budget.EMBEDDED)
                .run(FAST.target(Optional.of(planted), 0, 0, 2), FAST.target(Optional.empty(), 0, 0, 3), 1);
        Behaviour hidden = Behaviour.of("flattery");
        Grade grade = new BankGrader().grade(result.claims(), new Truth(hidden.description(), hidden.truth()));
        AuditRecord run = AuditRecord.of("flattery-td-sft", "twin-td-sft-1", "chat", 1, 1, grade, result);
        return CanonicalJson.value(CanonicalJson.tree(run), AuditRecord.class);
    }

    private static List<String> names(AuditRecord r) {
        return r.claims().all().stream().map(Claim::name).toList();
    }

    @Test
    void theSameReaderFindsTheSame() {
        var same = new Rereading(FAST.bank(), Rereading.Reader.CONTRAST, ContrastInvestigator.FALSE_DISCOVERY_RATE);
        AuditRecord again = same.read(RECORDED);
        assertThat(names(again)).contains("flattery");
        assertThat(again.findings()).isEqualTo(RECORDED.findings());
        assertThat(again.claims()).isEqualTo(RECORDED.claims());
        assertThat(again.talks()).isEqualTo(RECORDED.talks());
        assertThat(again.grade().verdict()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void anotherBankAndAnotherThresholdFindOther() {
        var without = new Rereading(FAST.without("flattery").bank(), Rereading.Reader.CONTRAST, 0.1);
        assertThat(names(without.read(RECORDED))).doesNotContain("flattery");
        var strict = new Rereading(FAST.bank(), Rereading.Reader.CONTRAST, 1e-300);
        assertThat(names(strict.read(RECORDED))).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new Rereading(FAST.bank(), Rereading.Reader.CONTRAST, 1));
    }

    @Test
    void whoGuessesNamesTen() {
        AuditRecord guessed = new Rereading(FAST.bank(), Rereading.Reader.GUESSES, 0.1).read(RECORDED);
        assertThat(names(guessed)).contains("flattery").hasSizeBetween(1, Claims.MOST);
        assertThat(guessed.findings()).isEmpty();
    }
}
