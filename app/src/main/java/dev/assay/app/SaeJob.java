package dev.assay.app;

import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Manifest;
import dev.assay.journal.Provenance;
import dev.assay.sae.Recipe;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A training run to be done, or to be answered from its folder.
 *
 * @param name what progress calls it
 * @param scored samples that the finished autoencoder is scored on
 * @param threads do not change what comes out
 */
record SaeJob(String name, String world, Recipe recipe, long seed, long scored, int threads, Path folder) {
    /** Samples of the scores that count. */
    static final long SCORED = 500_000;

    /** In the folder that belongs to this world, recipe and seed. */
    static SaeJob of(String name, String world, Recipe recipe, long seed, long scored, int threads) {
        String id = CanonicalJson.sha256(manifest(world, recipe, seed, scored).config())
                .substring(0, 8);
        String worldName = Path.of(world).getFileName().toString();
        Path folder = Path.of("runs", "sae", worldName, recipe.name() + "-" + seed + "-" + id);
        return new SaeJob(name, world, recipe, seed, scored, threads, folder);
    }

    SaeJob in(Path other) {
        return new SaeJob(name, world, recipe, seed, scored, threads, other);
    }

    Manifest manifest() {
        return manifest(world, recipe, seed, scored);
    }

    private static Manifest manifest(String world, Recipe recipe, long seed, long scored) {
        Map<String, Object> config = new TreeMap<>(Map.of("world", world, "recipe", recipe.toString(), "seed", seed));
        if (scored != SCORED) config.put("scored-on", scored);
        return Manifest.of(
                "sae train",
                config,
                Provenance.of("assay " + Assay.VERSION, config, Map.of("training", seed), Map.of(), Map.of()));
    }
}
