package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.sae.Architecture.BatchTopK;
import dev.assay.sae.Recipes.Protocol;
import dev.assay.tensor.DType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

    /** Constant rate between five steps up and ten down of thirty: the schedule of SAELens' scheduler. */
    @Test
    void learningRateAsThePeer() {
        var training = new Training(30, 1, 3e-4, 5, 10.0 / 30, 1000, DType.F32, false);
        JsonNode wanted = new ZooFixture().facts().path("schedules").path("lr_constant_warm5_decay10_total30");
        assertThat(wanted.size()).isEqualTo(30);
        for (int s = 0; s < 30; s++)
            assertThat(training.learningRate(s))
                    .as("step %d", s)
                    .isCloseTo(wanted.get(s).asDouble(), within(1e-15));
    }

    @Test
    void penaltyWarmsUpAsThePeer() {
        JsonNode wanted = new ZooFixture().facts().path("schedules").path("coef_warm4_final2_value_seen_at_steps_0to6");
        for (int s = 0; s < wanted.size(); s++)
            assertThat(new Penalty(2, 4, 0, 0).at(s)).isEqualTo(wanted.get(s).asDouble());
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
