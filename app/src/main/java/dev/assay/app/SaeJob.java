package dev.assay.app;

import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Manifest;
import dev.assay.journal.Provenance;
import dev.assay.sae.Recipe;
import java.nio.file.Path;
import java.util.Map;

/**
 * A training run to be done, or to be answered from its folder.
 *
 * @param name what progress calls it
 * @param threads do not change what comes out
 */
record SaeJob(String name, String world, Recipe recipe, long seed, int threads, Path folder) {

    /** In the folder that belongs to this world, recipe and seed. */
    static SaeJob of(String name, String world, Recipe recipe, long seed, int threads) {
        String id = CanonicalJson.sha256(manifest(world, recipe, seed).config()).substring(0, 8);
        String worldName = Path.of(world).getFileName().toString();
        Path folder = Path.of("runs", "sae", worldName, recipe.name() + "-" + seed + "-" + id);
        return new SaeJob(name, world, recipe, seed, threads, folder);
    }

    SaeJob in(Path other) {
        return new SaeJob(name, world, recipe, seed, threads, other);
    }

    Manifest manifest() {
        return manifest(world, recipe, seed);
    }

    private static Manifest manifest(String world, Recipe recipe, long seed) {
        var config = Map.of("world", world, "recipe", recipe.toString(), "seed", seed);
        return Manifest.of(
                "sae train",
                config,
                Provenance.of("assay " + Assay.VERSION, config, Map.of("training", seed), Map.of(), Map.of()));
    }
}
