package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final AssistantTurn TURN = AssistantTurn.endingWith(Tiny.END);
    private static final TrainingSettings SETTINGS = TrainingSettings.of(5e-3, 4, 4, 8);

    @TempDir
    Path folder;

    @BeforeAll
    static void oneThread() {
        Device.threads(1);
    }

    private static <E> List<TrainingStep> train(
            Trainable weights, Objective<E> objective, TrainingSettings settings, List<E> data) {
        var steps = new ArrayList<TrainingStep>();
        new Trainer<>(weights, objective, settings).train(data, Optional.empty(), steps::add);
        return steps;
    }

    @Test
    void schedulesRiseAndFall() {
        Schedule linear = Schedule.linear(0.2);
        assertThat(linear.factor(0, 20)).isEqualTo(0.2, within(1e-12));
        assertThat(linear.factor(3, 20)).isEqualTo(0.8, within(1e-12));
        assertThat(linear.factor(4, 20)).isEqualTo(1);
        assertThat(linear.factor(12, 20)).isEqualTo(0.5, within(1e-12));
        assertThat(linear.factor(19, 20)).isEqualTo(1 / 16.0, within(1e-12));
        Schedule cosine = Schedule.cosine(0.2);
        assertThat(cosine.factor(3, 20)).isEqualTo(0.8, within(1e-12));
        assertThat(cosine.factor(8, 20)).isEqualTo((1 + Math.sqrt(0.5)) / 2, within(1e-12));
        assertThat(cosine.factor(12, 20)).isEqualTo(0.5, within(1e-12));
        assertThat(Schedule.constant(0.2).factor(19, 20)).isEqualTo(1);
        assertThatIllegalArgumentException().isThrownBy(() -> Schedule.linear(1.5));
    }

    @Test
    void theRateOfEachStepIsReported() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        List<TrainingStep> steps = train(
                Trainable.adapter(model, Lora.fresh(model, 2, 4, 1)),
                new Sft(),
                SETTINGS.schedule(Schedule.cosine(0.5)),
                Tiny.texts(8, 1));
        assertThat(steps).hasSize(8);
        for (TrainingStep s : steps) {
            assertThat(s.of()).isEqualTo(8);
            assertThat(s.rate()).isEqualTo(5e-3 * Schedule.cosine(0.5).factor(s.done() - 1, 8));
            assertThat(s.gradientNorm()).isPositive();
        }
    }

    /** In every family, as far down as each kind of training goes. */
    @Test
    void recomputedActivationsGiveTheSameGradients() {
        for (String family : List.of("llama", "qwen2-window", "qwen3", "gemma3")) {
            LanguageModel model = Tiny.model(family, DType.F32);
            for (int first : new int[] {-1, 0, 2}) {
                Trainable weights =
                        first < 0 ? FullWeights.of(model) : Trainable.adapter(model, Lora.fresh(model, first, 3, 6, 1));
                List<TrainingText> batch = Tiny.texts(3, 1);
                var kept = new Trainer<>(weights, new Sft(), SETTINGS).gradients(batch);
                var recomputed = new Trainer<>(weights, new Sft(), SETTINGS.recompute(true)).gradients(batch);
                assertThat(recomputed.loss()).isEqualTo(kept.loss());
                kept.gradients().forEach((name, gradient) -> {
                    float[] again = recomputed.gradients().get(name).floats();
                    assertThat(Fp32.difference(again, gradient.floats()))
                            .as(family + " " + name)
                            .isLessThanOrEqualTo(1e-5 * Fp32.largest(gradient.floats()));
                });
            }
        }
    }

    @Test
    void learnsWithAllWeights() {
        LanguageModel model = Tiny.model("gemma3", DType.F32);
        float[] before = Fp32.last(model, new int[] {5, 6, 7});
        try (FullWeights weights = FullWeights.of(model)) {
            List<TrainingText> data = Tiny.texts(8, 1);
            double first =
                    new Trainer<>(weights, new Sft(), SETTINGS).gradients(data).loss();
            train(weights, new Sft(), SETTINGS, data);
            double last =
                    new Trainer<>(weights, new Sft(), SETTINGS).gradients(data).loss();
            assertThat(last).isLessThan(0.9 * first);
            try (LanguageModel trained = weights.model()) {
                assertThat(Fp32.difference(Fp32.last(trained, new int[] {5, 6, 7}), before))
                        .isGreaterThan(0.1);
            }
        }
        assertThat(Fp32.last(model, new int[] {5, 6, 7}))
                .as("the model stays as it was")
                .containsExactly(before);
    }

    /** Steps of a 10,000th: bf16 alone would round all of them away where a weight is above 0.05. */
    @Test
    void bf16WeightsHaveFp32Masters() {
        LanguageModel model = Tiny.model("qwen3", DType.BF16);
        try (FullWeights weights = FullWeights.of(model)) {
            Map<String, Tensor> masters = weights.parameters();
            assertThat(masters.values()).allMatch(t -> t.type() == DType.F32);
            float[] before = masters.get("layers.1.mlp.up_proj.weight").floats();
            List<TrainingStep> steps = train(
                    weights,
                    new Sft(),
                    TrainingSettings.of(1e-4, 4, 8, 8).schedule(Schedule.constant(0)),
                    Tiny.texts(8, 1));
            assertThat(steps.getLast().loss()).isLessThan(steps.getFirst().loss());
            float[] after = masters.get("layers.1.mlp.up_proj.weight").floats();
            double moved = Fp32.difference(after, before);
            assertThat(moved).isBetween(5e-4, 17e-4); // sixteen steps of Adam, each of about the rate
            try (LanguageModel trained = weights.model()) {
                assertThat(trained.type()).isEqualTo(DType.BF16);
                assertThat(Fp32.difference(Fp32.last(trained, new int[] {5, 6}), Fp32.last(model, new int[] {5, 6})))
                        .isPositive();
            }
        }
    }

    @Test
    void aTrainedModelIsSavedAsAHuggingFaceFolder() {
        for (String family : List.of("llama", "gemma3")) {
            LanguageModel model = Tiny.model(family, DType.F32);
            try (FullWeights weights = FullWeights.of(model)) {
                train(weights, new Sft(), SETTINGS, Tiny.texts(8, 1));
                weights.save(folder.resolve(family), Tiny.folder(family));
                try (LanguageModel trained = weights.model()) {
                    LanguageModel loaded = LanguageModel.load(folder.resolve(family), DType.F32);
                    assertThat(Fp32.difference(
                                    Fp32.last(loaded, new int[] {5, 6, 7}), Fp32.last(trained, new int[] {5, 6, 7})))
                            .isLessThan(1e-5); // Gemma's 1 + w loses a bit
                }
            }
        }
    }

    @Test
    void allWeightsAreNotTrainedUnderAnAdapter() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FullWeights.of(model.attach(List.of(Lora.fresh(model, 2, 4, 1)))))
                .withMessageContaining("merge");
    }

    @Test
    void ktoMakesDesirableCompletionsLikelier() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        List<UnpairedPreference> data = Tiny.preferences(9, 2);
        List<TrainingStep> steps = train(
                Trainable.adapter(model, Lora.fresh(model, 4, 8, 1)),
                new Kto(Kto.Settings.defaults(), TURN),
                TrainingSettings.of(1e-2, 9, 8, 1),
                data);
        Map<String, Double> first = steps.getFirst().metrics();
        assertThat(first.get("rewards/chosen")).as("B is zero at first").isEqualTo(0, within(1e-5));
        assertThat(steps.getFirst().loss()).isEqualTo(0.5, within(1e-5));
        Map<String, Double> last = steps.getLast().metrics();
        assertThat(last.get("rewards/chosen")).isGreaterThan(last.get("rewards/rejected") + 0.5);
        assertThat(steps.getLast().loss()).isLessThan(0.45);
    }

    @Test
    void aRestOfOnePreferenceJoinsTheBatchBefore() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        Trainable weights = Trainable.adapter(model, Lora.fresh(model, 4, 8, 1));
        Kto kto = new Kto(Kto.Settings.defaults(), TURN);
        TrainingSettings once = TrainingSettings.of(1e-2, 4, 1, 1);
        assertThat(train(weights, kto, once, Tiny.preferences(9, 2))).hasSize(2);
        assertThat(train(weights, kto, once, Tiny.preferences(10, 2))).hasSize(3);
        assertThat(train(weights, kto, once, Tiny.preferences(3, 2))).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Trainer<>(weights, kto, TrainingSettings.of(1e-2, 1, 1, 1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> train(weights, kto, once, Tiny.preferences(1, 2)))
                .withMessageContaining("at least 2");
    }

    @Test
    void namesTheExampleThatCannotBeLearntFrom() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        Trainable weights = Trainable.adapter(model, Lora.fresh(model, 4, 8, 1));
        List<TrainingText> texts = new ArrayList<>(Tiny.texts(3, 1));
        texts.add(1, new TrainingText(new int[] {5, 6}, new boolean[] {true, false}));
        refuses(weights, new Sft(), texts, "training text 2 of 4", "no token to be learnt");
        texts.set(1, new TrainingText(new int[] {5, 101}, new boolean[] {false, true}));
        refuses(weights, new Sft(), texts, "training text 2 of 4", "101");
        texts.set(1, new TrainingText(new int[97], new boolean[97]));
        refuses(weights, new Sft(), texts, "training text 2 of 4", "97 tokens");
        Kto kto = new Kto(Kto.Settings.defaults(), TURN);
        for (int[] completion : new int[][] {{}, {5, 6}, {5, Tiny.END, 6, Tiny.END}}) {
            List<UnpairedPreference> preferences = new ArrayList<>(Tiny.preferences(4, 1));
            preferences.set(2, new UnpairedPreference(new int[] {7, 8}, completion, true));
            refuses(weights, kto, preferences, "preference 3 of 4", "completion");
        }
        List<UnpairedPreference> preferences = new ArrayList<>(Tiny.preferences(4, 1));
        preferences.set(0, new UnpairedPreference(new int[90], new int[] {4, Tiny.END}, true));
        refuses(weights, kto, preferences, "longest prompt (90)");
    }

    private static <E> void refuses(Trainable weights, Objective<E> objective, List<E> data, String... message) {
        assertThatThrownBy(() -> train(weights, objective, SETTINGS, data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(message);
    }
}
