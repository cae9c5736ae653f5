package dev.assay.world;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Trees over features. A feature below another can fire only together with it; siblings may exclude each other; a child's
 * magnitude may be scaled by its parent's. Features in no tree are free. Immutable.
 *
 * <p>A node without a feature only groups: its children hang on the nearest feature above it, and its flags hold for
 * them.
 */
public final class Hierarchy {
    private static final int NONE = -1;

    private final List<Node> roots;
    private final List<Group> groups = new ArrayList<>();
    private final int[] parent;
    private final int[] depth;
    private final boolean[] scaled;

    /**
     * A node of a tree, with all below it.
     *
     * @param feature            its feature; empty: it only groups
     * @param exclusiveChildren  whether at most one of the features right below it fires
     * @param scalesChildren     whether their magnitudes are multiplied by the parent's, over the parent's mean
     * @param id                 a name, without meaning here
     */
    public record Node(
            OptionalInt feature,
            boolean exclusiveChildren,
            boolean scalesChildren,
            Optional<String> id,
            List<Node> children) {
        /** @throws WorldException if children exclude each other, but there are less than two */
        public Node {
            children = List.copyOf(children);
            if (exclusiveChildren && children.size() < 2)
                throw new WorldException("a node has mutually_exclusive_children, but " + children.size()
                        + " children; it must have 2 or more");
        }
    }

    /**
     * The features right below one node.
     *
     * @param parent    the nearest feature above; empty: there is none
     * @param level     the node's own depth, counting nodes without a feature
     * @param exclusive whether at most one of them fires
     * @param scaled    whether their magnitudes are scaled by the parent's
     * @param features  at least one
     */
    public record Group(OptionalInt parent, int level, boolean exclusive, boolean scaled, List<Integer> features) {}

    /**
     * The trees of these roots over {@code features} features.
     *
     * @throws WorldException if a feature is out of range or stands twice
     */
    public Hierarchy(int features, List<Node> roots) {
        this.roots = List.copyOf(roots);
        parent = new int[features];
        depth = new int[features];
        scaled = new boolean[features];
        Arrays.fill(parent, NONE);
        Arrays.fill(depth, NONE);
        for (Node root : roots)
            if (root.feature().isPresent()) place(root.feature().getAsInt(), NONE, 0, false);
        addLevels();
    }

    /** No trees: all features are free. */
    public static Hierarchy none(int features) {
        return new Hierarchy(features, List.of());
    }

    private void place(int feature, int above, int level, boolean scale) {
        WorldException.require(
                feature >= 0 && feature < parent.length,
                "feature_index",
                feature,
                "from 0 to num_features - 1 = " + (parent.length - 1));
        if (depth[feature] != NONE) throw new WorldException("feature_index " + feature + " stands twice in the trees");
        parent[feature] = above;
        depth[feature] = level;
        scaled[feature] = scale && above != NONE;
    }

    /** Walks the trees level by level, so that groups stand in the order of their depth. */
    private void addLevels() {
        record Place(Node node, int above) {}
        List<Place> level = roots.stream().map(r -> new Place(r, NONE)).toList();
        for (int d = 0; !level.isEmpty(); d++) {
            List<Place> below = new ArrayList<>();
            for (Place p : level) {
                int above = p.node().feature().orElse(p.above());
                addGroup(p.node(), above, d);
                for (Node child : p.node().children()) below.add(new Place(child, above));
            }
            level = below;
        }
    }

    private void addGroup(Node node, int above, int level) {
        List<Integer> features = new ArrayList<>();
        for (Node child : node.children()) {
            if (child.feature().isEmpty()) continue;
            int f = child.feature().getAsInt();
            place(f, above, level + 1, node.scalesChildren());
            features.add(f);
        }
        if (features.isEmpty()) return;
        boolean exclusive = node.exclusiveChildren() && features.size() > 1;
        OptionalInt up = above == NONE ? OptionalInt.empty() : OptionalInt.of(above);
        groups.add(new Group(up, level, exclusive, node.scalesChildren() && up.isPresent(), List.copyOf(features)));
    }

    /** Number of features, in trees or free. */
    public int features() {
        return parent.length;
    }

    public List<Node> roots() {
        return roots;
    }

    /** Siblings, parents before children. */
    public List<Group> groups() {
        return List.copyOf(groups);
    }

    /** The nearest feature above, empty for roots and free features. */
    public OptionalInt parent(int feature) {
        return parent[feature] == NONE ? OptionalInt.empty() : OptionalInt.of(parent[feature]);
    }

    /** Levels below the root, counting nodes without a feature; empty for free features. */
    public OptionalInt depth(int feature) {
        return depth[feature] == NONE ? OptionalInt.empty() : OptionalInt.of(depth[feature]);
    }

    /** Whether a firing of this feature is multiplied by its parent's magnitude over the parent's mean. */
    public boolean scaledByParent(int feature) {
        return scaled[feature];
    }

    /** Features that stand in a tree. */
    public int inTrees() {
        int n = 0;
        for (int d : depth) if (d != NONE) n++;
        return n;
    }

    /** Depth of the deepest feature; -1 without trees. */
    public int maxDepth() {
        return Arrays.stream(depth).max().orElse(NONE);
    }

    /**
     * Factors that make up, roughly, for what the hierarchy takes: 1 / p of the parent, and among siblings that exclude
     * each other also 1 + (sum of the others' p) / p of the parent, all from the base probabilities. In fp32, in the order
     * of SAELens 6.54 ({@code Hierarchy.compute_probability_correction_factors}).
     */
    public float[] compensation(float[] base) {
        var factors = new float[parent.length];
        Arrays.fill(factors, 1);
        for (Node root : roots) compensate(root, 1, base, factors);
        return factors;
    }

    private static void compensate(Node node, double above, float[] base, float[] factors) {
        double own = above;
        if (node.feature().isPresent()) {
            int f = node.feature().getAsInt();
            if (above > 0) factors[f] = (float) (1 / above);
            own = base[f];
        }
        for (Node child : node.children()) compensate(child, own, base, factors);
        if (!node.exclusiveChildren() || own <= 0) return;
        int[] siblings =
                node.children().stream().flatMapToInt(c -> c.feature().stream()).toArray();
        double sum = 0;
        for (int f : siblings) sum += base[f];
        if (siblings.length >= 2) for (int f : siblings) factors[f] *= (float) (1 + Math.max(0, sum - base[f]) / own);
    }
}
