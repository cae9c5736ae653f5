package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What no folder of sae-lens' shows; the architectures themselves are compared in {@link SaeLensFolderTest}. */
class InferenceSaeTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    private static Tensor tensor(double[] values, long... shape) {
        return Tensor.of(values, shape).to(DType.F32);
    }

    /** The imperfect autoencoder of the evaluation fixture, a dead latent among its own. */
    @Test
    void encodesAndDecodesTheEvaluatedAutoencoder() {
        var fixture = new WorldFixture();
        var decoder = new SaeDecoder(
                fixture.get("eval_W_dec").to(DType.F32),
                fixture.get("eval_b_dec").to(DType.F32));
        var encoder = new SaeEncoder(
                fixture.get("eval_W_enc").to(DType.F32),
                fixture.get("eval_b_enc").to(DType.F32));
        var sae = new JumpReluSae(
                SaeInput.CENTRED,
                encoder,
                decoder,
                fixture.get("eval_threshold").to(DType.F32));
        SparseRows latents = sae.encode(fixture.get("hidden_v2"));
        GoldenSae.near(latents.dense(), fixture.get("eval_latents").floats(), "latents");
        GoldenSae.near(sae.decode(latents).floats(), fixture.get("eval_recon").floats(), "recon");
    }

    /** A threshold below 0 lets nothing negative through. */
    @Test
    void negativeThresholdsAreZero() {
        var encoder = new SaeEncoder(tensor(new double[] {1, 1, 1}, 1, 3), tensor(new double[3], 3));
        var decoder = new SaeDecoder(tensor(new double[] {1, 1, 1}, 3, 1), tensor(new double[1], 1));
        var sae = new JumpReluSae(SaeInput.AS_IS, encoder, decoder, tensor(new double[] {-2, 0, 1}, 3));
        SparseRows latents = sae.encode(tensor(new double[] {-1, 0, 1, 1.5}, 4, 1));
        assertThat(latents.dense()).containsExactly(0, 0, 0, 0, 0, 0, 1, 1, 0, 1.5f, 1.5f, 1.5f);
        assertThat(sae.decode(latents).floats()).containsExactly(0, 0, 2, 4.5f);
    }

    /** Fewer positive pre-activations than k: the rest of the k are not active. */
    @Test
    void topKKeepsPositiveOnes() {
        var encoder = new SaeEncoder(tensor(new double[] {3, 2, 1, -1}, 1, 4), tensor(new double[4], 4));
        var decoder = new SaeDecoder(tensor(new double[] {2, 2, 2, 2}, 4, 1), tensor(new double[1], 1));
        var sae = new TopKSae(SaeInput.AS_IS, encoder, decoder, 2, true);
        SparseRows latents = sae.encode(tensor(new double[] {1, -1}, 2, 1));
        assertThat(latents.dense()).containsExactly(6, 4, 0, 0, 0, 0, 0, 2);
        assertThat(sae.decode(latents).floats()).containsExactly(10, 2);
    }

    /** By hand: the tilted atom first, then the other for what is left; a negative input has no positive atom. */
    @Test
    void matchingPursuitByHand() {
        var decoder = new SaeDecoder(tensor(new double[] {1, 0, .6, .8}, 2, 2), tensor(new double[2], 2));
        Tensor x = tensor(new double[] {2, 1.5, -1, -1}, 2, 2);
        var once = new MatchingPursuitSae(SaeInput.CENTRED, decoder, 1, 0, false);
        GoldenSae.near(once.encode(x).dense(), new float[] {0, 2.4f, 0, 0}, "latents");
        var stopping = new MatchingPursuitSae(SaeInput.CENTRED, decoder, 9, 0, true);
        // (2, 1.5) - 2.4 (.6, .8) = (.56, -.42), then .56 (1, 0), then nothing positive is left
        GoldenSae.near(stopping.encode(x).dense(), new float[] {.56f, 2.4f, 0, 0}, "latents");
    }
}
