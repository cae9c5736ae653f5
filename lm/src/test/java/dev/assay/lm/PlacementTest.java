package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.lm.Engine.Settings;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models whose blocks lie on several devices. LibTorch's device {@code meta} stands for the other one: it has no numbers, but
 * refuses to compute with tensors that were left behind on the processor, so a pass that gets through has moved all.
 */
class PlacementTest {
    private static final String NO_NUMBERS = "a tensor on the device meta has no numbers";

    private static LanguageModel model(String family, Device first, Device rest) {
        return LanguageModel.load(Tiny.folder(family), DType.F32, c -> {
            Device[] blocks = new Device[c.layers()];
            Arrays.fill(blocks, rest);
            blocks[0] = first;
            return new Placement(List.of(blocks));
        });
    }

    private static int[] ids(LanguageModel model, int count) {
        return new Random(3).ints(count, 2, model.config().vocab()).toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2-window", "qwen3", "gemma3"})
    void weightsLieWhereTheyArePlaced(String family) {
        LanguageModel model = model(family, Device.CPU, Device.META);
        Transformer t = model.transformer();
        assertThat(model.devices()).containsExactly(Device.CPU, Device.META);
        assertThat(t.embedding().device()).isEqualTo(Device.CPU);
        assertThat(t.unembedding().weight().device()).isEqualTo(Device.META);
        t.weights()
                .forEach((name, weight) -> assertThat(weight.device())
                        .as(name)
                        .isEqualTo(
                                name.startsWith("layers.0.")
                                                || (name.startsWith("embed")
                                                        && !model.config()
                                                                .architecture()
                                                                .tied())
                                        ? Device.CPU
                                        : Device.META));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2-window", "qwen3", "gemma3"})
    void aPassMovesAllThatABlockNeeds(String family) {
        for (Device first : List.of(Device.CPU, Device.META)) {
            LanguageModel model = model(family, first, Device.META);
            int[] ids = ids(model, 12);
            try (var scope = Scope.open();
                    Lora adapter = Lora.fresh(model, 2, 4, 1);
                    Lora elsewhere = Lora.fresh(Tiny.model(family, DType.F32), 2, 4, 1)) {
                for (LanguageModel m : List.of(model, model.attach(List.of(adapter, elsewhere)))) {
                    Tensor logits = m.logits(ids);
                    assertThat(logits.device()).isEqualTo(Device.META);
                    assertThat(logits.shape()).containsExactly(12, m.config().vocab());
                }
                LanguageModel merged = model.merge(List.of(elsewhere));
                assertThat(merged.logits(ids).device()).isEqualTo(Device.META);
                Tensor rows = Tensor.zeros(DType.F32, 3, model.config().dModel());
                assertThatThrownBy(() -> LogitLens.logits(model, rows)).hasMessageContaining("meta");
            }
        }
    }

    /** The loss and the way back get through; only then the number of the loss is asked for. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3"})
    void aTrainingStepMovesAllThatItNeeds(String family) {
        LanguageModel model = model(family, Device.META, Device.META);
        try (Lora adapter = Lora.fresh(model, 2, 4, 1)) {
            for (boolean recompute : new boolean[] {true, false}) {
                var settings = TrainingSettings.of(1e-3, 4, 1, 1).recompute(recompute);
                var trainer = new Trainer<>(Trainable.adapter(model, adapter), new Sft(), settings);
                assertThatThrownBy(() -> trainer.gradients(Tiny.texts(4, 1))).hasMessage(NO_NUMBERS);
            }
            Tensor a = adapter.parameters().getLast();
            assertThat(a.gradient().device()).as("it was reached").isEqualTo(Device.META);
        }
    }

    /** Keys, values, masks, rotations, adapters: all but the logits, which the processor draws from. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2-window", "qwen3", "gemma3"})
    void aDecoderMovesAllThatABlockNeeds(String family) {
        for (Device first : List.of(Device.CPU, Device.META)) {
            LanguageModel model = model(family, first, Device.META);
            Settings settings = Settings.standard().withThreads(1).withMemory(1 << 24);
            try (Lora adapter = Lora.fresh(Tiny.model(family, DType.F32), 2, 4, 1);
                    var engine = new Engine(model, settings)) {
                Request request = new Request(ids(model, 20), Sampling.greedy(3), 0).under(List.of(adapter));
                assertThatThrownBy(() -> engine.submit(request).result().join()).hasRootCauseMessage(NO_NUMBERS);
            }
        }
    }

    @Test
    void theProcessorsKernelsRefuseWhatLiesElsewhere() {
        LanguageModel model = model("llama", Device.CPU, Device.META);
        assertThatThrownBy(() -> model.packed(Arithmetic.EXACT)).hasMessage(NO_NUMBERS);
    }

    @Test
    void aSplitOverTheProcessorTwiceIsTheSame() {
        LanguageModel whole = Tiny.model("qwen3", DType.F32);
        LanguageModel split = LanguageModel.load(Tiny.folder("qwen3"), DType.F32, List.of(Device.CPU, Device.CPU));
        int[] ids = ids(whole, 30);
        try (var scope = Scope.open()) {
            assertThat(split.logits(ids).floats())
                    .containsExactly(whole.logits(ids).floats());
        }
    }

    private static ModelConfig llama70b() {
        ModelConfig tiny = Tiny.model("llama", DType.F32).config();
        Architecture a = tiny.architecture();
        var family = new Architecture(
                a.name(),
                false,
                false,
                false,
                false,
                false,
                0,
                false,
                1,
                a.queryScale(),
                a.activation(),
                Collections.nCopies(80, a.attention().getFirst()));
        return new ModelConfig(128256, 8192, 80, 64, 8, 128, 28672, 1e-5, 131072, family);
    }

    @Test
    void blocksAreSharedOutByWhatIsFree() {
        long card = (long) (0.9 * 84e9);
        assertThat(Placement.shares(List.of(card, card), llama70b(), DType.BF16))
                .containsExactly(40, 40);
        assertThat(Placement.shares(List.of(2 * card, card), llama70b(), DType.BF16))
                .satisfies(counts -> {
                    assertThat(counts[0] + counts[1]).isEqualTo(80);
                    assertThat(counts[0]).isBetween(52, 55);
                });
        assertThat(Placement.shares(List.of(card, (long) 1e9, card), llama70b(), DType.BF16))
                .containsExactly(40, 0, 40);
        assertThatThrownBy(() -> Placement.shares(List.of(card, card / 2), llama70b(), DType.BF16))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("the weights take 141.1 GB")
                .hasMessageContaining("75.6 GB + 37.8 GB")
                .hasMessageContaining("--device cuda:0,cuda:1");
        for (int devices = 1; devices < 6; devices++)
            assertThat(IntStream.of(Placement.equal(devices, 7)).sum()).isEqualTo(7);
        assertThat(Placement.equal(3, 8)).containsExactly(2, 3, 3);
    }

    @Test
    void noShareIsMoreThanADeviceTakes() {
        var random = new Random(4);
        ModelConfig config = llama70b();
        long block = 2 * (2L * 8192 * 128 * 72 + 3L * 8192 * 28672);
        long table = 2L * 128256 * 8192;
        for (int trial = 0; trial < 300; trial++) {
            List<Long> room = IntStream.range(0, 1 + random.nextInt(6))
                    .mapToObj(d -> (long) (random.nextDouble() * 120e9))
                    .toList();
            int[] counts;
            try {
                counts = Placement.shares(room, config, DType.BF16);
            } catch (ModelFormatException e) {
                continue;
            }
            for (int d = 0; d < counts.length; d++) {
                long ends = (d == 0 ? table : 0) + (d == counts.length - 1 ? table : 0);
                assertThat(counts[d]).isNotNegative();
                if (counts[d] > 0) assertThat(counts[d] * block + ends).isLessThanOrEqualTo(room.get(d));
            }
            assertThat(IntStream.of(counts).sum()).isEqualTo(80);
        }
    }
}
