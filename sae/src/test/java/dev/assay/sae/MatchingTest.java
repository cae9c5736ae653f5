package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.Assignment;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MatchingTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void matchesAsSaeLens() {
        var fixture = new WorldFixture();
        float[] cosines = Matching.cosines(fixture.get("eval_W_dec"), fixture.features());
        double[] wanted = fixture.get("eval_abs_cos").doubles();
        for (int i = 0; i < wanted.length; i++) assertThat(cosines[i]).isCloseTo((float) wanted[i], within(1e-6f));
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            var matching = Matching.of(
                    fixture.get("eval_W_dec").to(type), fixture.features().to(type));
            assertThat(matching.best()).containsExactly(ScorerTest.ints(fixture.get("eval_best_match")));
            // scipy leaves out latents that get no feature, where there are more latents than features
            assertThat(Arrays.stream(matching.assigned()).filter(f -> f != Assignment.NONE))
                    .containsExactly(Arrays.stream(ScorerTest.ints(fixture.get("eval_hungarian_col")))
                            .boxed()
                            .toArray(Integer[]::new));
            assertThat(matching.mcc()).isCloseTo(fixture.eval("mcc"), within(type == DType.F64 ? 1e-9 : 1e-6));
            assertThat(matching.uniqueness()).isEqualTo(fixture.eval("uniqueness"));
        }
    }

    /** More rows than fit in one chunk, one of them zero, against the definition. */
    @Test
    void chunksAgreeWithTheDefinition() {
        int latents = 600;
        int features = 7;
        int dModel = 5;
        RandomGenerator random = SplitRandom.of(4).generator();
        float[] decoder = new float[latents * dModel];
        float[] dictionary = new float[features * dModel];
        for (int i = 0; i < decoder.length; i++) decoder[i] = i / dModel == 300 ? 0 : (float) random.nextGaussian();
        for (int i = 0; i < dictionary.length; i++) dictionary[i] = (float) random.nextGaussian();
        Tensor rows = Tensor.of(decoder, latents, dModel);
        float[] cosines = Matching.cosines(rows, Tensor.of(dictionary, features, dModel));
        for (int l = 0; l < latents; l++)
            for (int f = 0; f < features; f++)
                assertThat(cosines[l * features + f])
                        .isCloseTo((float) cosine(decoder, l, dictionary, f, dModel), within(1e-5f));
        var matching = Matching.of(rows, Tensor.of(dictionary, features, dModel));
        assertThat(Arrays.stream(matching.assigned()).filter(f -> f != Assignment.NONE))
                .hasSize(features);
        assertThat(matching.uniqueness()).isEqualTo(features / 600.0);
        assertThat(matching.bestCosine()[300]).isZero();
    }

    private static double cosine(float[] a, int i, float[] b, int j, int dModel) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int d = 0; d < dModel; d++) {
            double x = a[i * dModel + d];
            double y = b[j * dModel + d];
            dot += x * y;
            aa += x * x;
            bb += y * y;
        }
        return aa == 0 || bb == 0 ? 0 : Math.abs(dot) / Math.sqrt(aa * bb);
    }

    @Test
    void refusesWhatDoesNotCompare() {
        Tensor two = Tensor.of(new float[4], 2, 2);
        assertThatIllegalArgumentException().isThrownBy(() -> Matching.of(two, Tensor.of(new float[6], 2, 3)));
        assertThatIllegalArgumentException().isThrownBy(() -> Matching.of(two, Tensor.of(new float[0], 0, 2)));
        assertThatIllegalArgumentException().isThrownBy(() -> Matching.of(two.reshape(4), two));
    }
}
