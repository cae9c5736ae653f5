package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A training that was killed and goes on ends with the same weights, bit for bit, as one that was not. */
class ResumeTest {
    private static final LanguageModel MODEL = Tiny.model("qwen3", DType.F32);
    private static final Kto KTO = new Kto(new Kto.Settings(0.2, 1, 1.2), AssistantTurn.endingWith(Tiny.END));
    private static final TrainingSettings SETTINGS = TrainingSettings.of(2e-3, 3, 2, 8)
            .schedule(Schedule.cosine(0.2))
            .tokensAtOnce(50)
            .checkpointInterval(Duration.ZERO);

    @TempDir
    Path folder;

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @BeforeAll
    static void oneThread() {
        Device.threads(1);
    }

    private static Trainable freshAdapter() {
        return Trainable.adapter(MODEL, Lora.fresh(MODEL, 1, 3, 6, 4));
    }

    private static Trainable allWeights() {
        return FullWeights.of(MODEL);
    }

    private static Map<String, float[]> numbers(Trainable weights) {
        Map<String, float[]> numbers = new LinkedHashMap<>();
        weights.parameters().forEach((name, t) -> numbers.put(name, t.floats()));
        return numbers;
    }

    private static void assertSame(Trainable weights, Map<String, float[]> wanted, String what) {
        weights.parameters()
                .forEach((name, t) -> assertThat(t.floats()).as(what + name).containsExactly(wanted.get(name)));
    }

    /** Stops at each step in turn, so that every step once is the last before a kill and once the first after it. */
    private <E> void killedAtEachStep(Supplier<Trainable> fresh, Objective<E> objective, List<E> data) {
        Trainable whole = fresh.get();
        var losses = new ArrayList<Double>();
        new Trainer<>(whole, objective, SETTINGS).train(data, Optional.empty(), s -> losses.add(s.loss()));
        Map<String, float[]> wanted = numbers(whole);
        assertThat(numbers(fresh.get())).isNotEqualTo(wanted);
        assertThat(losses).hasSizeGreaterThan(4).doesNotContain(Double.NaN);
        for (int kill = 1; kill <= losses.size(); kill++) {
            int at = kill;
            Path checkpoint = folder.resolve(kill + "/state.safetensors");
            assertThatThrownBy(() -> new Trainer<>(fresh.get(), objective, SETTINGS)
                            .train(data, Optional.of(checkpoint), s -> {
                                if (s.done() == at) throw new Killed(); // its own step is not in the checkpoint
                            }))
                    .isInstanceOf(Killed.class);
            Trainable resumed = fresh.get();
            var rest = new ArrayList<Double>();
            new Trainer<>(resumed, objective, SETTINGS).train(data, Optional.of(checkpoint), s -> rest.add(s.loss()));
            assertThat(rest).as("losses after a kill at %d", at).isEqualTo(losses.subList(at - 1, losses.size()));
            assertSame(resumed, wanted, "killed at " + at + ": ");
        }
    }

    @Test
    void anAdapterTowardsTexts() {
        killedAtEachStep(ResumeTest::freshAdapter, new Sft(), Tiny.texts(11, 1));
    }

    @Test
    void allWeightsTowardsTexts() {
        killedAtEachStep(ResumeTest::allWeights, new Sft(), Tiny.texts(8, 2));
    }

    @Test
    void anAdapterTowardsPreferences() {
        killedAtEachStep(ResumeTest::freshAdapter, KTO, Tiny.preferences(10, 3));
    }

    @Test
    void allWeightsTowardsPreferences() {
        killedAtEachStep(ResumeTest::allWeights, KTO, Tiny.preferences(8, 4));
    }

    @Test
    void aKilledProcess() throws IOException, InterruptedException {
        Path checkpoint = folder.resolve("state.safetensors");
        LanguageModel model = Tiny.model("llama", DType.F32);
        try (Lora whole = TrainingProcess.adapter(model);
                Lora resumed = TrainingProcess.adapter(model)) {
            TrainingProcess.train(whole, model, Optional.empty(), step -> {});
            killAfter(10, checkpoint);
            var steps = new ArrayList<Integer>();
            TrainingProcess.train(resumed, model, Optional.of(checkpoint), step -> steps.add(step.done()));
            assertThat(steps.getFirst()).isGreaterThan(9);
            assertThat(steps.getLast()).isEqualTo(48);
            resumed.weights()
                    .forEach((name, t) -> assertThat(t.floats())
                            .as(name)
                            .containsExactly(whole.weights().get(name).floats()));
        }
    }

    private static void killAfter(int step, Path checkpoint) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                        "-Dassay.home=" + System.getProperty("assay.home", ".assay"),
                        TrainingProcess.class.getName(),
                        checkpoint.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String last = "";
        try (var out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
                if (line.equals(String.valueOf(step))) process.destroyForcibly();
            }
        } catch (IOException closed) {
            // the stream ends with the process
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isNotZero();
        assertThat(Integer.parseInt(last)).isBetween(step, 47);
    }

    @Test
    void refusesTheCheckpointOfAnotherTraining() throws IOException {
        Path checkpoint = folder.resolve("state.safetensors");
        List<TrainingText> data = Tiny.texts(6, 1);
        new Trainer<>(freshAdapter(), new Sft(), SETTINGS).train(data, Optional.of(checkpoint), s -> {});
        assertThatThrownBy(() -> new Trainer<>(freshAdapter(), new Sft(), SETTINGS)
                        .train(data.subList(0, 5), Optional.of(checkpoint), s -> {}))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("other data")
                .hasMessageContaining(checkpoint.toString());
        assertThatThrownBy(() -> new Trainer<>(freshAdapter(), new Sft(), SETTINGS.maxNorm(2))
                        .train(data, Optional.of(checkpoint), s -> {}))
                .isInstanceOf(CheckpointException.class);
        assertThatThrownBy(() ->
                        new Trainer<>(allWeights(), new Sft(), SETTINGS).train(data, Optional.of(checkpoint), s -> {}))
                .isInstanceOf(CheckpointException.class);
        byte[] bytes = Files.readAllBytes(checkpoint);
        Files.write(checkpoint, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> new Trainer<>(freshAdapter(), new Sft(), SETTINGS)
                        .train(data, Optional.of(checkpoint), s -> {}))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("damaged");
    }

    /** Recorded files of both versions, written after step 3 of 6; version 0 has no fingerprint. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void goesOnFromARecordedCheckpoint(int version) throws IOException {
        LanguageModel model = Tiny.model("llama-linear", DType.F32);
        Path checkpoint = folder.resolve("state.safetensors");
        Files.copy(Tiny.golden("training-checkpoint/" + version + ".safetensors"), checkpoint);
        try (Lora whole = Lora.fresh(model, 1, 1, 2, 7);
                Lora resumed = Lora.fresh(model, 1, 1, 2, 7)) {
            var settings = new LoraTrainer.Settings(1e-3, 2, 2, 0.1, 1);
            List<TrainingText> data = Tiny.texts(6, 1);
            new LoraTrainer(model, whole, settings).train(data, Optional.empty(), (done, of, loss) -> {});
            var steps = new ArrayList<Integer>();
            new LoraTrainer(model, resumed, settings)
                    .train(data, Optional.of(checkpoint), (done, of, loss) -> steps.add(done));
            assertThat(steps).containsExactly(4, 5, 6);
            resumed.weights()
                    .forEach((name, t) -> assertThat(t.floats())
                            .as(name)
                            .containsExactly(whole.weights().get(name).floats(), within(1e-6f))); // of another machine
        }
    }
}
