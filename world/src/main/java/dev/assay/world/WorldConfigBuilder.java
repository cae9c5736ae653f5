package dev.assay.world;

import java.util.Optional;
import java.util.OptionalLong;

/** Changes single values of a {@link WorldConfig}. Not thread-safe. */
public final class WorldConfigBuilder {
    private final WorldConfig from;
    private int numFeatures;
    private int hiddenDim;
    private FiringProbability firingProbability;
    private Optional<WorldConfig.Trees> hierarchy;
    private Optional<WorldConfig.Orthogonalization> orthogonalization;
    private Optional<WorldConfig.Correlation> correlation;
    private Magnitude stdMagnitudes;
    private Magnitude meanMagnitudes;
    private OptionalLong seed;
    private double observationNoise;

    WorldConfigBuilder(WorldConfig from) {
        this.from = from;
        numFeatures = from.numFeatures();
        hiddenDim = from.hiddenDim();
        firingProbability = from.firingProbability();
        hierarchy = from.hierarchy();
        orthogonalization = from.orthogonalization();
        correlation = from.correlation();
        stdMagnitudes = from.stdMagnitudes();
        meanMagnitudes = from.meanMagnitudes();
        seed = from.seed();
        observationNoise = from.observationNoise();
    }

    public WorldConfigBuilder numFeatures(int features) {
        numFeatures = features;
        return this;
    }

    public WorldConfigBuilder hiddenDim(int dim) {
        hiddenDim = dim;
        return this;
    }

    public WorldConfigBuilder firing(FiringProbability firing) {
        firingProbability = firing;
        return this;
    }

    public WorldConfigBuilder trees(WorldConfig.Trees trees) {
        hierarchy = Optional.of(trees);
        return this;
    }

    public WorldConfigBuilder noTrees() {
        hierarchy = Optional.empty();
        return this;
    }

    public WorldConfigBuilder orthogonalization(WorldConfig.Orthogonalization steps) {
        orthogonalization = Optional.of(steps);
        return this;
    }

    public WorldConfigBuilder noOrthogonalization() {
        orthogonalization = Optional.empty();
        return this;
    }

    public WorldConfigBuilder correlation(int rank, double scale) {
        correlation = Optional.of(new WorldConfig.Correlation(rank, scale));
        return this;
    }

    public WorldConfigBuilder noCorrelation() {
        correlation = Optional.empty();
        return this;
    }

    /** Mean and standard deviation of a firing's magnitude. */
    public WorldConfigBuilder magnitudes(Magnitude mean, Magnitude std) {
        meanMagnitudes = mean;
        stdMagnitudes = std;
        return this;
    }

    public WorldConfigBuilder seed(long number) {
        seed = OptionalLong.of(number);
        return this;
    }

    public WorldConfigBuilder observationNoise(double noise) {
        observationNoise = noise;
        return this;
    }

    /** @throws WorldException if a number is out of its range */
    public WorldConfig build() {
        return new WorldConfig(
                numFeatures,
                hiddenDim,
                firingProbability,
                hierarchy,
                orthogonalization,
                correlation,
                stdMagnitudes,
                meanMagnitudes,
                from.biasNorm(),
                from.dtype(),
                seed,
                observationNoise);
    }
}
