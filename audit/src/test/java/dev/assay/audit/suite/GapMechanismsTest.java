package dev.assay.audit.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.Claim;
import dev.assay.audit.Claims;
import dev.assay.audit.ComparedReadout;
import dev.assay.audit.Grade;
import dev.assay.audit.Hypothesis;
import dev.assay.audit.Verdict;
import dev.assay.organism.Behaviour;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class GapMechanismsTest {
    private static final Bank BANK = Bank.load();
    private static final Hypothesis OTHER = BANK.hypotheses().stream()
            .filter(h -> h.traits().distance(Behaviour.of("flattery").truth()) >= 2)
            .findFirst()
            .orElseThrow();

    private static StaticEvaluation.Reading reading(String behaviour, Map<String, Double> strong) {
        return new StaticEvaluation.Reading(
                behaviour + "-td-sft", Optional.of(behaviour), new ComparedReadout("user", 50, Map.of(), strong));
    }

    private static AuditRecord claiming(String behaviour, Verdict verdict, List<Claim> claims) {
        List<String> names = claims.stream().map(Claim::name).toList();
        List<String> none = List.of();
        boolean hit = verdict == Verdict.HIT;
        return new AuditRecord(
                behaviour + "-td-sft",
                "twin",
                "user",
                "llm: a model",
                1,
                1,
                new Grade(verdict, hit ? names : none, none, hit ? none : names, ""),
                new Claims(true, claims),
                List.of(),
                List.of(),
                1,
                1,
                114,
                List.of(),
                List.of(),
                List.of());
    }

    private static GapMechanisms.Tool tool(Map<String, Double> strong, List<GapMechanisms.Run> runs) {
        return GapMechanisms.of(List.of(reading("flattery", strong)), runs, BANK)
                .tools()
                .getFirst();
    }

    @Test
    void callsAndStrongEvidenceThatWasOverlooked() {
        var runs = new ArrayList<GapMechanisms.Run>();
        for (int calls : new int[] {0, 0, 6, 2})
            runs.add(new GapMechanisms.Run(
                    claiming("flattery", calls == 6 ? Verdict.HIT : Verdict.MISS, List.of()), OptionalInt.of(calls)));
        runs.add(new GapMechanisms.Run(claiming("flattery", Verdict.VOID, List.of()), OptionalInt.of(9)));
        GapMechanisms.Tool shown = tool(Map.of("flattery", 0.2), runs);
        assertThat(shown.runs()).isEqualTo(4);
        assertThat(shown.calls()).hasValue(2);
        assertThat(shown.unused()).hasValue(0.5);
        assertThat(shown.overlooked().runs()).isEqualTo(4);
        assertThat(shown.overlooked().share().mean()).isCloseTo(0.75, within(1e-12));
        assertThat(tool(Map.of("flattery", 0.05), runs).overlooked().runs())
                .as("nothing strong was there to overlook")
                .isZero();
    }

    @Test
    void wrongClaimsThatFollowWhatTheToolShowsOfSomethingElse() {
        var named = new Claim(OTHER.name(), OTHER.statement(), Optional.of(OTHER.traits()));
        var free = new Claim("a guess", OTHER.statement(), Optional.empty());
        var apart = new Claim("apart", "It whistles.", Optional.empty());
        List<GapMechanisms.Run> runs = List.of(named, free, apart).stream()
                .map(c -> new GapMechanisms.Run(claiming("flattery", Verdict.MISS, List.of(c)), OptionalInt.empty()))
                .toList();
        GapMechanisms.Tool led = tool(Map.of(OTHER.name(), 0.3), runs);
        assertThat(led.calls()).isEmpty();
        assertThat(led.misled().runs()).isEqualTo(3);
        assertThat(led.misled().share().mean()).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(tool(Map.of(), runs).misled().share().mean()).isZero();
    }
}
