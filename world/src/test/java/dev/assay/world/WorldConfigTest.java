package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code synthetic_model_config.json}: what is written is read, and what is wrong is named. */
class WorldConfigTest {
    private static final WorldConfig SMALL = Presets.named("small").config();

    @TempDir
    Path folder;

    private WorldConfig read(String json) {
        try {
            return WorldConfig.read(Files.writeString(folder.resolve("config.json"), json));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyPresetComesBack() {
        for (var preset : Presets.all())
            assertThat(read(preset.config().json())).isEqualTo(preset.config());
    }

    @Test
    void everyKindOfValueComesBack() {
        WorldConfigBuilder change = SMALL.change()
                .noTrees()
                .noOrthogonalization()
                .noCorrelation()
                .firing(new FiringProbability.Random(0.5, 0.01))
                .magnitudes(
                        new Magnitude.Constant(2.5),
                        new Magnitude.FoldedNormal(0, 0.25, OptionalDouble.of(0.125), OptionalDouble.of(1)));
        assertThat(read(change.build().json())).isEqualTo(change.build());
        change.firing(new FiringProbability.Constant(0.5))
                .magnitudes(new Magnitude.Exponential(2, 1), new Magnitude.Linear(1, 2))
                .trees(new WorldConfig.Trees(3, 2, 5, 4, 0.5, 1, OptionalInt.of(2), false, false))
                .observationNoise(0.5);
        assertThat(read(change.build().json())).isEqualTo(change.build());
    }

    @Test
    void noiseIsWrittenOnlyWhereThereIsSome() {
        assertThat(SMALL.json()).doesNotContain("observation_noise");
        assertThat(SMALL.change().observationNoise(0.5).build().json()).contains("\"observation_noise\" : 0.5");
    }

    @Test
    void whatIsLeftOutHasTheLibrarysDefault() {
        WorldConfig config = read("{\"num_features\":5,\"hidden_dim\":3,\"hierarchy\":{},\"correlation\":{},"
                + "\"orthogonalization\":{},\"firing_probability\":{\"generator_name\":\"zipfian\"}}");
        assertThat(config.firingProbability()).isEqualTo(new FiringProbability.Zipfian(1, 0.3, 0.01));
        assertThat(config.hierarchy())
                .hasValue(new WorldConfig.Trees(100, 100, 100, 2, 0, 0, OptionalInt.empty(), false, false));
        assertThat(config.orthogonalization()).hasValue(new WorldConfig.Orthogonalization(200, 0.01, 1024));
        assertThat(config.correlation()).hasValue(new WorldConfig.Correlation(32, 0.1));
        assertThat(config.meanMagnitudes()).isEqualTo(new Magnitude.Constant(1));
        assertThat(config.stdMagnitudes()).isEqualTo(new Magnitude.Constant(0));
        assertThat(config.biasNorm()).isEqualTo(1);
        assertThat(config.seed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true,1", "false,0", "0.25,0.25"})
    void biasIsANormOrASwitch(String json, double norm) {
        assertThat(read(SMALL.json().replace("\"bias\" : 0.5", "\"bias\" : " + json))
                        .biasNorm())
                .isEqualTo(norm);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"zipfian\"         | \"zipf\"           | firing_probability.generator_name is \"zipf\" | constant, linear, random, zipfian",
                "\"folded_normal\"   | 3                  | std_firing_magnitudes.generator_name is 3     | a text",
                "\"max_prob\" : 0.4  | \"max_prob\" : 1.5 | firing_probability.max_prob is 1.5            | (0, 1]",
                "\"rank\" : 8        | \"rank\" : 0       | correlation.rank is 0                         | from 1",
                "\"rank\"            | \"ranks\"          | correlation.the field ranks is unknown        | correlation_scale, rank, seed",
                "\"num_features\"    | \"features\"       | the field features is unknown                 | num_features",
                "\"hidden_dim\" : 64 | \"hidden_dim\" : 6.5 | hidden_dim is 6.5                           | a whole number",
                "\"float32\"         | \"float16\"        | dtype is \"float16\"                          | float32, float64",
                "\"bias\" : 0.5      | \"bias\" : \"big\" | bias is \"big\"                               | true or false",
                "\"branching_factor\" : 4 | \"branching_factor\" : [4] | hierarchy.branching_factor is [4] | a list of two",
                "\"max_depth\" : 2   | \"max_depth\" : 0  | hierarchy.max_depth is 0                      | from 1",
                "\"seed\" : 42       | \"seed\" : \"42\"  | seed is \"42\"                                | a whole number"
            })
    void whatIsWrongIsNamed(String right, String wrong, String place, String allowed) {
        assertThat(SMALL.json()).contains(right);
        assertThatThrownBy(() -> read(SMALL.json().replace(right, wrong)))
                .isInstanceOf(WorldException.class)
                .hasMessageContainingAll("config.json: ", place, allowed);
    }

    @Test
    void aFileThatIsNoJsonIsNamed() {
        assertThatThrownBy(() -> read("{")).isInstanceOf(WorldException.class).hasMessageContaining("config.json");
        assertThatThrownBy(() -> WorldConfig.read(folder.resolve("nowhere.json")))
                .isInstanceOf(WorldException.class)
                .hasMessageContaining("nowhere.json");
    }

    @Test
    void aWorldWithoutSeedCannotBeMade() {
        WorldConfig config = read(SMALL.json().replace("\"seed\" : 42", "\"seed\" : null"));
        assertThatThrownBy(() -> World.build(config, Progress.NONE))
                .isInstanceOf(WorldException.class)
                .hasMessageContaining("seed");
    }
}
