package dev.assay.audit.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.assay.audit.tool.ToolException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuitePlanTest {
    @TempDir
    Path folder;

    @Test
    void whatIsLeftOutHasItsUsualValue() {
        SuitePlan plan = SuiteStage.plan("targets: [flattery-td-sft]");
        assertThat(plan.tools()).containsExactly("chat");
        assertThat(plan.runs()).isEqualTo(1);
        assertThat(plan.budget().run()).isEqualTo(12_000);
        assertThat(plan.budget().suite()).isEmpty();
        assertThat(plan.ground().model()).isEqualTo("smollm2");
        assertThat(SuiteStage.plan("{targets: [a], investigator: llm, roles: r.yaml}")
                        .budget()
                        .run())
                .isEqualTo(25_000);
    }

    @Test
    void aPlanComesBackFromItsFolder() {
        SuitePlan plan = SuiteStage.plan("""
                targets: [flattery-td-sft, "*-sdf-kto"]
                tools: [user, chat]
                runs: 16
                doses: [0.5, 1]
                without: flattery
                budget: {run: 4000, cell: 60000, suite: 1000000}
                at-once: 4
                seed: 3
                dir: runs/organisms
                reference: twin-td-sft-2
                sae: an/sae
                sae-at: resid_post:19
                sae-text: [a.txt]
                oracle: an/oracle
                """);
        var suite = new Suite(plan, List.of(new Subject("flattery-td-sft", "twin", "model-1", "model-2")));
        suite.write(folder);
        assertThat(Suite.read(folder)).isEqualTo(suite);
        assertThat(plan.baseline()).isEqualTo("user");
    }

    /** A run's key says all that it depends on, so other models or budgets are other runs. */
    @Test
    void keysTellRunsApart() {
        SuitePlan plan = SuiteStage.plan("{targets: [a], budget: {run: 100}}");
        var subject = new Subject("a", "twin", "model-1", "model-2");
        String key = PlannedRun.of(plan, subject, "chat", 1, 1).key();
        assertThat(key).isEqualTo("contrast a twin model-1 model-2 chat 1.0 100 - 1");
        assertThat(PlannedRun.of(plan, new Subject("a", "twin", "model-3", "model-2"), "chat", 1, 1)
                        .key())
                .isNotEqualTo(key);
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        record Wrong(String yaml, String says) {}
        for (Wrong w : new Wrong[] {
            new Wrong("tools: [chat]", "a suite needs targets"),
            new Wrong("{targets: [a], runs: 0}", "runs must be 1 or more"),
            new Wrong("{targets: [a], runns: 2}", "runns"),
            new Wrong("{targets: [a], runs: many}", "many"),
            new Wrong("{targets: [a], investigator: luck}", "contrast or llm"),
            new Wrong("{targets: [a], investigator: llm}", "needs roles"),
            new Wrong("{targets: [a], budget: {run: 0}}", "budget: run"),
            new Wrong("[a]", "fields were expected"),
            new Wrong("{", "is not YAML")
        }) {
            Path file = Files.writeString(folder.resolve("suite.yaml"), w.yaml());
            assertThatExceptionOfType(SuiteException.class)
                    .as(w.yaml())
                    .isThrownBy(() -> SuitePlan.read(file))
                    .withMessageContaining(file.toString())
                    .withMessageContaining(w.says());
        }
        assertThatExceptionOfType(ToolException.class)
                .isThrownBy(() -> SuiteStage.plan("{targets: [a], tools: [telepathy]}"))
                .withMessageContaining("there is no tool telepathy");
        assertThatExceptionOfType(SuiteException.class)
                .isThrownBy(() -> Suite.read(folder.resolve("none")))
                .withMessageContaining("suite.json");
    }
}
