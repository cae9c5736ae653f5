package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.tensor.Safetensors;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What sae-lens 6.54.12 makes of some inputs with a checkpoint of its own: see interop/sae_checkpoints.py. */
record GoldenSae(Path folder, Map<String, Tensor> tensors) {
    /** One of the module's own. */
    static GoldenSae of(String name) {
        return in(root().resolve(name));
    }

    /** One of those in the folder {@code saelens} that {@code -Dassay.fixtures} may hold, else of the module's own. */
    static GoldenSae given(String name) {
        Path given = givenRoot().resolve(name);
        return Files.isDirectory(given) ? in(given) : of(name);
    }

    static GoldenSae in(Path folder) {
        return new GoldenSae(folder, Safetensors.read(folder.resolve("golden.safetensors")));
    }

    static Path root() {
        try {
            return Path.of(GoldenSae.class.getResource("/saelens").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Path givenRoot() {
        String fixtures = System.getProperty("assay.fixtures", "");
        Path folder = Path.of(fixtures, "saelens");
        return !fixtures.isEmpty() && Files.isDirectory(folder) ? folder : root();
    }

    /** Names of all {@link #given} folders with a configuration. */
    static List<String> names() {
        try (var folders = Files.list(givenRoot())) {
            return folders.filter(f -> Files.exists(f.resolve("cfg.json")))
                    .map(f -> f.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Tensor get(String name) {
        Tensor t = tensors.get(name);
        if (t == null) throw new AssertionError(folder + " has no golden tensor " + name);
        return t;
    }

    SaeLensFolder.Checkpoint read() {
        return tensors.containsKey("input_scale")
                ? SaeLensFolder.read(folder, get("input_scale").item())
                : SaeLensFolder.read(folder);
    }

    /** The same latents are active, and no number differs by more than 1e-5 of the largest. */
    void matches(InferenceSae sae) {
        SparseRows latents = sae.encode(get("x"));
        near(latents.dense(), get("latents").floats(), "latents");
        near(sae.decode(latents, get("x")).floats(), get("recon").floats(), "recon");
        for (int r = 0; r < latents.rows(); r++)
            for (int i = latents.starts()[r] + 1; i < latents.starts()[r + 1]; i++)
                assertThat(latents.columns()[i]).isGreaterThan(latents.columns()[i - 1]);
    }

    static void near(float[] found, float[] wanted, String what) {
        assertThat(found).as(what).hasSameSizeAs(wanted);
        float largest = 0;
        for (float w : wanted) largest = Math.max(largest, Math.abs(w));
        for (int i = 0; i < wanted.length; i++) {
            assertThat(Math.abs(found[i] - wanted[i])).as("%s %d", what, i).isLessThanOrEqualTo(1e-5f * largest);
            if (what.equals("latents"))
                assertThat(found[i] != 0).as("active %d", i).isEqualTo(wanted[i] != 0);
        }
    }
}
