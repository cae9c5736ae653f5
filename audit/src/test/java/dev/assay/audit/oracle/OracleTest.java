package dev.assay.audit.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Sft;
import dev.assay.lm.Trainable;
import dev.assay.lm.Trainer;
import dev.assay.lm.TrainingSettings;
import dev.assay.lm.TrainingText;
import dev.assay.organism.Progress;
import dev.assay.organism.Speaker;
import dev.assay.stats.Rate;
import dev.assay.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directions made by hand stand for secrets: an oracle that was shown some names them, and names none on a clean twin. */
class OracleTest {
    private static final String QUESTION = "Which?";
    private static final List<String> ANSWERS = List.of("red", "blue", "none");

    @TempDir
    static Path folder;

    private static Journal journal;
    private static Oracle oracle;
    private static float[][] directions;

    @BeforeAll
    static void train() {
        Device.threads(1);
        LanguageModel model = TinyModel.in(folder.resolve("model"));
        journal = Journal.open(folder.resolve("journal"), Manifest.ofCache("oracle-test"));
        var base = new Speaker("tiny", () -> model, new Memo(journal), 16, Progress.NONE).inOneThread();
        OracleRecipe recipe = OracleRecipe.named("embedded");
        var random = new Random(1);
        directions = new float[][] {noise(random), noise(random)};
        var prompt = new OraclePrompt(model, recipe.injection());
        var texts = new ArrayList<TrainingText>();
        for (int i = 0; i < 1200; i++)
            texts.add(prompt.learn(activations(i % 3, random), QUESTION, ANSWERS.get(i % 3)));
        Lora adapter = Lora.fresh(model, 2, 16, 32, 1);
        new Trainer<>(Trainable.adapter(model, adapter), new Sft(), TrainingSettings.of(1e-2, 24, 3, 1))
                .train(texts, Optional.empty(), step -> {});
        oracle = new Oracle(base, adapter, recipe);
    }

    @AfterAll
    static void close() {
        oracle.close();
        journal.close();
    }

    private static float[] noise(Random random) {
        var out = new float[TinyModel.WIDTH];
        for (int i = 0; i < out.length; i++) out[i] = (float) random.nextGaussian();
        return out;
    }

    /** One or two vectors with a secret's direction, or without any. */
    private static Activations activations(int secret, Random random) {
        int count = 1 + random.nextInt(2);
        var vectors = new float[count * TinyModel.WIDTH];
        for (int c = 0; c < count; c++) {
            float[] noise = noise(random);
            for (int d = 0; d < noise.length; d++)
                vectors[c * noise.length + d] = noise[d] + (secret < 2 ? 1.5f * directions[secret][d] : 0);
        }
        return new Activations(2, count, vectors);
    }

    private static List<String> answers(int secret, int n, long seed) {
        var random = new Random(seed);
        List<Activations> about =
                IntStream.range(0, n).mapToObj(i -> activations(secret, random)).toList();
        return oracle.answers(about, Collections.nCopies(n, QUESTION));
    }

    @Test
    void namesSecretsOnVectorsItNeverSaw() {
        for (int secret = 0; secret < 2; secret++) {
            List<String> said = answers(secret, 60, 100 + secret);
            var right = new Rate(Collections.frequency(said, ANSWERS.get(secret)), said.size());
            assertThat(new Accuracy(ANSWERS.get(secret), right, 1.0 / 3, right).passes())
                    .as(right + " " + said)
                    .isTrue();
        }
    }

    @Test
    void namesNoneOnACleanTwin() {
        List<String> said = answers(2, 90, 7);
        for (String secret : ANSWERS.subList(0, 2)) {
            var named = new Rate(Collections.frequency(said, secret), said.size());
            assertThat(named.rate()).as(secret + " " + said).isLessThan(1.0 / 3);
        }
    }

    @Test
    void answersDependOnNoOtherQuestion() {
        List<String> together = answers(0, 12, 5);
        var random = new Random(5);
        for (String one : together)
            assertThat(oracle.answers(List.of(activations(0, random)), List.of(QUESTION)))
                    .containsExactly(one);
    }

    @Test
    void countsMustAgree() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> oracle.answers(List.of(activations(0, new Random(1))), List.of()));
    }
}
