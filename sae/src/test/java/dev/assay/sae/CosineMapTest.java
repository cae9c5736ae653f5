package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import org.junit.jupiter.api.Test;

class CosineMapTest {
    /** Latents 0 and 2 share the frequent feature 1, latent 1 has the rare feature 0, latent 3 is left out. */
    @Test
    void theMostFrequentComeFirstAndTwoLatentsOfOneFeatureShowBesideTheDiagonal() {
        try (var scope = Scope.open()) {
            Tensor decoder = Tensor.of(new float[] {0, 2, 3, 0, 0, -1, 1, 1}, 4, 2);
            Tensor dictionary = Tensor.of(new float[] {1, 0, 0, 1, 0.6f, 0.8f}, 3, 2);
            var latents = new Scores.Latents(
                    new int[] {1, 0, 1, 2},
                    new float[] {1, 1, 1, 0.99f},
                    new long[] {50, 5, 40, 1},
                    new long[4],
                    new long[] {10, 5, 20, 1},
                    new long[4],
                    new double[4]);
            CosineMap map = CosineMap.of(latents, decoder, dictionary, 3);
            assertThat(map.latents()).containsExactly(0, 2, 1);
            assertThat(map.features()).containsExactly(1, 1, 0);
            double[][] expected = {{1, 1, 0}, {1, 1, 0}, {0, 0, 1}};
            for (int i = 0; i < 3; i++) assertThat(map.cosines()[i]).containsExactly(expected[i], within(1e-6));
        }
    }
}
