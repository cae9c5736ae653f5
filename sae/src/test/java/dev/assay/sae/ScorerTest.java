package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScorerTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    /** SAELens' own evaluation of an imperfect autoencoder, in uneven batches. */
    @Test
    void scoresAsSaeLens() {
        var fixture = new WorldFixture();
        var scorer = new Scorer(fixture.get("eval_W_dec"), fixture.features());
        int samples = (int) fixture.get("eval_latents").size(0);
        for (int from = 0, size; from < samples; from += size) {
            size = Math.min(97, samples - from);
            scorer.add(
                    WorldFixture.sparse(fixture.get("eval_latents"), from, size),
                    WorldFixture.sparse(fixture.get("acts_v2_scaled"), from, size),
                    fixture.get("hidden_v2").narrow(0, from, size),
                    fixture.get("eval_recon").narrow(0, from, size));
        }
        Scores scores = scorer.scores();
        Scores.Latents latents = scores.latents();
        assertThat(latents.tp()).containsExactly(counts(fixture, "eval_tp"));
        assertThat(latents.fp()).containsExactly(counts(fixture, "eval_fp"));
        assertThat(latents.fn()).containsExactly(counts(fixture, "eval_fn"));
        assertThat(latents.tn()).containsExactly(counts(fixture, "eval_tn"));
        assertThat(latents.feature()).containsExactly(ints(fixture.get("eval_best_match")));
        assertThat(scores.samples()).isEqualTo(samples);
        assertThat(scores.dead()).isEqualTo((int) fixture.eval("dead_latents"));
        assertThat(scores.l0()).isEqualTo(fixture.eval("sae_l0"));
        assertThat(scores.trueL0()).isEqualTo(fixture.eval("true_l0"));
        // the library's counts are fp32
        assertThat(scores.f1()).isCloseTo(fixture.eval("f1"), within(1e-6));
        assertThat(scores.precision()).isCloseTo(fixture.eval("precision"), within(1e-6));
        assertThat(scores.recall()).isCloseTo(fixture.eval("recall"), within(1e-6));
        assertThat(scores.accuracy()).isCloseTo(fixture.eval("accuracy"), within(1e-6));
        assertThat(scores.explainedVariance()).isCloseTo(fixture.eval("explained_variance"), within(1e-9));
        assertThat(scores.shrinkage()).isCloseTo(fixture.eval("shrinkage"), within(1e-9));
        assertThat(scores.mcc()).isCloseTo(fixture.eval("mcc"), within(1e-9));
        assertThat(scores.uniqueness()).isCloseTo(fixture.eval("uniqueness"), within(1e-12));
    }

    private static long[] counts(WorldFixture fixture, String name) {
        return Arrays.stream(fixture.get(name).doubles())
                .mapToLong(d -> (long) d)
                .toArray();
    }

    static int[] ints(Tensor longs) {
        return Arrays.stream(longs.longs()).mapToInt(Math::toIntExact).toArray();
    }

    /** Random data with dead latents, silent features, zero vectors and explicit zeros, against the dense definitions. */
    @Test
    void scoresAsTheDefinitions() {
        for (int round = 0; round < 8; round++) {
            RandomGenerator random = SplitRandom.of(12).split(round).generator();
            int latents = 1 + random.nextInt(14);
            int features = 1 + random.nextInt(14);
            int dModel = 2 + random.nextInt(6);
            var reference = new DenseReference(latents, features, dModel, random);
            var scorer = new Scorer(
                    Tensor.of(reference.decoder, latents, dModel), Tensor.of(reference.features, features, dModel));
            for (int batch = 0; batch < 3; batch++) reference.addTo(scorer, 1 + random.nextInt(20), random);
            reference.compare(scorer.scores());
        }
    }

    @Test
    void nothingScoredIsZero() {
        var scorer = new Scorer(Tensor.of(new float[] {1, 0}, 1, 2), Tensor.of(new float[] {0, 1, 1, 0}, 2, 2));
        Scores scores = scorer.scores();
        assertThat(scores.f1()).isZero();
        assertThat(scores.explainedVariance()).isZero();
        assertThat(scores.l0()).isZero();
        assertThat(scores.dead()).isEqualTo(1);
        assertThat(scores.mcc()).isEqualTo(1);
        assertThat(scores.summary())
                .containsEntry("dead", 1)
                .containsKeys("f1", "mcc", "ev", "l0", "uniqueness", "true-l0");
    }

    /** A constant input has no variance to explain: 1 if it is reproduced, else 0. */
    @Test
    void constantInputs() {
        for (float out : new float[] {3, 2}) {
            var scorer = new Scorer(Tensor.of(new float[] {1, 0}, 1, 2), Tensor.of(new float[] {1, 0}, 1, 2));
            var silent = new SparseRows(1);
            silent.endRow(0);
            scorer.add(silent, silent, new float[] {3, 4}, new float[] {out, 4});
            scorer.add(silent, silent, new float[] {3, 4}, new float[] {out, 4});
            assertThat(scorer.scores().explainedVariance()).isEqualTo(out == 3 ? 1 : 0);
        }
    }

    @Test
    void refusesPartsThatDoNotFit() {
        var scorer = new Scorer(Tensor.of(new float[] {1, 0}, 1, 2), Tensor.of(new float[] {0, 1, 1, 0}, 2, 2));
        var one = new SparseRows(1);
        one.endRow(0);
        var two = new SparseRows(2);
        two.endRow(0);
        assertThatIllegalArgumentException().isThrownBy(() -> scorer.add(one, one, new float[2], new float[2]));
        assertThatIllegalArgumentException().isThrownBy(() -> scorer.add(one, two, new float[2], new float[4]));
        two.endRow(0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scorer.add(one, two, new float[2], new float[2]))
                .withMessageContaining("differ in length");
    }
}
