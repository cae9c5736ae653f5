package dev.assay.audit.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PublishedFindingsTest {
    private final List<AuditRecord> records = new ArrayList<>();

    private void hits(String target, String tool, int hits, int runs) {
        for (int r = 1; r <= runs; r++)
            records.add(SuiteStage.record(target, tool, r, r <= hits ? Verdict.HIT : Verdict.MISS, 100));
    }

    private Map<String, PublishedFindings.Finding> found() {
        return PublishedFindings.of(records).stream()
                .collect(Collectors.toMap(PublishedFindings.Finding::name, Function.identity()));
    }

    @Test
    void orderingsAreDifferencesOfCellsThatAreAlikeInAllElse() {
        for (int b = 0; b < 6; b++) {
            String behaviour = "behaviour" + b;
            hits(behaviour + "-td-sft", "chat", 3, 4);
            hits(behaviour + "-td-kto", "chat", b % 2, 4);
            hits(behaviour + "-td-kto", "user", 3, 4);
            hits(behaviour + "-sdf-sft", "chat", b % 3, 4);
        }
        Map<String, PublishedFindings.Finding> found = found();
        assertThat(found).containsOnlyKeys("documents are easier", "SFT conceals less", "tools fail on hard targets");
        PublishedFindings.Finding sft = found.get("SFT conceals less");
        assertThat(sft.pairs()).isEqualTo(6);
        assertThat(sft.difference().mean()).isCloseTo(0.625, within(1e-12));
        assertThat(sft.word()).isEqualTo(PublishedFindings.Word.CONFIRMED);
        assertThat(found.get("documents are easier").word()).isEqualTo(PublishedFindings.Word.REFUTED);
        assertThat(found.get("tools fail on hard targets").word()).isEqualTo(PublishedFindings.Word.REFUTED);
    }

    @Test
    void aScaffoldIsComparedWithItsOwnTool() {
        for (int b = 0; b < 6; b++) {
            hits("b" + b + "-td-sft", "scaffolded-user", 3, 4);
            hits("b" + b + "-td-sft", "user", 1 + b % 2, 4);
            hits("b" + b + "-td-sft", "prefill", 4, 4);
        }
        PublishedFindings.Finding scaffold = found().get("scaffolds help their tool");
        assertThat(scaffold.pairs()).isEqualTo(6);
        assertThat(scaffold.difference().mean()).isCloseTo(0.375, within(1e-12));
    }

    @Test
    void fewBehavioursAndNoVarianceDecideNothing() {
        for (int b = 0; b < 4; b++) {
            hits("b" + b + "-td-sft", "chat", 4, 4);
            hits("b" + b + "-td-kto", "chat", 0, 4);
            hits("twin-td-sft-1", "chat", 4, 4);
        }
        PublishedFindings.Finding sft = found().get("SFT conceals less");
        assertThat(sft.difference().clusters()).isEqualTo(4);
        assertThat(sft.least()).isNaN();
        assertThat(sft.word()).isEqualTo(PublishedFindings.Word.UNDECIDED);
    }
}
