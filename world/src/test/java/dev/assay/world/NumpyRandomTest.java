package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Against numpy 2.4.6, {@code np.random.RandomState(seed)}. */
class NumpyRandomTest {
    private static int[] upTo(int n) {
        return IntStream.range(0, n).toArray();
    }

    @Test
    void permutationsAreNumpys() {
        var random = new NumpyRandom(42);
        assertThat(random.permutation(upTo(10))).containsExactly(8, 1, 5, 0, 7, 2, 9, 4, 3, 6);
        assertThat(random.permutation(upTo(7))).containsExactly(4, 1, 0, 3, 5, 6, 2);
        assertThat(random.choice(IntStream.rangeClosed(100, 120).toArray(), 6))
                .containsExactly(120, 113, 110, 103, 115, 106);
    }

    @Test
    void noMoreAreChosenThanThereAre() {
        assertThatIllegalArgumentException().isThrownBy(() -> new NumpyRandom(1).choice(upTo(3), 4));
    }
}
