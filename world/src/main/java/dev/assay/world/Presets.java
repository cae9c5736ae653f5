package dev.assay.world;

import dev.assay.tensor.DType;
import dev.assay.world.FiringProbability.Linear;
import dev.assay.world.FiringProbability.Zipfian;
import dev.assay.world.WorldConfig.Correlation;
import dev.assay.world.WorldConfig.Orthogonalization;
import dev.assay.world.WorldConfig.Trees;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * Worlds with names. One world can be won by tuning to it, so there is a suite: whoever improves an SAE may look at the
 * {@linkplain Family#DEVELOPMENT development} worlds, and is judged on the {@linkplain Family#HELD_OUT held-out} ones, which
 * vary the same properties by other amounts.
 */
public final class Presets {
    private static final Magnitude FALLING = new Magnitude.Linear(5, 4);
    private static final Magnitude FOLDED = new Magnitude.FoldedNormal(0.5, 0.5);
    private static final Orthogonalization GENTLE = new Orthogonalization(100, 3e-4, 1024);

    /** What a preset may be used for. */
    public enum Family {
        /** The published benchmark, and a small world of its kind. */
        BENCHMARK,
        /** For improving a method. */
        DEVELOPMENT,
        /** For judging it. */
        HELD_OUT
    }

    /**
     * A world's configuration with a name.
     *
     * @param about what sets it apart
     */
    public record Preset(String name, Family family, String about, WorldConfig config) {}

    private static final List<Preset> ALL = List.of(
            preset(
                    "synth-16k-v2",
                    Family.BENCHMARK,
                    "SynthSAEBench-16k as the paper and the library's documentation use it: children scaled by parents",
                    published(16_384, 768, new Zipfian(0.5, 0.4, 5e-4), Trees.exclusive(128, 4, 3), 25)),
            preset(
                    "synth-16k-v1",
                    Family.BENCHMARK,
                    "as it was first uploaded, children only gated by parents; auto-research results are on this one",
                    published(16_384, 768, new Zipfian(0.5, 0.4, 5e-4), Trees.exclusive(128, 4, 3), 25)
                            .change()
                            .trees(Trees.exclusive(128, 4, 3).withScaling(false))
                            .build()),
            preset(
                    "small",
                    Family.BENCHMARK,
                    "a world of the same kind that a processor trains on in seconds",
                    published(512, 64, new Zipfian(0.5, 0.4, 5e-3), Trees.exclusive(16, 4, 2), 8)),
            variant(Family.DEVELOPMENT, "base", "the middle of the suite", c -> c),
            variant(Family.DEVELOPMENT, "crowded", "half the hidden dimensions", c -> c.hiddenDim(128)),
            variant(Family.DEVELOPMENT, "correlated", "twice the correlation", c -> c.correlation(12, 0.2)),
            variant(
                    Family.DEVELOPMENT,
                    "bushy",
                    "80 trees of 16 children each, one level, siblings free of each other",
                    c -> c.trees(loose(80, 16, 1))),
            variant(Family.DEVELOPMENT, "flat", "no trees", c -> c.noTrees().firing(new Zipfian(0.5, 0.3, 1e-3))),
            variant(
                    Family.DEVELOPMENT,
                    "heavy-tailed",
                    "firing falls as rank^-0.9, trees of three levels",
                    c -> c.firing(new Zipfian(0.9, 0.4, 1e-3)).trees(Trees.exclusive(16, 4, 2))),
            variant(Family.DEVELOPMENT, "noisy", "noise of 0.05 on each hidden number", c -> c.observationNoise(0.05)),
            variant(Family.HELD_OUT, "very-crowded", "three eighths of the hidden dimensions", c -> c.hiddenDim(96)),
            variant(Family.HELD_OUT, "roomy", "twice the hidden dimensions", c -> c.hiddenDim(512)),
            variant(Family.HELD_OUT, "independent", "no correlation", WorldConfigBuilder::noCorrelation),
            variant(Family.HELD_OUT, "strongly-correlated", "correlation of rank 24", c -> c.correlation(24, 0.16)),
            variant(
                    Family.HELD_OUT,
                    "wide-trees",
                    "44 trees of 44 children each, one level, siblings free of each other, linear firing",
                    c -> c.trees(loose(44, 44, 1)).firing(new Linear(0.02, 0.002))),
            variant(
                    Family.HELD_OUT,
                    "deep-trees",
                    "binary trees of seven levels, half of the siblings exclusive",
                    c -> c.trees(new Trees(10, 2, 2, 6, 0.5, 0, OptionalInt.empty(), true, true))
                            .firing(new Zipfian(0.8, 0.4, 2e-4))),
            variant(
                    Family.HELD_OUT,
                    "gated-only",
                    "children gated by parents, not scaled",
                    c -> c.trees(Trees.exclusive(16, 4, 3).withScaling(false))),
            variant(
                    Family.HELD_OUT,
                    "heavier-tailed",
                    "firing falls as rank^-1.2, eight trees",
                    c -> c.firing(new Zipfian(1.2, 0.5, 2e-3)).trees(Trees.exclusive(8, 4, 2))),
            variant(
                    Family.HELD_OUT,
                    "uneven",
                    "magnitudes from 8 down to 1",
                    c -> c.magnitudes(new Magnitude.Exponential(8, 1), new Magnitude.Constant(0.3))),
            variant(Family.HELD_OUT, "noisier", "noise of 0.1 on each hidden number", c -> c.observationNoise(0.1)));

    private Presets() {}

    /** In the order of families. */
    public static List<Preset> all() {
        return ALL;
    }

    public static List<Preset> of(Family family) {
        return ALL.stream().filter(p -> p.family() == family).toList();
    }

    /** @throws WorldException if there is none of this name */
    public static Preset named(String name) {
        return ALL.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new WorldException("there is no preset " + name + "; there are "
                        + String.join(", ", ALL.stream().map(Preset::name).toList())));
    }

    private static Preset preset(String name, Family family, String about, WorldConfig config) {
        return new Preset(name, family, about, config);
    }

    /** A change of the suite's base: 2,048 features in 256 dimensions, two thirds of them in 16 trees, as in the 16k world. */
    private static Preset variant(Family family, String name, String about, UnaryOperator<WorldConfigBuilder> change) {
        WorldConfig base = published(2048, 256, new Zipfian(0.5, 0.4, 2e-3), Trees.exclusive(16, 4, 3), 12);
        return preset(name, family, about, change.apply(base.change()).build());
    }

    /** Trees whose siblings do not exclude each other: many can't, where each is almost as frequent as its parent. */
    private static Trees loose(int roots, int branching, int depth) {
        return new Trees(roots, branching, branching, depth, 0, 0, OptionalInt.empty(), true, true);
    }

    private static WorldConfig published(int features, int dim, FiringProbability firing, Trees trees, int rank) {
        return new WorldConfig(
                features,
                dim,
                firing,
                Optional.of(trees),
                Optional.of(GENTLE),
                Optional.of(new Correlation(rank, 0.1)),
                FOLDED,
                FALLING,
                0.5,
                DType.F32,
                OptionalLong.of(42),
                0);
    }
}
