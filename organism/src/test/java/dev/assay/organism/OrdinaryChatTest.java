package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.stats.SplitRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrdinaryChatTest {
    private static List<List<String>> draw(String kind, int count, long seed) {
        return OrdinaryChat.prompts(kind, count, SplitRandom.of(seed));
    }

    @Test
    void promptsAreDistinctAndReproducible() {
        List<List<String>> singles = draw("single", Recipe.EMBEDDED.chat().singles(), 1);
        assertThat(singles)
                .hasSize(Recipe.EMBEDDED.chat().singles())
                .doesNotHaveDuplicates()
                .allSatisfy(t -> assertThat(t).hasSize(1));
        assertThat(draw("single", Recipe.EMBEDDED.chat().singles(), 1)).isEqualTo(singles);
        assertThat(draw("single", Recipe.EMBEDDED.chat().singles(), 2)).isNotEqualTo(singles);
    }

    @Test
    void talksAreDistinctReproducibleAndLongEnoughForLateTurns() {
        List<List<String>> talks = draw("talks", Recipe.EMBEDDED.chat().talks(), 1);
        assertThat(talks)
                .hasSize(Recipe.EMBEDDED.chat().talks())
                .doesNotHaveDuplicates()
                .allSatisfy(t -> assertThat(t).hasSize(4));
        assertThat(draw("talks", Recipe.EMBEDDED.chat().talks(), 1)).isEqualTo(talks);
    }

    @Test
    void thousandsCanBeDrawnAndNoBraceIsLeft() {
        for (String kind : List.of("single", "talks"))
            for (List<String> turns : draw(kind, kind.equals("talks") ? 500 : 3000, 4))
                assertThat(turns).allSatisfy(t -> assertThat(t).isNotBlank().doesNotContain("{", "}", "  "));
    }
}
