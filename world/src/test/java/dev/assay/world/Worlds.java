package dev.assay.world;

import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.world.WorldConfig.Trees;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/** Worlds of all kinds for tests. Their dictionaries are small and random: firings do not depend on them. */
final class Worlds {
    private static final WorldConfig SMALL = Presets.named("small")
            .config()
            .change()
            .hiddenDim(24)
            .noOrthogonalization()
            .build();

    private Worlds() {}

    /** By name: small, gated, independent, flat, binary, certain, bushy, grouped. */
    static World named(String name) {
        return name.equals("grouped") ? grouped() : World.build(config(name), Progress.NONE);
    }

    static WorldConfig config(String name) {
        return switch (name) {
            case "small" -> SMALL;
            case "gated" ->
                change(96).trees(Trees.exclusive(8, 3, 2).withScaling(false)).build();
            case "independent" ->
                change(100).noCorrelation().trees(Trees.exclusive(8, 5, 1)).build();
            case "flat" -> change(90).noTrees().correlation(3, 0.5).build();
            case "binary" ->
                change(90)
                        .trees(new Trees(5, 2, 2, 3, 0, 0, OptionalInt.empty(), false, false))
                        .firing(new FiringProbability.Constant(0.6))
                        .build();
            case "certain" ->
                change(40)
                        .trees(new Trees(4, 2, 4, 2, 0.5, 0, OptionalInt.empty(), true, true))
                        .firing(new FiringProbability.Linear(1, 0.9))
                        .magnitudes(new Magnitude.Linear(1, 0.5), new Magnitude.Constant(1))
                        .build();
            case "bushy" ->
                change(130)
                        .trees(Trees.exclusive(10, 11, 1))
                        .firing(new FiringProbability.Linear(0.16, 0.01))
                        .build();
            default -> throw new AssertionError(name);
        };
    }

    private static WorldConfigBuilder change(int features) {
        return SMALL.change()
                .numFeatures(features)
                .correlation(4, 0.25)
                .firing(new FiringProbability.Zipfian(0.5, 0.4, 0.02));
    }

    static Map<String, Tensor> groupedTensors() {
        return Safetensors.read(golden("grouped_world.safetensors"));
    }

    private static Path golden(String name) {
        try {
            return Path.of(Worlds.class.getResource("/golden/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The world of {@code golden/make_grouped_world.py}. */
    static World grouped() {
        try (var scope = Scope.open()) {
            var t = groupedTensors();
            double[] factor = t.get("factor").doubles();
            double[] diag = t.get("diag").doubles();
            WorldConfig config = change(diag.length).build();
            return new World(
                    config,
                    HierarchyJson.read(golden("grouped_hierarchy.json"), diag.length),
                    new LowRankCorrelation(factor.length / diag.length, factor, diag),
                    new World.Features(
                            t.get("probabilities").doubles(),
                            t.get("mean").doubles(),
                            t.get("std").doubles()),
                    scope.keep(Tensor.zeros(DType.F32, diag.length, config.hiddenDim())),
                    scope.keep(Tensor.zeros(DType.F32, config.hiddenDim())));
        }
    }
}
