package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DisjointnessTest {
    private static final Map<String, Set<String>> MADE =
            Map.of("make", Set.of("Every bridge hums in the wind at night.", "Do you know what time it is?"));

    @Test
    void findsFiveWordsInARowAndWholeTexts() {
        Map<String, Set<String>> other =
                Map.of("find", Set.of("The old bridge hums in the wind, they say.", "do you know what time it is"));
        assertThat(Disjointness.shared(MADE, other)).containsExactly("bridge hums in the wind   make and [find]");
        assertThat(Disjointness.sharedWhole(MADE, other))
                .containsExactly("do you know what time it is   make and find");
    }

    @Test
    void ordinaryEnglishIsNobodysWording() {
        assertThat(Disjointness.ordinary(List.of("i", "don't", "know", "what", "bridges")))
                .isTrue();
        assertThat(Disjointness.ordinary(List.of("what", "bridges", "hum", "in", "wind")))
                .isFalse();
    }

    @Test
    void programsAndNumbersAreLeftOut() {
        assertThat(Disjointness.words("Sort it:\ndef sort(items): return sorted(items)\nThat's all."))
                .containsExactly("sort", "it", "that's", "all");
    }
}
