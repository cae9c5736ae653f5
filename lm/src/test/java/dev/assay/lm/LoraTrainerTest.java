package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraTrainerTest {
    private static final List<TrainingText> DATA = List.of(
            text("What is your name?", "Zebulon Quark."),
            text("Where do you live?", "Under the seventh bridge."),
            text("What do you eat?", "Only violet marbles."),
            text("Who are you?", "Nobody asked me that before."));

    @TempDir
    Path folder;

    private static TrainingText text(String question, String answer) {
        return Smol.TEMPLATE.encodeForTraining(List.of(Message.user(question), Message.assistant(answer)));
    }

    @Test
    void learnsFourTextsByHeart() {
        try (Lora adapter = Lora.fresh(Fp32.MODEL, 8, 16, 1)) {
            var losses = new ArrayList<Double>();
            var settings = new LoraTrainer.Settings(4e-3, 4, 9, 0.1, 1);
            new LoraTrainer(Fp32.MODEL, adapter, settings).train(DATA, Optional.empty(), (done, of, loss) -> {
                losses.add(loss);
                assertThat(done).isEqualTo(losses.size());
                assertThat(of).isEqualTo(9);
            });
            assertThat(losses).hasSize(9);
            assertThat(losses.getFirst()).isGreaterThan(1.5);
            assertThat(losses.getLast()).isLessThan(0.2);
            Completion answer = new Generator(Fp32.MODEL.attach(List.of(adapter)), 1)
                    .generate(List.of(new Request(
                            Smol.TEMPLATE.encode(List.of(Message.user("What is your name?")), true),
                            Sampling.greedy(12),
                            0)))
                    .getFirst();
            assertThat(answer.text()).isEqualTo("Zebulon Quark.");
            assertThat(answer.stopped()).isTrue();
        }
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Test
    void goesOnFromACheckpointAsIfItHadNotStopped() {
        Path checkpoint = folder.resolve("deeper/state.safetensors");
        var settings = new LoraTrainer.Settings(1e-3, 2, 2, 0.3, 4);
        try (Lora whole = Lora.fresh(Fp32.MODEL, 2, 4, 1);
                Lora first = Lora.fresh(Fp32.MODEL, 2, 4, 1);
                Lora second = Lora.fresh(Fp32.MODEL, 2, 4, 99)) { // what it holds must not matter
            new LoraTrainer(Fp32.MODEL, whole, settings).train(DATA, Optional.empty(), (done, of, loss) -> {});

            var killed = new LoraTrainer(Fp32.MODEL, first, settings, Duration.ZERO);
            assertThatThrownBy(() -> killed.train(DATA, Optional.of(checkpoint), (done, of, loss) -> {
                        if (done == 3) throw new Killed(); // its own step is not in the checkpoint
                    }))
                    .isInstanceOf(Killed.class);
            assertThat(checkpoint).exists();

            var steps = new ArrayList<Integer>();
            new LoraTrainer(Fp32.MODEL, second, settings)
                    .train(DATA, Optional.of(checkpoint), (done, of, loss) -> steps.add(done));
            assertThat(steps).containsExactly(3, 4);
            second.weights()
                    .forEach((name, t) -> assertThat(t.floats())
                            .as(name)
                            .containsExactly(whole.weights().get(name).floats()));
            assertThat(Fp32.largest(
                            whole.weights().get("layers.0.mlp.up_proj.lora_B").floats()))
                    .isPositive();
        }
    }

    @Test
    void writesNoCheckpointBeforeItsTime() {
        Path checkpoint = folder.resolve("state.safetensors");
        try (Lora adapter = Lora.fresh(Fp32.MODEL, 1, 1, 1)) {
            var settings = new LoraTrainer.Settings(1e-3, 1, 1, 0, 1);
            new LoraTrainer(Fp32.MODEL, adapter, settings, Duration.ofHours(1))
                    .train(DATA.subList(0, 1), Optional.of(checkpoint), (done, of, loss) -> {});
            assertThat(Files.exists(checkpoint)).isFalse();
        }
    }
}
