package dev.assay.research;

import dev.assay.world.FiringProbability;
import dev.assay.world.Magnitude;
import dev.assay.world.Presets;
import dev.assay.world.WorldConfig;
import dev.assay.world.WorldConfigBuilder;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Worlds of one kind: those that ideas are tried on, and those that vary the same properties by other amounts and are
 * kept for judging. Each run draws a new instance of its world (dictionary, correlations, magnitudes) by its seed.
 */
public record WorldFamily(String name, List<Member> development, List<Member> heldOut) {
    /** Names of the families that there are; {@code noise} is a control, nothing can be learnt on it. */
    public static final List<String> NAMES = List.of("small", "suite", "tiny", "noise");

    public WorldFamily {
        development = List.copyOf(development);
        heldOut = List.copyOf(heldOut);
    }

    /** One kind of world. */
    public record Member(String name, WorldConfig config) {
        /** An instance of it. */
        WorldConfig instance(long seed) {
            return config.change().seed(seed).build();
        }
    }

    public static WorldFamily named(String name) {
        return switch (name) {
            case "small" -> small();
            case "suite" ->
                new WorldFamily(name, presets(Presets.Family.DEVELOPMENT), presets(Presets.Family.HELD_OUT));
            case "tiny" -> tiny();
            case "noise" -> noise();
            default -> throw unknown(name);
        };
    }

    static ResearchException unknown(String name) {
        return new ResearchException(
                "there is no family of worlds " + name + "; there are " + String.join(", ", NAMES));
    }

    private static List<Member> presets(Presets.Family family) {
        return Presets.of(family).stream()
                .map(p -> new Member(p.name(), p.config()))
                .toList();
    }

    private static Member of(String name, WorldConfig base, UnaryOperator<WorldConfigBuilder> change) {
        return new Member(name, change.apply(base.change()).build());
    }

    /** Variants of the preset {@code small}: 512 features in 64 dimensions, 16 trees. */
    private static WorldFamily small() {
        WorldConfig base = Presets.named("small").config();
        return new WorldFamily(
                "small",
                List.of(
                        new Member("small", base),
                        of("small-crowded", base, c -> c.hiddenDim(52)),
                        of("small-correlated", base, c -> c.correlation(8, 0.2))),
                List.of(
                        of("small-very-crowded", base, c -> c.hiddenDim(44)),
                        of("small-roomy", base, c -> c.hiddenDim(96)),
                        of("small-independent", base, WorldConfigBuilder::noCorrelation),
                        of("small-strongly-correlated", base, c -> c.correlation(16, 0.16)),
                        of(
                                "small-gated-only",
                                base,
                                c -> c.trees(
                                        WorldConfig.Trees.exclusive(16, 4, 2).withScaling(false))),
                        of(
                                "small-heavier-tailed",
                                base,
                                c -> c.firing(new FiringProbability.Zipfian(0.7, 0.4, 5e-3)))));
    }

    /** Worlds of a second, for rehearsals: 48 features in 16 dimensions. */
    private static WorldFamily tiny() {
        WorldConfig base = tinyBase();
        return new WorldFamily(
                "tiny",
                List.of(new Member("tiny", base), of("tiny-crowded", base, c -> c.hiddenDim(14))),
                List.of(
                        of("tiny-roomy", base, c -> c.hiddenDim(20)),
                        of("tiny-independent", base, WorldConfigBuilder::noCorrelation)));
    }

    private static WorldFamily noise() {
        WorldConfig base = tinyBase().change().observationNoise(200).build();
        return new WorldFamily(
                "noise", List.of(new Member("noise", base)), List.of(of("noise-roomy", base, c -> c.hiddenDim(20))));
    }

    private static WorldConfig tinyBase() {
        return Presets.named("small")
                .config()
                .change()
                .numFeatures(48)
                .hiddenDim(16)
                .trees(WorldConfig.Trees.exclusive(4, 3, 1))
                .firing(new FiringProbability.Zipfian(0.5, 0.4, 0.02))
                .correlation(4, 0.1)
                .magnitudes(new Magnitude.Linear(5, 4), new Magnitude.Constant(0.5))
                .build();
    }
}
