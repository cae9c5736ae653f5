package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.sae.Recipes.Protocol;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SaeSuitesTest {
    @ParameterizedTest
    @ValueSource(strings = {"lista-ablation", "ladder", "l0-curve"})
    void everyRowOfAShippedSuiteIsARecipeInBothProtocols(String name) {
        SaeSuite suite = SaeSuites.load(name);
        for (Protocol protocol : Protocol.values())
            for (SaeSuite.Row row : suite.rows())
                assertThat(Recipes.load(row.recipe(), protocol, row.set()))
                        .as(row.name())
                        .isNotNull();
        assertThat(suite.about()).isNotEmpty();
    }

    /** A row that changes nothing would be an ablation that never ran. */
    @Test
    void everyRowOfTheAblationDiffersFromWhatItIsComparedWith() {
        SaeSuite suite = SaeSuites.load("lista-ablation");
        Set<String> leftOut = new HashSet<>();
        for (SaeSuite.Row row : suite.rows()) {
            if (row.name().equals(row.against())) continue;
            Architecture.BatchTopK mine = batch(row);
            if (row.name().equals("no learning-rate decay"))
                assertThat(recipe(row).training().decayShare()).isZero();
            else assertThat(mine).as(row.name()).isNotEqualTo(batch(suite.row(row.against())));
            if (row.group().equals("left out")) leftOut.add(row.name());
        }
        assertThat(leftOut).hasSize(7);
        assertThat(batch(suite.row("constant k")).k().at(0)).isEqualTo(5.8);
        assertThat(batch(suite.row("no levels")).levels()).isEqualTo(Levels.NONE);
        assertThat(batch(suite.row("+ falling k")).k().at(0)).isEqualTo(13.92);
        assertThat(batch(suite.row("blocked gradients")).refinement().blocked()).isTrue();
        assertThat(suite.row("5 iterations").claim().orElseThrow().changes())
                .isEqualTo(Map.of("f1", Claim.Change.DOWN, "ev", Claim.Change.UP));
        assertThat(suite.row("blocked gradients").claim().orElseThrow().changes())
                .isEqualTo(Map.of("f1", Claim.Change.NOT_UP));
    }

    private static Recipe recipe(SaeSuite.Row row) {
        return Recipes.load(row.recipe(), Protocol.MINI, row.set());
    }

    private static Architecture.BatchTopK batch(SaeSuite.Row row) {
        return (Architecture.BatchTopK) recipe(row).architecture();
    }

    @Test
    void aMultipleIsOfWhatTheFieldIsByThen() {
        Map<String, String> set = new LinkedHashMap<>();
        set.put("k", "0.6 * k");
        set.put("initial-k", "2.4*k");
        KSchedule k = ((Architecture.BatchTopK)
                        Recipes.load("batchtopk", Protocol.FULL, set).architecture())
                .k();
        assertThat(k.last()).isEqualTo(15);
        assertThat(k.initial()).isEqualTo(36);
        assertThatThrownBy(() -> Recipes.load("batchtopk", Protocol.FULL, Map.of("k", "2 * width")))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("width");
    }

    @Test
    void nullRemovesAField() {
        Recipe recipe = Recipes.load("lista-matryoshka", Protocol.FULL, Map.of("initial-k", "null", "levels", "null"));
        var batch = (Architecture.BatchTopK) recipe.architecture();
        assertThat(batch.k().initial()).isEqualTo(25);
        assertThat(batch.levels()).isEqualTo(Levels.NONE);
    }

    @Test
    void whatAllRowsSetComesBeforeWhatARowSets() {
        SaeSuite suite = SaeSuites.of("mine", """
                recipe: topk
                set: {latents: 64, k: 3}
                rows:
                  - {name: a}
                  - {name: b, set: {k: 4}}
                """);
        assertThat(suite.base()).isEqualTo("a");
        assertThat(suite.row("b").set()).isEqualTo(Map.of("latents", "64", "k", "4"));
        assertThat(suite.margin()).isEqualTo(SaeSuites.MARGIN);
    }

    @Test
    void mistakesAreNamed() {
        fails("rows: [{name: a}, {name: a}]", "two rows");
        fails("rows: [{name: a, against: b}]", "'b'");
        fails("base: c\nrows: [{name: a}]", "'c'");
        fails("rows: [{nam: a}]", "has no name");
        fails("rows: [{name: a, colour: red}]", "colour");
        fails("rows: []", "rows");
        fails("rows: [{name: a, claim: {f1: up}}]", "claim.says");
        fails("rows: [{name: a, claim: {says: x, f2: up}}]", "f2");
        fails("rows: [{name: a, claim: {says: x, f1: sideways}}]", "sideways");
        assertThatThrownBy(() -> SaeSuites.load("nothing")).hasMessageContaining("lista-ablation");
    }

    private static void fails(String yaml, String says) {
        assertThatThrownBy(() -> SaeSuites.of("mine", yaml))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining(says);
    }
}
