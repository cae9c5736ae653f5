package dev.assay.world;

import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.TensorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;

/**
 * A world on disk, in the layout that SAELens publishes ({@code SyntheticModel.save}, 6.54), and beside it one file of
 * ours for the magnitudes, which that layout leaves out. See docs/formats/world.md.
 */
public final class WorldFolder {
    static final String CONFIG = "synthetic_model_config.json";
    static final String TENSORS = "synthetic_model.safetensors";
    static final String HIERARCHY = "hierarchy.json";
    static final String MAGNITUDES = "assay_magnitudes.safetensors";

    private WorldFolder() {}

    /**
     * Reads a world. Without {@code assay_magnitudes.safetensors} the magnitudes are made again from configuration and
     * seed, as SAELens does on loading; without {@code hierarchy.json} or a correlation that the configuration asks for,
     * these are too.
     *
     * @throws WorldException if a file is missing or damaged, or the files do not fit each other
     */
    public static World read(Path folder) {
        WorldConfig config = WorldConfig.read(folder.resolve(CONFIG));
        Path trees = folder.resolve(HIERARCHY);
        Hierarchy hierarchy =
                Files.exists(trees) ? HierarchyJson.read(trees, config.numFeatures()) : World.hierarchy(config);
        try (var scope = Scope.open()) {
            var tensors = new Tensors(folder.resolve(TENSORS));
            int n = config.numFeatures();
            double[] probabilities = tensors.get("firing_probabilities", n).doubles();
            Tensor rows = tensors.get("feature_vectors", n, config.hiddenDim()).to(config.dtype());
            Tensor bias = tensors.get("bias", config.hiddenDim()).to(config.dtype());
            LowRankCorrelation correlation = tensors.correlation(config);
            World.Features features = features(folder, config, probabilities);
            return new World(config, hierarchy, correlation, features, scope.keep(rows), scope.keep(bias));
        }
    }

    private static World.Features features(Path folder, WorldConfig config, double[] probabilities) {
        int n = config.numFeatures();
        if (Files.exists(folder.resolve(MAGNITUDES))) {
            var ours = new Tensors(folder.resolve(MAGNITUDES));
            return new World.Features(
                    probabilities,
                    ours.get("mean", n).doubles(),
                    ours.get("std", n).doubles());
        }
        return new World.Features(probabilities, World.means(config), World.stds(config));
    }

    /** The tensors of one file. */
    private static final class Tensors {
        private final Path file;
        private final Map<String, Tensor> tensors;

        Tensors(Path file) {
            this.file = file;
            if (!Files.exists(file)) throw new WorldException(file + " is missing");
            try {
                tensors = Safetensors.read(file);
            } catch (TensorException e) {
                throw new WorldException(String.valueOf(e.getMessage()), e);
            }
        }

        Tensor get(String name, long... shape) {
            Tensor t = tensors.get(name);
            if (t == null) throw new WorldException(file + " has no tensor " + name + ", it has " + tensors.keySet());
            if (!Arrays.equals(t.shape(), shape))
                throw new WorldException(file + ": " + name + " has the shape " + Arrays.toString(t.shape()) + ", "
                        + CONFIG + " asks for " + Arrays.toString(shape));
            return t;
        }

        LowRankCorrelation correlation(WorldConfig config) {
            Tensor factor = tensors.get("correlation_factor");
            if (factor == null) return World.correlation(config);
            if (factor.shape().length != 2)
                throw new WorldException(file + ": correlation_factor has the shape " + Arrays.toString(factor.shape())
                        + ", it must be [num_features, rank]");
            int n = config.numFeatures();
            int rank = Math.toIntExact(factor.size(1));
            return new LowRankCorrelation(
                    rank,
                    get("correlation_factor", n, rank).doubles(),
                    get("correlation_diag", n).doubles());
        }
    }

    /**
     * Writes a world; missing folders are made, files of an earlier world are replaced. The tensors come last and by
     * renaming, so a folder that has them is whole.
     *
     * @throws UncheckedIOException if a file cannot be written
     */
    public static void write(Path folder, World world) {
        try (var scope = Scope.open()) {
            Files.createDirectories(folder);
            Files.deleteIfExists(folder.resolve(TENSORS));
            Files.writeString(folder.resolve(CONFIG), world.config().json());
            Files.deleteIfExists(folder.resolve(HIERARCHY));
            if (!world.hierarchy().roots().isEmpty())
                Files.writeString(folder.resolve(HIERARCHY), HierarchyJson.write(world.hierarchy()));
            Files.write(folder.resolve(MAGNITUDES), encode(magnitudes(world)));
            Path part = folder.resolve(TENSORS + ".part");
            Files.write(part, encode(tensors(world)));
            Files.move(part, folder.resolve(TENSORS));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the world " + folder + ": " + e, e);
        }
    }

    private static byte[] encode(Map<String, Tensor> tensors) {
        return Safetensors.encode(tensors, new TreeMap<>());
    }

    private static Map<String, Tensor> tensors(World world) {
        DType type = world.config().dtype();
        int n = world.features();
        LowRankCorrelation correlation = world.correlation();
        var tensors = new LinkedHashMap<String, Tensor>(); // in the order in which the safetensors library writes
        tensors.put("bias", world.bias());
        if (correlation.rank() > 0) {
            tensors.put("correlation_diag", tensor(correlation.diag(), type, n));
            tensors.put("correlation_factor", tensor(correlation.factor(), type, n, correlation.rank()));
        }
        tensors.put("feature_vectors", world.dictionary());
        tensors.put("firing_probabilities", tensor(values(n, world::probability), type, n));
        return tensors;
    }

    private static Map<String, Tensor> magnitudes(World world) {
        DType type = world.config().dtype();
        int n = world.features();
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put("mean", tensor(values(n, world::mean), type, n));
        tensors.put("std", tensor(values(n, world::std), type, n));
        return tensors;
    }

    private static double[] values(int count, IntToDoubleFunction value) {
        var out = new double[count];
        for (int i = 0; i < count; i++) out[i] = value.applyAsDouble(i);
        return out;
    }

    private static Tensor tensor(double[] values, DType type, long... shape) {
        return Tensor.of(values, shape).to(type);
    }
}
