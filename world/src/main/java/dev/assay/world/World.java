package dev.assay.world;

import dev.assay.stats.Normal;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * A synthetic model of activations whose features are known: which of them fire together, how strongly, and in which
 * direction of hidden space each one points (SynthSAEBench, arXiv 2602.14687). Immutable; its dictionary lies in native
 * memory that {@link #close} gives back.
 */
public final class World implements AutoCloseable {
    private final WorldConfig config;
    private final Hierarchy hierarchy;
    private final LowRankCorrelation correlation;
    private final double[] probabilities;
    private final double[] thresholds;
    private final double[] means;
    private final double[] stds;
    private final Tensor dictionary;
    private final Tensor bias;
    private boolean closed;

    /** A feature's numbers, by index. */
    record Features(double[] probabilities, double[] means, double[] stds) {}

    World(
            WorldConfig config,
            Hierarchy hierarchy,
            LowRankCorrelation correlation,
            Features features,
            Tensor dictionary,
            Tensor bias) {
        this.config = config;
        this.hierarchy = hierarchy;
        this.correlation = correlation;
        this.probabilities = features.probabilities();
        this.means = features.means();
        this.stds = features.stds();
        this.dictionary = dictionary;
        this.bias = bias;
        checkScaling();
        this.thresholds = new double[probabilities.length];
        for (int i = 0; i < thresholds.length; i++) thresholds[i] = threshold(i, probabilities[i]);
    }

    /** t with P(N(0, 1) > t) = p. */
    private static double threshold(int feature, double p) {
        WorldException.require(p >= 0 && p <= 1, "firing_probabilities[" + feature + "]", p, "from 0 to 1");
        if (p == 0) return Double.POSITIVE_INFINITY;
        return p == 1 ? Double.NEGATIVE_INFINITY : -Normal.quantile(p);
    }

    private void checkScaling() {
        for (var group : hierarchy.groups())
            if (group.scaled() && !(means[group.parent().orElseThrow()] > 0))
                throw new WorldException("feature " + group.parent().orElseThrow() + " scales its children, but has the"
                        + " mean magnitude " + means[group.parent().orElseThrow()] + "; it must be positive");
    }

    /**
     * Makes a world. A configuration and a seed give the world that SAELens 6.54 makes of them on a CPU, but for rounding
     * in fp32.
     *
     * @throws WorldException if the configuration has no seed, or the thread is interrupted
     */
    public static World build(WorldConfig config, Progress progress) {
        long seed = config.seed()
                .orElseThrow(() -> new WorldException("seed is null, it must be a whole number to make a world"));
        Hierarchy hierarchy = hierarchy(config);
        LowRankCorrelation correlation = correlation(config);
        Features features = features(config, hierarchy);
        try (var scope = Scope.open()) {
            var drawn = Dictionary.draw(config, seed);
            Tensor rows = config.orthogonalization()
                    .map(o -> Dictionary.orthogonalize(drawn.rows(), o, progress))
                    .orElse(drawn.rows());
            return new World(config, hierarchy, correlation, features, scope.keep(rows), scope.keep(drawn.bias()));
        }
    }

    static Hierarchy hierarchy(WorldConfig config) {
        return config.hierarchy()
                .map(trees -> HierarchyGrowth.grow(config.numFeatures(), trees, seed(config, 3)))
                .orElseGet(() -> Hierarchy.none(config.numFeatures()));
    }

    static LowRankCorrelation correlation(WorldConfig config) {
        return config.correlation()
                .map(c -> LowRankCorrelation.draw(config.numFeatures(), c, config.dtype(), seed(config, 4)))
                .orElseGet(() -> LowRankCorrelation.none(config.numFeatures()));
    }

    /** Probabilities after compensation, and magnitudes, from the configuration alone. */
    static Features features(WorldConfig config, Hierarchy hierarchy) {
        int n = config.numFeatures();
        boolean random = config.firingProbability() instanceof FiringProbability.Random;
        float[] p = config.firingProbability().generate(n, random ? seed(config, 0) : 0);
        if (config.hierarchy().filter(WorldConfig.Trees::compensate).isPresent()) {
            float[] factors = hierarchy.compensation(p);
            for (int i = 0; i < n; i++) p[i] = Math.min(1, p[i] * factors[i]);
        }
        return new Features(doubles(p), means(config), stds(config));
    }

    static double[] means(WorldConfig config) {
        return magnitudes(config.meanMagnitudes(), config, 2);
    }

    static double[] stds(WorldConfig config) {
        return magnitudes(config.stdMagnitudes(), config, 1);
    }

    private static double[] magnitudes(Magnitude magnitude, WorldConfig config, int offset) {
        return doubles(magnitude.generate(config.numFeatures(), magnitude.random() ? seed(config, offset) : 0));
    }

    private static long seed(WorldConfig config, int offset) {
        OptionalLong seed = config.seed();
        if (seed.isEmpty())
            throw new WorldException(
                    "seed is null, it must be a whole number, since what is drawn with it can't be found again otherwise");
        return seed.getAsLong() + offset;
    }

    static double[] doubles(float[] values) {
        var out = new double[values.length];
        for (int i = 0; i < out.length; i++) out[i] = values[i];
        return out;
    }

    public WorldConfig config() {
        return config;
    }

    public int features() {
        return config.numFeatures();
    }

    public int hiddenDim() {
        return config.hiddenDim();
    }

    public Hierarchy hierarchy() {
        return hierarchy;
    }

    public LowRankCorrelation correlation() {
        return correlation;
    }

    /** Directions of the features, {@code [features, hiddenDim]}, in the configuration's type. Not to be changed. */
    public Tensor dictionary() {
        return dictionary;
    }

    /** What is added to each hidden vector, {@code [hiddenDim]}. Not to be changed. */
    public Tensor bias() {
        return bias;
    }

    /** Chance that the copula fires a feature, after compensation and before the hierarchy takes its part. */
    public double probability(int feature) {
        return probabilities[feature];
    }

    /** A feature fires where the copula's number is above this. */
    public double threshold(int feature) {
        return thresholds[feature];
    }

    /** Mean of a firing's magnitude before it is cut at 0 and scaled. */
    public double mean(int feature) {
        return means[feature];
    }

    /** Standard deviation of the same. */
    public double std(int feature) {
        return stds[feature];
    }

    /** Features that the copula always fires: where compensation raised them to 1, they fire less often than asked. */
    public int certain() {
        return (int) Arrays.stream(probabilities).filter(p -> p == 1).count();
    }

    /** Whether magnitudes are scaled by parents' in some tree: version 2 of SynthSAEBench does so, version 1 does not. */
    public boolean scalesByParent() {
        return hierarchy.groups().stream().anyMatch(Hierarchy.Group::scaled);
    }

    /** Frees the dictionary; a sampler made before goes on working. */
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        dictionary.close();
        bias.close();
    }
}
