package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.sae.Architecture.BatchTopK;
import dev.assay.sae.Recipes.Protocol;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class RecipesTest {
    static final List<String> NAMES = Recipes.NAMES;

    @ParameterizedTest
    @FieldSource("NAMES")
    void everyRecipeReads(String name) {
        Recipe full = Recipes.load(name, Protocol.FULL, Map.of());
        assertThat(full.latents()).isEqualTo(4096);
        assertThat(full.training().steps()).isEqualTo(195_312);
        Recipe mini = Recipes.load(name, Protocol.MINI, Map.of());
        assertThat(mini.latents()).isEqualTo(128);
        assertThat(mini.training().steps()).isEqualTo(1000);
        assertThat(mini.architecture()).hasSameClassAs(full.architecture()).isNotEqualTo(full.architecture());
    }

    /** Dossier, section 4.1. */
    @Test
    void listaMatryoshkaIsThePublishedOne() {
        var spec = (BatchTopK)
                Recipes.load("lista-matryoshka", Protocol.FULL, Map.of()).architecture();
        assertThat(spec.k()).isEqualTo(new KSchedule(60, 25, 195_312));
        assertThat(spec.k().at(0)).isEqualTo(60);
        assertThat(spec.k().at(195_312)).isEqualTo(25);
        assertThat(spec.refinement()).isEqualTo(Refinement.of(1, 0.3));
        assertThat(spec.levels()).isEqualTo(new Levels(List.of(128, 512, 2048), true, Levels.Order.FREQUENCY));
        assertThat(spec.tilt()).isEqualTo(0.002);
        assertThat(spec.aux()).isEqualTo(AuxLoss.TOPK);
        assertThat(spec.centredTarget()).isTrue();
    }

    /** Dossier, section 3.6: with shorter rows no pre-activation comes near the threshold and nothing ever fires. */
    @Test
    void jumpReluStartsNearItsThresholds() {
        Recipe recipe = Recipes.load("jumprelu", Protocol.FULL, Map.of());
        var spec = (Architecture.JumpRelu) recipe.architecture();
        assertThat(spec.threshold()).isEqualTo(1);
        try (var start = Parameters.fresh(spec, 10, 20, DType.F32, SplitRandom.of(1))) {
            for (double norm : start.get("W_dec").square().sum(1).sqrt().doubles())
                assertThat(norm).isCloseTo(0.5, within(1e-6));
        }
    }

    @Test
    void fieldsCanBeReplacedByName() {
        Recipe r = Recipes.load(
                "lista-matryoshka",
                Protocol.MINI,
                Map.of("refinement.eta", "0.1", "training.precision", "bf16", "levels.widths", "[4, 60]", "tilt", "0"));
        var spec = (BatchTopK) r.architecture();
        assertThat(spec.refinement()).isEqualTo(Refinement.of(1, 0.1));
        assertThat(spec.levels().widths()).containsExactly(4, 60);
        assertThat(spec.tilt()).isZero();
        assertThat(r.training().precision()).isEqualTo(DType.BF16);
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> Recipes.load("batchtopc", Protocol.FULL, Map.of()))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("no recipe batchtopc")
                .hasMessageContaining("batchtopk");
        assertThatThrownBy(() -> Recipes.load("batchtopk", Protocol.FULL, Map.of("training.lerning-rate", "1")))
                .hasMessageContaining("training.lerning-rate")
                .hasMessageContaining("learning-rate");
        assertThatThrownBy(() -> Recipes.load("batchtopk", Protocol.FULL, Map.of("k", "many")))
                .hasMessage("batchtopk: k must be a number, was \"many\"");
        assertThatThrownBy(() -> Recipes.of("mine", "architecture: crosscoder"))
                .hasMessageContaining("crosscoder")
                .hasMessageContaining("matching-pursuit");
        assertThatThrownBy(() -> Recipes.of("mine", "architecture: batchtopk\nk: 5\nlevels: {widths: [8, 4]}"))
                .hasMessageContaining("must rise");
        assertThatThrownBy(() -> Recipes.of("mine", "architecture: standard\ntraining: {samples: 10}"))
                .hasMessageContaining("training.samples");
    }

    /** Numbers that no training could use, by recipe and field. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "batchtopk | latents | 0 | latents must be a whole number of at least 1",
                "batchtopk | latents | 1e12 | latents must be",
                "batchtopk | k | 129 | k must not exceed latents, 128",
                "batchtopk | k | -3 | k must be a number above 0",
                "batchtopk | k | 0.001 | k times training.batch",
                "lista-matryoshka | initial-k | 500 | k must not exceed latents",
                "lista-matryoshka | k-share | 1.5 | k-share must be a number from 0",
                "matryoshka | levels.widths | [8, 128] | levels.widths must stay below latents",
                "topk | k | 129 | k must be from 1 to latents",
                "topk | k | 0 | k must be a whole number of at least 1",
                "jumprelu | bandwidth | 0 | bandwidth must be a number above 0",
                "jumprelu | mode | quadratic | target must be above 0",
                "jumprelu | penalty.coefficient | -1 | penalty.coefficient must be",
                "matching-pursuit | iterations | 0 | iterations must be a whole number of at least 1",
                "matching-pursuit | residual | -1 | residual must be a number of at least 0",
                "batchtopk | tilt | -1 | tilt must be",
                "batchtopk | training.batch | 0 | training.batch must be",
                "batchtopk | training.batch | 1e11 | training.batch must be",
                "batchtopk | training.dead-window | -1 | training.dead-window must be",
                "batchtopk | training.decay-share | 3 | training.decay-share must be"
            })
    void numbersThatDoNotFitAreNamed(String recipe, String field, String value, String message) {
        assertThatThrownBy(() -> Recipes.load(recipe, Protocol.MINI, Map.of(field, value)))
                .isInstanceOf(SaeException.class)
                .hasMessageStartingWith(recipe + ": ")
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
    }

    @Test
    void brokenYamlIsOneLineWithItsPlace() {
        assertThatThrownBy(() -> Recipes.of("mine", "architecture: [batchtopk\n k: 5"))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("line 2")
                .message()
                .hasLineCount(1);
    }

    /** The entry of the fixture's schedules whose name matches, and the numbers in its name. */
    private static Map.Entry<List<Double>, JsonNode> schedule(String pattern) {
        var name = Pattern.compile(pattern);
        for (var entry : new ZooFixture().facts().path("schedules").properties()) {
            var found = name.matcher(entry.getKey());
            if (!found.matches()) continue;
            List<Double> numbers = new ArrayList<>();
            for (int i = 1; i <= found.groupCount(); i++) numbers.add(Double.valueOf(found.group(i)));
            return Map.entry(numbers, entry.getValue());
        }
        throw new AssertionError("the fixture has no schedule " + pattern);
    }

    /** Constant between some steps up and some down: SAELens' scheduler. */
    @Test
    void learningRateAsThePeer() {
        var schedule = schedule("lr_constant_warm(\\d+)_decay(\\d+)_total(\\d+)");
        JsonNode wanted = schedule.getValue();
        int warmUp = schedule.getKey().get(0).intValue();
        double decay = schedule.getKey().get(1) + 0.5; // shares are rounded down to steps
        int steps = schedule.getKey().get(2).intValue();
        double rate = wanted.get(warmUp).asDouble();
        var training = new Training(steps, 1, rate, warmUp, decay / steps, 1000, DType.F32, false);
        assertThat(wanted.size()).isEqualTo(steps);
        for (int s = 0; s < steps; s++)
            assertThat(training.learningRate(s))
                    .as("step %d", s)
                    .isCloseTo(wanted.get(s).asDouble(), within(1e-15));
    }

    @Test
    void penaltyWarmsUpAsThePeer() {
        var schedule = schedule("coef_warm(\\d+)_final([0-9.]+)_value_seen_at_steps_.*");
        JsonNode wanted = schedule.getValue();
        var penalty =
                new Penalty(schedule.getKey().get(1), schedule.getKey().get(0).longValue(), 0, 0);
        assertThat(wanted.size()).isPositive();
        for (int s = 0; s < wanted.size(); s++)
            assertThat(penalty.at(s)).isCloseTo(wanted.get(s).asDouble(), within(1e-15));
    }

    @Test
    void tunerMovesTheCoefficientTowardsItsTarget() {
        var tuner = new Autotuner(25);
        for (int i = 0; i < 1000; i++) tuner.observe(40, true);
        assertThat(tuner.multiplier()).isBetween(1.3, Math.pow(1 + 3e-4, 1000));
        var other = new Autotuner(25);
        other.restore(tuner.state());
        other.observe(10, true);
        tuner.observe(10, true);
        assertThat(other.multiplier()).isEqualTo(tuner.multiplier());
        var resting = new Autotuner(25);
        resting.observe(40, false);
        assertThat(resting.multiplier()).isEqualTo(1);
    }
}
