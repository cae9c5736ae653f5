package dev.assay.world;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Files that SAELens and torch wrote: those of {@code -Dassay.fixtures}, else those of this module. */
final class Fixtures {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Fixtures() {}

    static Path path(String name) {
        String given = System.getProperty("assay.fixtures", "");
        try {
            Path folder = given.isBlank()
                    ? Path.of(Fixtures.class.getResource("/fixtures").toURI())
                    : Path.of(given);
            return folder.resolve(name);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static Map<String, Tensor> tensors(String name) {
        return Safetensors.read(path(name));
    }

    static JsonNode json(String name) {
        try {
            return JSON.readTree(Files.readAllBytes(path(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The only file whose name begins and ends so. */
    static Path only(String begin, String end) {
        try (var files = Files.list(path("."))) {
            return files.filter(f -> f.getFileName().toString().startsWith(begin)
                            && f.getFileName().toString().endsWith(end))
                    .reduce((a, b) -> {
                        throw new AssertionError("both " + a + " and " + b);
                    })
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The world of {@code sae_world_small}, of the fixture's own numbers, all fp64.
     *
     * @param scaled magnitudes scaled by parents (version 2), else gated only (version 1)
     */
    static World smallWorld(Map<String, Tensor> t, boolean scaled) {
        WorldConfig config =
                WorldConfigJson.of("fixture", json("sae_world_small.json").path("config"));
        WorldConfig.Trees trees = config.hierarchy().orElseThrow().withScaling(scaled);
        config = config.change().trees(trees).build();
        double[] factor = t.get("corr_factor").doubles();
        double[] diag = t.get("corr_diag").doubles();
        return new World(
                config,
                World.hierarchy(config),
                new LowRankCorrelation(factor.length / diag.length, factor, diag),
                new World.Features(
                        t.get("prob_corrected").doubles(),
                        t.get("mean_mag").doubles(),
                        t.get("std_mag").doubles()),
                t.get(lastDictionary(t)).copy(),
                t.get("bias").copy());
    }

    /** The name of the dictionary that was pushed apart longest. */
    static String lastDictionary(Map<String, Tensor> t) {
        return orthogonalised(t)
                .map(steps -> "dict_ortho_" + steps)
                .orElseThrow(() -> new AssertionError("no dict_ortho_N in " + t.keySet()));
    }

    private static Optional<Integer> orthogonalised(Map<String, Tensor> t) {
        return t.keySet().stream()
                .filter(name -> name.startsWith("dict_ortho_"))
                .map(name -> Integer.valueOf(name.substring("dict_ortho_".length())))
                .max(Integer::compare);
    }
}
