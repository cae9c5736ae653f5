package dev.assay.world;

import dev.assay.world.Hierarchy.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Grows trees as SAELens does ({@code generate_hierarchy}, 6.54): roots take the first indices, then, level by level, each
 * parent's children the next ones, until the features run out.
 */
final class HierarchyGrowth {
    private final WorldConfig.Trees config;
    private final PythonRandom random;
    private int nextFeature;

    private HierarchyGrowth(WorldConfig.Trees config, long seed) {
        this.config = config;
        this.random = new PythonRandom(seed);
    }

    private static final class Draft {
        private final int feature;
        private final int depth;
        private final List<Draft> children = new ArrayList<>();
        private boolean exclusive;

        Draft(int feature, int depth) {
            this.feature = feature;
            this.depth = depth;
        }
    }

    static Hierarchy grow(int features, WorldConfig.Trees config, long seed) {
        return new Hierarchy(features, new HierarchyGrowth(config, seed).roots(features));
    }

    private List<Node> roots(int features) {
        List<Draft> roots = new ArrayList<>();
        while (roots.size() < config.roots() && nextFeature < features) roots.add(new Draft(nextFeature++, 0));
        List<Draft> parents = new ArrayList<>();
        List<Draft> level = roots;
        while (!level.isEmpty()) {
            parents.addAll(level);
            level = children(level, features);
        }
        exclude(parents);
        return roots.stream().map(this::node).toList();
    }

    /** Gives every node of a level its children; returns those that may be parents themselves. */
    private List<Draft> children(List<Draft> level, int features) {
        List<Draft> next = new ArrayList<>();
        for (Draft parent : level) {
            int branching = config.minBranching() == config.maxBranching()
                    ? config.minBranching()
                    : random.randint(config.minBranching(), config.maxBranching());
            for (int i = 0; i < branching && nextFeature < features; i++)
                parent.children.add(new Draft(nextFeature++, parent.depth + 1));
            if (parent.depth + 1 < config.maxDepth()) next.addAll(parent.children);
        }
        return next;
    }

    private void exclude(List<Draft> parents) {
        List<Draft> eligible = parents.stream()
                .filter(p -> p.depth >= config.exclusiveMinDepth()
                        && p.depth <= config.exclusiveMaxDepth().orElse(Integer.MAX_VALUE)
                        && p.children.size() >= 2)
                .toList();
        int count = (int) (eligible.size() * config.exclusivePortion());
        if (count == 0) return;
        boolean[] chosen = random.sample(eligible.size(), count);
        for (int i = 0; i < chosen.length; i++) eligible.get(i).exclusive = chosen[i];
    }

    private Node node(Draft draft) {
        return new Node(
                OptionalInt.of(draft.feature),
                draft.exclusive,
                config.scaleByParent() && draft.depth < config.maxDepth(),
                Optional.empty(),
                draft.children.stream().map(this::node).toList());
    }
}
