package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.lm.WeightDifference.Direction;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WeightDifferenceTest {
    private final LanguageModel model = Tiny.model("llama", DType.F32);

    private Lora adapter(int rank, long seed) {
        Lora adapter = Lora.fresh(model, rank, 2, seed);
        var random = new Random(seed);
        adapter.weights().forEach((name, weight) -> {
            var values = new float[(int) weight.count()];
            for (int i = 0; i < values.length; i++) values[i] = (float) (0.1 * random.nextGaussian());
            try (var scope = Scope.open()) {
                weight.setInPlace(Tensor.of(values, weight.shape()));
            }
        });
        return adapter;
    }

    private static List<Direction> directions(LanguageModel from, LanguageModel to, int most) {
        return WeightDifference.directions(from, to, most, (map, done) -> {});
    }

    @Test
    void attachedAndMergedAdaptersHaveTheSameDirections() {
        try (Lora first = adapter(2, 1);
                Lora second = adapter(3, 2);
                LanguageModel merged = model.merge(List.of(first, second))) {
            List<Direction> attached = directions(model, model.attach(List.of(first, second)), 9);
            List<Direction> dense = directions(model, merged, 9);
            assertThat(attached).hasSize(3 * 7 * 5).hasSameSizeAs(dense);
            for (int i = 0; i < dense.size(); i++) {
                Direction a = attached.get(i);
                Direction b = dense.get(i);
                assertThat(b.map()).isEqualTo(a.map());
                assertThat(b.size()).isCloseTo(a.size(), within(1e-4 * a.size()));
                assertThat(b.share()).isCloseTo(a.share(), within(1e-4));
                assertThat(Math.abs(dot(a.reads(), b.reads()))).isCloseTo(a.reads().length == 0 ? 0 : 1, within(1e-3));
                assertThat(Math.abs(dot(a.writes(), b.writes())))
                        .isCloseTo(a.writes().length == 0 ? 0 : 1, within(1e-3));
            }
            Map<String, Double> shares = attached.stream()
                    .collect(Collectors.groupingBy(Direction::map, Collectors.summingDouble(Direction::share)));
            assertThat(shares)
                    .hasSize(21)
                    .allSatisfy((map, share) -> assertThat(share).isCloseTo(1, within(1e-9)));
        }
    }

    @Test
    void whatBothHaveIsNoDifference() {
        try (Lora common = adapter(2, 1);
                Lora more = adapter(1, 2)) {
            LanguageModel from = model.attach(List.of(common));
            assertThat(directions(from, from, 4)).isEmpty();
            assertThat(directions(model, model, 4)).isEmpty();
            List<Direction> found = directions(from, model.attach(List.of(common, more)), 1);
            assertThat(found).hasSize(21).allSatisfy(d -> assertThat(d.share()).isCloseTo(1, within(1e-6)));
        }
    }

    @Test
    void mapsReadAndWriteTheStreamWhereTheyTouchIt() {
        try (Lora adapter = adapter(1, 1)) {
            for (Direction d : directions(model, model.attach(List.of(adapter)), 1)) {
                String kind = d.map().substring(d.map().lastIndexOf('.') + 1);
                boolean reads = List.of("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj")
                        .contains(kind);
                assertThat(d.reads().length).isEqualTo(reads ? model.config().dModel() : 0);
                assertThat(d.writes().length)
                        .isEqualTo(reads ? 0 : model.config().dModel());
                float[] a = adapter.weights().get(d.map() + ".lora_A").floats();
                float[] norm = scale(d);
                if (reads) {
                    for (int i = 0; i < a.length; i++) a[i] *= norm[i];
                    assertThat(Math.abs(dot(d.reads(), a)) / Math.sqrt(dot(a, a)))
                            .isCloseTo(1, within(1e-5));
                } else {
                    float[] b = adapter.weights().get(d.map() + ".lora_B").floats();
                    assertThat(Math.abs(dot(d.writes(), b)) / Math.sqrt(dot(b, b)))
                            .isCloseTo(1, within(1e-5));
                }
            }
        }
    }

    private float[] scale(Direction d) {
        Transformer.Block block = model.transformer().blocks().get(d.layer());
        Norm norm = d.map().contains("self_attn") ? block.attentionNorm() : block.feedForwardNorm();
        return norm.weight().floats();
    }

    @Test
    void modelsOfOtherShapesAreRefused() {
        assertThatThrownBy(() -> directions(model, Tiny.model("qwen3", DType.F32), 1))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("same base");
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += (double) a[i] * b[i];
        return sum;
    }
}
