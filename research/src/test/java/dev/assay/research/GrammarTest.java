package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.assay.sae.Architecture;
import dev.assay.sae.Recipe;
import dev.assay.sae.Recipes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrammarTest {
    private final Grammar small = new Grammar(Protocol.of("small", Map.of(), List.of()));

    @Test
    void hasAtLeastSixtyMoves() {
        assertThat(small.moves()).isGreaterThanOrEqualTo(60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "suite", "tiny"})
    void everyMoveMakesAnotherRecipeThatCanBeTrained(String family) {
        var grammar = new Grammar(Protocol.of(family, Map.of(), List.of()));
        Set<String> recipes = new HashSet<>();
        recipes.add(Grammar.recipe(grammar.text(Map.of())).toString());
        for (Slot slot : grammar.slots()) {
            Map<String, String> base = new HashMap<>();
            for (String need : slot.needs())
                base.put(
                        need,
                        grammar.slot(need).orElseThrow().values().getFirst().name());
            String before = Grammar.recipe(grammar.text(base)).toString();
            for (Slot.Value value : slot.values()) {
                Map<String, String> choices = new HashMap<>(base);
                choices.put(slot.id(), value.name());
                Recipe recipe = Grammar.recipe(grammar.text(choices));
                assertThat(recipe.toString())
                        .as(slot.id() + ": " + value.name())
                        .isNotEqualTo(before);
                assertThat(recipes.add(recipe.toString()))
                        .as(slot.id() + ": " + value.name())
                        .isTrue();
            }
        }
    }

    @Test
    void theFiveIngredientsAreInIt() {
        Recipe wanted = Recipes.load("lista-matryoshka", Recipes.Protocol.MINI, Map.of());
        Recipe ours = Grammar.recipe(small.text(small.listaMatryoshka()));
        assertThat(ours.architecture()).isEqualTo(wanted.architecture());
        assertThat(ours.training()).isEqualTo(wanted.training());
        Recipe batch = Recipes.load("batchtopk", Recipes.Protocol.MINI, Map.of());
        assertThat(Grammar.recipe(small.text(small.batchTopK())).training()).isEqualTo(batch.training());
        assertThat(Grammar.recipe(small.text(small.batchTopK())).architecture()).isEqualTo(batch.architecture());
    }

    @Test
    void whatHasNoMeaningIsLeftOut() {
        Map<String, String> orphan = Map.of("levels.detached", "detached", "tilt", "0.2");
        assertThat(small.meaningful(orphan)).isEqualTo(Map.of("tilt", "0.2"));
        Map<String, String> topk = Map.of("architecture", "topk", "tilt", "0.2", "decay", "from the start");
        assertThat(small.meaningful(topk)).containsOnlyKeys("architecture", "decay");
        assertThat(Grammar.recipe(small.text(topk)).architecture()).isInstanceOf(Architecture.TopK.class);
    }

    @Test
    void stepsShrinkWithTheRun() {
        Map<String, String> choices = Map.of("aux", "on the whole residual", "warm-up", "over 10 %");
        Recipe full = Grammar.recipe(small.text(choices));
        Recipe quarter = Grammar.recipe(small.text(choices, 128_000));
        assertThat(full.training().deadWindow()).isEqualTo(50);
        assertThat(quarter.training().deadWindow()).isEqualTo(12);
        assertThat(quarter.training().warmUpSteps()).isEqualTo(full.training().warmUpSteps() / 4);
    }

    @Test
    void deletedSlotsAreNotOpen() {
        var without = new Grammar(Protocol.of("small", Map.of(), List.of("refinement", "levels")));
        assertThat(without.open()).noneMatch(s -> s.id().equals("refinement"));
        assertThatExceptionOfType(ResearchException.class)
                .isThrownBy(() -> new Grammar(Protocol.of("small", Map.of(), List.of("magic"))))
                .withMessageContaining("magic");
    }
}
