package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders as SAELens writes them, and as this program does. */
class WorldFolderTest {
    private static final Path PUBLISHED = Fixtures.path("small_world_v2");

    @TempDir
    Path folder;

    private static double[] stds(World world) {
        return IntStream.range(0, world.features()).mapToDouble(world::std).toArray();
    }

    private static double[] probabilities(World world) {
        return IntStream.range(0, world.features())
                .mapToDouble(world::probability)
                .toArray();
    }

    /** The folder does not hold the magnitudes; torch's own are recorded beside it. */
    @Test
    void aFolderOfSaelensLoadsWithItsMagnitudes() {
        JsonNode world = Fixtures.json("small_bench_reference.json").path("world");
        try (World ours = WorldFolder.read(PUBLISHED)) {
            double[] theirs = new double[world.path("std_magnitudes").size()];
            for (int i = 0; i < theirs.length; i++)
                theirs[i] = world.path("std_magnitudes").path(i).doubleValue();
            Close.check(stds(ours), theirs, 5e-7);
            assertThat(ours.hierarchy().inTrees())
                    .isEqualTo(world.path("features_in_hierarchy").intValue());
            assertThat(ours.scalesByParent())
                    .isEqualTo(json(PUBLISHED, WorldFolder.CONFIG)
                            .path("hierarchy")
                            .path("scale_children_by_parent")
                            .booleanValue());
            assertThat(Superposition.of(ours.dictionary()).meanMax())
                    .isCloseTo(world.path("mean_max_abs_cos").doubleValue(), within(1e-6));
        }
    }

    @Test
    void aFolderWrittenAgainHoldsTheSameBytes() throws IOException {
        try (World world = WorldFolder.read(PUBLISHED);
                var scope = Scope.open()) {
            WorldFolder.write(folder, world);
            Map<String, Tensor> theirs = Safetensors.read(PUBLISHED.resolve(WorldFolder.TENSORS));
            Map<String, Tensor> ours = Safetensors.read(folder.resolve(WorldFolder.TENSORS));
            assertThat(ours.keySet()).isEqualTo(theirs.keySet());
            theirs.forEach(
                    (name, tensor) -> assertThat(bytes(ours.get(name))).as(name).isEqualTo(bytes(tensor)));
            assertThat(json(folder, WorldFolder.HIERARCHY)).isEqualTo(json(PUBLISHED, WorldFolder.HIERARCHY));
            var config = (ObjectNode) json(PUBLISHED, WorldFolder.CONFIG);
            if (config.path("bias").booleanValue()) config.put("bias", 1.0); // what true stands for
            assertThat(json(folder, WorldFolder.CONFIG)).isEqualTo(config);
        }
    }

    private static byte[] bytes(Tensor tensor) {
        return Safetensors.encode(Map.of("t", tensor), new TreeMap<>());
    }

    private static JsonNode json(Path folder, String name) {
        return WorldConfigJson.parse(folder.resolve(name));
    }

    /** Configuration and seed are enough: the fixture's library ran on a CPU too. */
    @Test
    void theWorldOfSaelensIsMadeAgainFromItsConfiguration() {
        try (World theirs = WorldFolder.read(PUBLISHED);
                World ours = World.build(theirs.config(), Progress.NONE)) {
            Close.check(ours.correlation().factor(), theirs.correlation().factor(), 1e-6);
            Close.check(ours.correlation().diag(), theirs.correlation().diag(), 1e-6);
            Close.check(ours.bias().doubles(), theirs.bias().doubles(), 1e-6);
            // Adam divides by the gradient's size, so rounding in fp32 shows where a gradient passes through 0
            Close.check(ours.dictionary().doubles(), theirs.dictionary().doubles(), 1e-4);
            assertThat(ours.hierarchy().roots()).isEqualTo(theirs.hierarchy().roots());
            Close.check(probabilities(ours), probabilities(theirs), 2e-6); // roundings of fp32, theirs and ours
        }
    }

    @Test
    void aWorldInFp64WithoutTreesOrCorrelationComesBack() {
        WorldConfig small = Presets.named("small").config();
        WorldConfig config = new WorldConfig(
                40,
                12,
                small.firingProbability(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                small.stdMagnitudes(),
                small.meanMagnitudes(),
                0,
                DType.F64,
                small.seed(),
                0.25);
        try (World world = World.build(config, Progress.NONE)) {
            WorldFolder.write(folder, world);
            try (World back = WorldFolder.read(folder)) {
                assertThat(back.config()).isEqualTo(config);
                assertThat(back.dictionary().doubles())
                        .containsExactly(world.dictionary().doubles());
                assertThat(stds(back)).containsExactly(stds(world));
                assertThat(back.correlation().rank()).isZero();
                assertThat(back.hierarchy().roots()).isEmpty();
                assertThat(back.bias().doubles()).containsOnly(0);
            }
        }
    }

    @Test
    void ourMagnitudesCountMoreThanTheSeed() throws IOException {
        try (World world = WorldFolder.read(PUBLISHED)) {
            WorldFolder.write(folder, world);
            WorldConfig other = world.config()
                    .change()
                    .seed(world.config().seed().orElseThrow() + 1)
                    .build();
            Files.writeString(folder.resolve(WorldFolder.CONFIG), other.json());
            try (World back = WorldFolder.read(folder)) {
                assertThat(stds(back)).containsExactly(stds(world));
            }
            Files.delete(folder.resolve(WorldFolder.MAGNITUDES));
            try (World back = WorldFolder.read(folder)) {
                assertThat(stds(back)).isNotEqualTo(stds(world));
            }
        }
    }

    @Test
    void aFolderThatDoesNotFitItselfIsRefused() throws IOException {
        try (World world = WorldFolder.read(PUBLISHED)) {
            WorldFolder.write(folder, world);
            int dim = world.hiddenDim() + 1;
            Files.writeString(
                    folder.resolve(WorldFolder.CONFIG),
                    world.config().change().hiddenDim(dim).build().json());
            assertThatThrownBy(() -> WorldFolder.read(folder))
                    .isInstanceOf(WorldException.class)
                    .hasMessageContainingAll(WorldFolder.TENSORS, "feature_vectors", "" + dim);
            Files.delete(folder.resolve(WorldFolder.TENSORS));
            assertThatThrownBy(() -> WorldFolder.read(folder))
                    .isInstanceOf(WorldException.class)
                    .hasMessageContainingAll(WorldFolder.TENSORS, "missing");
        }
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        try (World world = WorldFolder.read(PUBLISHED)) {
            WorldFolder.write(folder, world);
        }
        Path tensors = folder.resolve(WorldFolder.TENSORS);
        byte[] whole = Files.readAllBytes(tensors);
        Files.write(tensors, Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(() -> WorldFolder.read(folder))
                .isInstanceOf(WorldException.class)
                .hasMessageContaining(WorldFolder.TENSORS);
    }
}
