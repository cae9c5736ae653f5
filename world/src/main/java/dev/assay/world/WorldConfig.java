package dev.assay.world;

import dev.assay.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * All that defines a synthetic world, with the names and defaults of SAELens' {@code SyntheticModelConfig} (6.54). The
 * JSON form is that of {@code synthetic_model_config.json}; see docs/formats/world.md.
 *
 * @param numFeatures        features of the world
 * @param hiddenDim          length of a hidden vector
 * @param firingProbability  how often features fire, before the hierarchy
 * @param hierarchy          trees of features; empty: none
 * @param orthogonalization  how the random dictionary is pushed apart; empty: not at all
 * @param correlation        which features fire together; empty: they fire independently
 * @param stdMagnitudes      standard deviation of a firing's magnitude
 * @param meanMagnitudes     its mean
 * @param biasNorm           norm of the hidden vectors' bias; 0: no bias
 * @param dtype              F32 or F64
 * @param seed               of all that is drawn when the world is made; empty: such a world can be read but not made
 * @param observationNoise   standard deviation of noise that is added to each number of a hidden vector. An extension of
 *                           ours: 0 everywhere in SAELens, and then left out of the file
 */
public record WorldConfig(
        int numFeatures,
        int hiddenDim,
        FiringProbability firingProbability,
        Optional<Trees> hierarchy,
        Optional<Orthogonalization> orthogonalization,
        Optional<Correlation> correlation,
        Magnitude stdMagnitudes,
        Magnitude meanMagnitudes,
        double biasNorm,
        DType dtype,
        OptionalLong seed,
        double observationNoise) {

    /** @throws WorldException if a number is out of its range */
    public WorldConfig {
        WorldException.require(numFeatures >= 1, "num_features", numFeatures, "1 or more");
        WorldException.require(hiddenDim >= 1, "hidden_dim", hiddenDim, "1 or more");
        WorldException.require(
                (long) numFeatures * hiddenDim < 1 << 29,
                "num_features x hidden_dim",
                (long) numFeatures * hiddenDim,
                "less than 2^29");
        WorldException.require(
                (long) numFeatures * correlation.map(Correlation::rank).orElse(0) < 1 << 29,
                "num_features x rank",
                numFeatures + " x " + correlation.map(Correlation::rank).orElse(0),
                "less than 2^29");
        WorldException.require(
                biasNorm >= 0 && biasNorm < Double.POSITIVE_INFINITY, "bias", biasNorm, "a norm, true or false");
        WorldException.require(dtype == DType.F32 || dtype == DType.F64, "dtype", dtype, "float32 or float64");
        WorldException.require(
                observationNoise >= 0 && observationNoise < Double.POSITIVE_INFINITY,
                "observation_noise",
                observationNoise,
                "0 or more");
    }

    /**
     * How trees of features are grown: breadth first, the roots taking the first indices.
     *
     * @param roots              trees
     * @param minBranching       fewest children of a node above the leaves
     * @param maxBranching       most children; where it differs from the fewest, each parent's number is drawn
     * @param maxDepth           depth of the leaves; roots have depth 0
     * @param exclusivePortion   share of the parents whose children exclude each other
     * @param exclusiveMinDepth  least depth of such a parent
     * @param exclusiveMaxDepth  greatest depth of such a parent; empty: no limit
     * @param compensate         whether probabilities are raised for what the hierarchy takes
     * @param scaleByParent      whether a child's magnitude is multiplied by its parent's, over the parent's mean
     */
    public record Trees(
            int roots,
            int minBranching,
            int maxBranching,
            int maxDepth,
            double exclusivePortion,
            int exclusiveMinDepth,
            OptionalInt exclusiveMaxDepth,
            boolean compensate,
            boolean scaleByParent) {
        /** @throws WorldException if a number is out of its range */
        public Trees {
            WorldException.require(roots >= 1, "total_root_nodes", roots, "1 or more");
            WorldException.require(minBranching >= 2, "branching_factor", minBranching, "2 or more");
            WorldException.require(
                    maxBranching >= minBranching, "branching_factor", maxBranching, "not less than " + minBranching);
            WorldException.require(maxDepth >= 1 && maxDepth <= 400, "max_depth", maxDepth, "from 1 to 400");
            WorldException.require(
                    exclusivePortion >= 0 && exclusivePortion <= 1,
                    "mutually_exclusive_portion",
                    exclusivePortion,
                    "from 0 to 1");
            WorldException.require(
                    exclusiveMinDepth >= 0, "mutually_exclusive_min_depth", exclusiveMinDepth, "0 or more");
            WorldException.require(
                    exclusiveMaxDepth.orElse(exclusiveMinDepth) >= exclusiveMinDepth,
                    "mutually_exclusive_max_depth",
                    exclusiveMaxDepth,
                    "not less than mutually_exclusive_min_depth");
        }

        /** Trees with one branching factor, whose siblings all exclude each other, compensated and scaled. */
        public static Trees exclusive(int roots, int branching, int maxDepth) {
            return new Trees(roots, branching, branching, maxDepth, 1, 0, OptionalInt.empty(), true, true);
        }

        /** The same trees, with magnitudes scaled by the parent's or not. */
        public Trees withScaling(boolean scale) {
            return new Trees(
                    roots,
                    minBranching,
                    maxBranching,
                    maxDepth,
                    exclusivePortion,
                    exclusiveMinDepth,
                    exclusiveMaxDepth,
                    compensate,
                    scale);
        }
    }

    /**
     * Steps of Adam that push the rows of the dictionary apart.
     *
     * @param chunk rows at a time in SAELens; kept for its files, without use here
     */
    public record Orthogonalization(int steps, double learningRate, int chunk) {
        /** @throws WorldException if a number is out of its range */
        public Orthogonalization {
            WorldException.require(steps >= 0, "num_steps", steps, "0 or more");
            WorldException.require(
                    learningRate > 0 && learningRate < Double.POSITIVE_INFINITY, "lr", learningRate, "positive");
            WorldException.require(chunk >= 1, "chunk_size", chunk, "1 or more");
        }
    }

    /**
     * A Gaussian copula of low rank.
     *
     * @param scale standard deviation of a factor's entry
     * @param seed  kept for SAELens' files, which name one that nothing reads: the factor is drawn with the world's seed
     */
    public record Correlation(int rank, double scale, OptionalLong seed) {
        /** @throws WorldException if a number is out of its range */
        public Correlation {
            WorldException.require(rank >= 1 && rank <= 4096, "rank", rank, "from 1 to 4096");
            WorldException.require(
                    scale >= 0 && scale < Double.POSITIVE_INFINITY, "correlation_scale", scale, "0 or more");
        }

        /** Drawn with the world's seed. */
        public Correlation(int rank, double scale) {
            this(rank, scale, OptionalLong.empty());
        }
    }

    /** @throws WorldException if the file is unreadable, not JSON, or has an unknown name or a wrong value */
    public static WorldConfig read(Path file) {
        return WorldConfigJson.read(file);
    }

    /** The text of {@code synthetic_model_config.json}, indented. */
    public String json() {
        return WorldConfigJson.write(this);
    }

    /** A changed copy: {@code config.change().hiddenDim(128).build()}. */
    public WorldConfigBuilder change() {
        return new WorldConfigBuilder(this);
    }
}
