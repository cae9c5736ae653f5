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
record SaeJob(String name, SaeGround ground, Recipe recipe, long seed, long scored, int threads, Path folder) {
    /** Samples of the scores that count. */
    static final long SCORED = 500_000;

    /** In the folder that belongs to this ground, recipe and seed. */
    static SaeJob of(String name, SaeGround ground, Recipe recipe, long seed, long scored, int threads) {
        String id = CanonicalJson.sha256(manifest(ground, recipe, seed, scored).config())
                .substring(0, 8);
        String where = Path.of(ground.name()).getFileName().toString();
        Path folder = Path.of("runs", "sae", where, recipe.name() + "-" + seed + "-" + id);
        return new SaeJob(name, ground, recipe, seed, scored, threads, folder);
    }

    SaeJob in(Path other) {
        return new SaeJob(name, ground, recipe, seed, scored, threads, other);
    }

    Manifest manifest() {
        return manifest(ground, recipe, seed, scored);
    }

    private static Manifest manifest(SaeGround ground, Recipe recipe, long seed, long scored) {
        Map<String, Object> config = new TreeMap<>(ground.config());
        config.put("recipe", recipe.toString());
        config.put("seed", seed);
        if (scored != SCORED) config.put("scored-on", scored);
        return Manifest.of(
                "sae train",
                config,
                Provenance.of("assay " + Assay.VERSION, config, Map.of("training", seed), Map.of(), Map.of()));
    }
}
