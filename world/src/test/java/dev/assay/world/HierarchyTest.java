package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.world.Hierarchy.Node;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HierarchyTest {
    @TempDir
    Path folder;

    /** Hashes of what SAELens 6.54.12 grew on Python 3.11: feature:parent:exclusive, by feature. */
    @ParameterizedTest
    @CsvSource({
        "300,7,2,5,3,0.4,0,,45,a0c89bd13042af8c29692d7cf531af11909f71c46b52dc309adc071181ce11d8",
        "500,60,2,9,1,0.7,0,,3,dd4ffd38b4f1c3747acdc172cbf9208e8a575a0cee589d64c0278be7be92915a",
        "90,3,3,3,4,0.5,1,2,1099511627781,9f195fa57e959850fede7156893a1db2fe4fc0d82ffb1a21641b26ad58f4a26d",
        "2000,10,2,2,6,0.5,0,,45,122d6a1eda751a0056911a4b3d0e9fb02b0f62493f6a3d01c1d4f643de441c6a"
    })
    void randomTreesAreThoseOfTheLibrary(
            int features,
            int roots,
            int least,
            int most,
            int depth,
            double portion,
            int minDepth,
            Integer maxDepth,
            long seed,
            String sha256)
            throws Exception {
        OptionalInt limit = maxDepth == null ? OptionalInt.empty() : OptionalInt.of(maxDepth);
        var config = new WorldConfig.Trees(roots, least, most, depth, portion, minDepth, limit, false, false);
        List<String> lines = new ArrayList<>();
        for (Node root : HierarchyGrowth.grow(features, config, seed).roots()) list(root, -1, lines);
        lines.sort((a, b) -> Integer.compare(number(a), number(b)));
        byte[] text = String.join(",", lines).getBytes(StandardCharsets.UTF_8);
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text)))
                .isEqualTo(sha256);
    }

    private static int number(String line) {
        return Integer.parseInt(line.substring(0, line.indexOf(':')));
    }

    private static void list(Node node, int parent, List<String> lines) {
        int own = node.feature().orElseThrow();
        lines.add(own + ":" + parent + ":" + (node.exclusiveChildren() ? 1 : 0));
        for (Node child : node.children()) list(child, own, lines);
    }

    @Test
    void thePublishedTreesHaveTheirKnownPlaces() {
        Hierarchy trees = World.hierarchy(Presets.named("synth-16k-v2").config());
        assertThat(trees.inTrees()).isEqualTo(128 + 512 + 2048 + 8192);
        assertThat(trees.groups()).hasSize(128 + 512 + 2048).allMatch(g -> g.exclusive() && g.scaled());
        assertThat(trees.parent(127)).isEmpty();
        assertThat(trees.parent(128)).hasValue(0);
        assertThat(trees.parent(639)).hasValue(127);
        assertThat(trees.parent(10_879)).hasValue(2687);
        assertThat(trees.depth(10_879)).hasValue(3);
        assertThat(trees.depth(10_880)).isEmpty();
    }

    @Test
    void featuresMayRunOut() {
        Hierarchy trees = HierarchyGrowth.grow(10, WorldConfig.Trees.exclusive(3, 4, 5), 0);
        assertThat(trees.inTrees()).isEqualTo(10);
        assertThat(trees.groups()).hasSize(2);
        assertThat(trees.groups().get(1).features()).containsExactly(7, 8, 9);
        assertThat(HierarchyGrowth.grow(2, WorldConfig.Trees.exclusive(3, 4, 5), 0)
                        .groups())
                .isEmpty();
    }

    private static Node leaf(int feature) {
        return new Node(OptionalInt.of(feature), false, false, Optional.empty(), List.of());
    }

    @Test
    void aNodeWithoutAFeatureHangsItsChildrenOnTheFeatureAbove() throws Exception {
        Node inner = new Node(OptionalInt.empty(), true, true, Optional.of("animals"), List.of(leaf(3), leaf(4)));
        Node root = new Node(OptionalInt.of(1), false, false, Optional.empty(), List.of(inner, leaf(2)));
        var trees = new Hierarchy(6, List.of(root));
        assertThat(trees.parent(3)).hasValue(1);
        assertThat(trees.depth(3)).hasValue(2);
        assertThat(trees.scaledByParent(3)).isTrue();
        assertThat(trees.scaledByParent(2)).isFalse();
        Path file = Files.writeString(folder.resolve("hierarchy.json"), HierarchyJson.write(trees));
        assertThat(HierarchyJson.read(file, 6).roots()).isEqualTo(trees.roots());
        assertThat(HierarchyJson.read(file, 6).groups()).isEqualTo(trees.groups());
    }

    @Test
    void aFeatureStandsOnceAndInRange() {
        assertThatThrownBy(() -> new Hierarchy(6, List.of(leaf(2), leaf(2))))
                .isInstanceOf(WorldException.class)
                .hasMessageContaining("2 stands twice");
        assertThatThrownBy(() -> new Hierarchy(6, List.of(leaf(6))))
                .isInstanceOf(WorldException.class)
                .hasMessageContaining("feature_index is 6");
        assertThatThrownBy(() -> new Node(OptionalInt.of(1), true, false, Optional.empty(), List.of(leaf(2))))
                .isInstanceOf(WorldException.class)
                .hasMessageContaining("2 or more");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                              | roots is missing",
                "{\"roots\":[{\"feature\":1}]}                   | roots[0].the field feature is unknown",
                "{\"roots\":[{\"feature_index\":9}]}             | feature_index is 9",
                "{\"roots\":[{\"children\":[3]}]}                | roots[0].children is [3]",
                "{\"roots\":[{\"feature_index\":1,\"children\":[{\"feature_index\":\"x\"}]}]} | roots[0].children[0].feature_index"
            })
    void whatIsWrongInAFileIsNamed(String json, String place) throws Exception {
        Path file = Files.writeString(folder.resolve("hierarchy.json"), json);
        assertThatThrownBy(() -> HierarchyJson.read(file, 6))
                .isInstanceOf(WorldException.class)
                .hasMessageContainingAll("hierarchy.json: ", place);
    }

    @Test
    void compensationKeepsFreeFeaturesAndRoots() {
        float[] base = {0.5f, 0.4f, 0.2f, 0.1f, 0.3f};
        Node root = new Node(OptionalInt.of(0), true, false, Optional.empty(), List.of(leaf(2), leaf(3)));
        float[] factors = new Hierarchy(5, List.of(root)).compensation(base);
        // 1 / p(parent), times 1 + p(sibling) / p(parent)
        assertThat(factors).containsExactly(1, 1, 2 * (1 + 0.1f / 0.5f), 2 * (1 + 0.2f / 0.5f), 1);
        assertThat(IntStream.range(0, 5).filter(i -> factors[i] == 1)).containsExactly(0, 1, 4);
    }
}
