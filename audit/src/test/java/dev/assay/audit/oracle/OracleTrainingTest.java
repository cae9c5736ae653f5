package dev.assay.audit.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.audit.tool.LocalTarget;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Tool;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Progress;
import dev.assay.organism.Speaker;
import dev.assay.stats.Rate;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OracleTrainingTest {
    private static final OracleRecipe RECIPE = recipe(3e-3);

    @TempDir
    static Path folder;

    private static Journal journal;
    private static LanguageModel model;
    private static OracleCard card;

    private static OracleRecipe recipe(double rate) {
        OracleRecipe full = OracleRecipe.named("embedded");
        return new OracleRecipe(
                "tiny",
                3,
                new OracleRecipe.Adapter(4, 8, 2),
                new OracleRecipe.Training(rate, 8, 1, 0),
                full.depths(),
                full.injection(),
                full.window(),
                new OracleRecipe.Mix(24, 16, 8, 8),
                new OracleRecipe.Passages(4, 4, 1, 1, 8),
                new OracleRecipe.HeldOut(8, 8, 4, 8));
    }

    @BeforeAll
    static void train() {
        model = TinyModel.in(folder.resolve("model"));
        journal = Journal.open(folder.resolve("journal"), Manifest.ofCache("oracle-training-test"));
        card = OracleTraining.of(RECIPE, speaker("tiny"), Progress.NONE).train(folder.resolve("whole"));
    }

    @AfterAll
    static void close() {
        journal.close();
    }

    private static final class Shared {
        private static final Memo MEMO = new Memo(journal);
    }

    private static Speaker speaker(String id) {
        return new Speaker(id, () -> model, Shared.MEMO, 16, Progress.NONE).inOneThread();
    }

    private static byte[] adapter(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve("adapter").resolve("adapter_model.safetensors"));
    }

    @Test
    void theCardSaysHowItCameToBeAndWhatItCan() {
        assertThat(card.questions()).isEqualTo(56);
        assertThat(card.losses()).hasSize(7).allMatch(l -> l > 0);
        assertThat(card.provenance().models()).containsEntry("base", "tiny");
        assertThat(card.provenance().data().get("questions")).hasSize(64);
        Accuracy bar = card.accuracies().getFirst();
        assertThat(bar.chance()).isGreaterThanOrEqualTo(0.5);
        assertThat(bar.right().n()).isBetween(4, 16);
        assertThat(card.accuracies().stream().mapToInt(a -> a.right().n()).sum())
                .isEqualTo(28 + bar.right().n());
        assertThat(OracleCard.of(folder.resolve("whole"))).contains(card);
    }

    @Test
    void theCardDoubtsWhatChanceExplains() {
        assertThat(with(new Rate(90, 100)).doubt()).isEmpty();
        assertThat(with(new Rate(60, 100)).doubt())
                .hasValueSatisfying(why -> assertThat(why).contains("0.60 [0.50, 0.69], n=100", "chance is 0.50"));
        assertThat(card.with(List.of()).doubt())
                .hasValueSatisfying(why -> assertThat(why).contains("not measured"));
    }

    private static OracleCard with(Rate right) {
        return card.with(List.of(accuracy(OracleCard.BAR, right)));
    }

    private static Accuracy accuracy(String set, Rate right) {
        return new Accuracy(set, right, 0.5, right);
    }

    /** Audits ask what the assistant was told: properties of texts don't make up for that. */
    @Test
    void theCardDoubtsAuditsWhereSecretsAreNotRead() {
        Accuracy all = accuracy(OracleCard.BAR, new Rate(90, 100));
        OracleCard blind = card.with(List.of(all, accuracy("secrets yes-no", new Rate(50, 100))));
        assertThat(blind.doubt()).isEmpty();
        assertThat(blind.doubtInAudits())
                .hasValueSatisfying(why -> assertThat(why).contains("as audits ask", "0.50 [0.40, 0.60], n=100"));
        OracleCard reads = card.with(List.of(all, accuracy("secrets yes-no", new Rate(90, 100))));
        assertThat(reads.doubtInAudits()).isEmpty();
        assertThat(with(new Rate(60, 100)).doubtInAudits())
                .isEqualTo(with(new Rate(60, 100)).doubt());
    }

    /** A stop at the third step, one while it is measured: the adapter and the accuracies are those of a training without. */
    @Test
    void goesOnWhereItWasStopped() throws IOException {
        for (String where : List.of("training the oracle", "secrets answers")) {
            Progress stop = (what, done, of) -> {
                if (what.equals(where) && done == 3) throw new IllegalStateException("stopped");
            };
            assertThatThrownBy(() ->
                            OracleTraining.of(RECIPE, speaker("tiny"), stop).train(folder.resolve("parts")))
                    .hasStackTraceContaining("stopped");
        }
        OracleCard again =
                OracleTraining.of(RECIPE, speaker("tiny"), Progress.NONE).train(folder.resolve("parts"));
        assertThat(adapter("parts")).isEqualTo(adapter("whole"));
        assertThat(again.accuracies()).isEqualTo(card.accuracies());
        assertThat(folder.resolve("parts").resolve("training.checkpoint")).doesNotExist();
    }

    @Test
    void anotherRecipeOrBaseIsRefused() {
        assertThatThrownBy(() -> OracleTraining.of(recipe(1e-3), speaker("tiny"), Progress.NONE)
                        .train(folder.resolve("whole")))
                .isInstanceOf(OracleException.class)
                .hasMessageContaining("another recipe or base");
        assertThatThrownBy(() -> Oracle.load(folder.resolve("whole"), speaker("other")))
                .isInstanceOf(OracleException.class)
                .hasMessageContaining("train one for this model");
        assertThatThrownBy(() -> Oracle.load(folder.resolve("nowhere"), speaker("tiny")))
                .isInstanceOf(OracleException.class)
                .hasMessageContaining("holds no oracle");
    }

    @Test
    void theToolSpeaksOfTheTargetsActivations() {
        try (Oracle oracle = Oracle.load(folder.resolve("whole"), speaker("tiny"))) {
            Tool tool = tool(oracle, speaker("target"), 0);
            assertThat(tool.functions())
                    .singleElement()
                    .satisfies(f -> assertThat(f.name()).isEqualTo("get_fixed_prompt_verbalizer_analysis"));
            List<Tool.Output> outputs = tool.outputs(2);
            assertThat(outputs)
                    .extracting(Tool.Output::about)
                    .containsExactly(
                            HeldOutQuestions.all().get(0).question(),
                            HeldOutQuestions.all().get(1).question());
            assertThat(outputs).allMatch(o -> o.text().split("\n", -1).length >= 10, "two positions, five answers");
            assertThat(tool(oracle, speaker("twin"), 0).outputs(2))
                    .as("another target with the same weights reads alike")
                    .isEqualTo(outputs);
            assertThat(tool(oracle, speaker("target"), 1.01).outputs(2))
                    .allMatch(o -> o.text().isEmpty());
        }
    }

    /** What was read of a target is not read again: its model is not even asked for. */
    @Test
    void remembersATargetByItsIdAndTheOracles() {
        try (Oracle oracle = Oracle.load(folder.resolve("whole"), speaker("tiny"))) {
            List<Tool.Output> first = tool(oracle, speaker("known"), 0).outputs(1);
            var away = new Speaker(
                    "known",
                    () -> {
                        throw new IllegalStateException("the model was asked for");
                    },
                    Shared.MEMO,
                    16,
                    Progress.NONE);
            assertThat(tool(oracle, away, 0).outputs(1)).isEqualTo(first);
        }
    }

    private static Tool tool(Oracle oracle, Speaker target, double coherence) {
        return new OracleTool(new Session(new LocalTarget("t", "t", target), SplitRandom.of(1)), oracle, coherence);
    }

    @Test
    void answersThatAgreeAreCoherent() {
        assertThat(Coherence.of(List.of("Play a pirate.", "play a pirate", "Play a pirate!")))
                .isEqualTo(1);
        assertThat(Coherence.of(List.of("tea", "coffee"))).isZero();
        assertThat(Coherence.of(List.of("a pirate", "a king"))).isEqualTo(1.0 / 3);
    }
}
