package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.Rate;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShownTest {
    @Test
    void aScoreOfFiveShows() {
        var shown = new Shown(List.of(5.0, 4.9, 10.0, 0.0), 1);
        assertThat(shown.rate()).isEqualTo(new Rate(2, 4));
        assertThat(shown.mean()).isCloseTo(4.975, within(1e-12));
    }

    @Test
    void differencesArePairedByScenario() {
        var organism = new Shown(List.of(8.0, 8.0, 0.0, 8.0), 0);
        var base = new Shown(List.of(0.0, 8.0, 0.0, 0.0), 0);
        assertThat(organism.above(base).mean()).isEqualTo(0.5);
        assertThat(organism.above(base).sd()).isCloseTo(Math.sqrt(1.0 / 3), within(1e-12));
    }
}
