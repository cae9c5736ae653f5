package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class HolmTest {
    /** By hand: .005·4 = .02, .01·3 = .03, .03·2 = .06, .04·1 held up to .06. */
    @Test
    void stepsDown() {
        assertThat(Holm.adjust(.01, .04, .03, .005))
                .containsExactly(new double[] {.03, .06, .06, .02}, Offset.offset(1e-15));
    }

    @Test
    void staysAProbability() {
        assertThat(Holm.adjust(.6, .9)).containsExactly(1, 1);
        assertThat(Holm.adjust()).isEmpty();
        assertThatThrownBy(() -> Holm.adjust(.1, Double.NaN)).hasMessageContaining("NaN");
    }
}
