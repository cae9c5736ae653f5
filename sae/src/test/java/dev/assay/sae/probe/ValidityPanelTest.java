package dev.assay.sae.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.sae.InferenceSae;
import dev.assay.sae.Recipes;
import dev.assay.sae.Trainer;
import dev.assay.sae.WorldData;
import dev.assay.world.Presets;
import dev.assay.world.World;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What must be so of any metric that is to be trusted, on a world of a few hundred features. */
class ValidityPanelTest {
    private static World world;
    private static final Map<String, Map<String, Double>> ROWS = new LinkedHashMap<>();

    @BeforeAll
    static void measure() {
        world = World.build(
                Presets.named("small").config().change().noOrthogonalization().build(), (step, steps, loss) -> {});
        var recipe = Recipes.load(
                "matryoshka",
                Recipes.Protocol.MINI,
                Map.of("training.samples", "128000", "training.dead-window", "20"));
        try (var data = new WorldData(world, 1, 1);
                var trainer = new Trainer(recipe, data, 1, 1)) {
            while (!trainer.done()) trainer.next();
            try (InferenceSae sae = trainer.export().orElseThrow()) {
                var panel = new ValidityPanel(world, new ValidityPanel.Plan(6000, 8, 3, 3), 1);
                for (ValidityPanel.Row row : new ValidityPanel.Row[] {
                    panel.oracle(),
                    panel.bestK(5),
                    panel.row("trained", sae),
                    panel.permuted("trained", sae),
                    panel.random(128),
                    panel.randomMatched(128, 6)
                }) ROWS.put(row.name(), row.scores());
            }
        }
    }

    @AfterAll
    static void free() {
        world.close();
    }

    private static double score(String row, String name) {
        return ROWS.get(row).get(name);
    }

    @Test
    void theTruthIsBest() {
        for (String name : new String[] {"f1", "mcc", "ev", "probing k=1"})
            ROWS.forEach((row, scores) -> assertThat(scores.get(name))
                    .as(row + ": " + name)
                    .isLessThanOrEqualTo(score("oracle", name) + 1e-9));
        assertThat(score("oracle", "f1")).isGreaterThan(0.99);
        assertThat(score("oracle", "ev")).isGreaterThan(0.999);
        assertThat(score("oracle", "probing k=1")).isGreaterThan(0.95);
        assertThat(score("best 5", "l0")).isLessThanOrEqualTo(5);
    }

    @Test
    void trainingIsWorthMoreThanChance() {
        for (String name : new String[] {"f1", "mcc", "ev", "probing k=1", "tpp n=2"})
            assertThat(score("trained", name)).as(name).isGreaterThan(score("random, L0 matched", name) + 0.02);
        assertThat(score("random, L0 matched", "l0")).isBetween(4.0, 8.0);
    }

    @Test
    void permutingTheDecoderLeavesProbingAsItIsAndDestroysWhatIsDoneThroughTheDecoder() {
        String permuted = "trained" + ValidityPanel.PERMUTED;
        for (String name : new String[] {"probing k=1", "probing k=5", "l0"})
            assertThat(score(permuted, name)).as(name).isEqualTo(score("trained", name));
        for (String name : new String[] {"ev", "f1", "tpp n=2", "tpp n=20"})
            assertThat(score(permuted, name)).as(name).isLessThan(score("trained", name) / 2);
        assertThat(score(permuted, "scr n=2")).isLessThan(Math.max(0.05, score("trained", "scr n=2") / 2));
    }
}
