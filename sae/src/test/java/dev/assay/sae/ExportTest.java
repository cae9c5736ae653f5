package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.sae.Recipes.Protocol;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is trained and what is exported are the same map, up to the threshold that replaces BatchTopK's choice. */
class ExportTest {
    @TempDir
    Path folder;

    /** Activations along few directions, with a mean. */
    private static final Activations DATA = new Activations() {
        @Override
        public int dModel() {
            return 16;
        }

        @Override
        public Tensor batch(long index, int rows) {
            var random = new SplittableRandom(index);
            var x = new float[rows * 16];
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < 3; i++) {
                    int feature = random.nextInt(30);
                    for (int d = 0; d < 16; d++) x[r * 16 + d] += (float) Math.sin(feature * 7.3 + d * (1 + feature));
                }
                x[r * 16] += 0.5f;
            }
            return Tensor.of(x, rows, 16);
        }
    };

    private static Recipe recipe(String name) {
        return recipe(name, 25);
    }

    private static Recipe recipe(String name, int steps) {
        var overrides = new HashMap<>(Map.of("latents", "40", "training.samples", String.valueOf(512 * steps)));
        if (name.equals("lista-matryoshka")) overrides.put("initial-k", "5.8"); // thresholds lag behind a falling k
        if (name.contains("matryoshka")) overrides.put("levels.widths", "[5, 12]");
        return Recipes.load(name, Protocol.MINI, overrides);
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard", "topk", "gated", "jumprelu", "matching-pursuit"})
    void sameLatentsAndReconstruction(String name) {
        try (var scope = Scope.open();
                var trainer = trained(name);
                InferenceSae sae = trainer.export().orElseThrow()) {
            Tensor x = DATA.batch(9999, 64);
            Encoded trained = trainer.encode(x);
            var latents = sae.encode(x);
            assertThat(latents.count()).isEqualTo(trained.latents().count());
            float[] wanted = trained.reconstruction().floats();
            float[] got = sae.decode(latents, x).floats();
            for (int i = 0; i < wanted.length; i++) assertThat(got[i]).isCloseTo(wanted[i], within(1e-3f));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"batchtopk", "matryoshka", "lista-matryoshka"})
    void thresholdsKeepAboutAsMany(String name) {
        try (var scope = Scope.open();
                var trainer = trained(recipe(name, 500)); // the threshold is an average over the last hundreds
                InferenceSae sae = trainer.export().orElseThrow()) {
            Tensor x = DATA.batch(9999, 512);
            double trained = (double) trainer.encode(x).latents().count() / 512;
            assertThat(trained).isCloseTo(5.8, within(0.05));
            assertThat((double) sae.encode(x).count() / 512).isCloseTo(trained, within(0.6));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"batchtopk", "lista-matryoshka"})
    void thresholdsAreOfInputsAsTheyCome(String name) {
        Activations large = new Activations() {
            @Override
            public int dModel() {
                return 16;
            }

            @Override
            public Tensor batch(long index, int rows) {
                return DATA.batch(index, rows).mul(20);
            }
        };
        var overrides =
                new HashMap<>(Map.of("latents", "40", "training.samples", "256000", "training.normalise", "true"));
        if (name.equals("lista-matryoshka")) overrides.putAll(Map.of("initial-k", "5.8", "levels.widths", "[5, 12]"));
        try (var scope = Scope.open();
                var trainer = new Trainer(Recipes.load(name, Protocol.MINI, overrides), large, 7, 1)) {
            while (!trainer.done()) trainer.next();
            try (InferenceSae sae = trainer.export().orElseThrow()) {
                Tensor x = large.batch(9999, 512);
                assertThat((double) sae.encode(x).count() / 512).isCloseTo(5.8, within(0.6));
            }
        }
    }

    @Test
    void orthogonalPursuitHasNoSuchForm() {
        try (var scope = Scope.open();
                var trainer = trained("omp")) {
            assertThat(trainer.export()).isEqualTo(Optional.empty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jumprelu", "lista-matryoshka", "standard"})
    void goesOnFromAFileAsIfNothingHadHappened(String name) {
        try (var scope = Scope.open();
                var whole = new Trainer(recipe(name), DATA, 7, 2);
                var first = new Trainer(recipe(name), DATA, 7, 1);
                var second = new Trainer(recipe(name), DATA, 99, 1)) {
            while (!whole.done()) whole.next();
            for (int i = 0; i < 11; i++) first.next();
            Checkpoint.write(folder.resolve("c.safetensors"), first);
            Checkpoint.read(folder.resolve("c.safetensors"), second);
            assertThat(second.steps()).isEqualTo(11);
            while (!second.done()) second.next();
            assertThat(second.parameters().get("W_dec").floats())
                    .containsExactly(whole.parameters().get("W_dec").floats());
            assertThat(second.thresholds()).containsExactly(whole.thresholds());
            assertThat(second.dead()).isEqualTo(whole.dead());
        }
    }

    /** Cut off, a number changed, of another recipe: one line that names the file and says what to do. */
    @Test
    void aCheckpointOfNoUseIsRefused() throws IOException {
        Path file = folder.resolve("c.safetensors");
        try (var scope = Scope.open();
                var trainer = new Trainer(recipe("batchtopk", 2), DATA, 7, 1);
                var other = new Trainer(recipe("topk", 2), DATA, 7, 1)) {
            trainer.next();
            Checkpoint.write(file, trainer);
            refused(file, other);
            byte[] whole = Files.readAllBytes(file);
            byte[] changed = whole.clone();
            changed[whole.length - 100] ^= 1;
            for (byte[] bad : new byte[][] {changed, Arrays.copyOf(whole, whole.length / 2), {}}) {
                Files.write(file, bad);
                refused(file, trainer);
            }
        }
    }

    private static void refused(Path file, Trainer trainer) {
        assertThatThrownBy(() -> Checkpoint.read(file, trainer))
                .isInstanceOf(SaeException.class)
                .hasMessageContainingAll(file.toString(), "delete it")
                .message()
                .hasLineCount(1);
    }

    @Test
    void aDivergedTrainingEnds() {
        Recipe wild = Recipes.load("standard", Protocol.MINI, Map.of("training.learning-rate", "1e30"));
        try (var trainer = new Trainer(wild, DATA, 7, 1)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10; i++) trainer.next();
                    })
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining("training.learning-rate");
        }
    }

    private static Trainer trained(String name) {
        return trained(recipe(name));
    }

    private static Trainer trained(Recipe recipe) {
        var trainer = new Trainer(recipe, DATA, 7, 2);
        double first = trainer.next().loss();
        double last = first;
        while (!trainer.done()) last = trainer.next().loss();
        assertThat(last).as("loss of %s", recipe.name()).isLessThan(first);
        return trainer;
    }
}
