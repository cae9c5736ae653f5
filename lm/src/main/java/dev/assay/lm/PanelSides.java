package dev.assay.lm;

import dev.assay.tensor.PanelKernels;
import dev.assay.tensor.WeightMatrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@link Sides} as panels. */
final class PanelSides implements Sides {
    private static final PanelSides NONE = new PanelSides(Map.of());

    private final Map<String, Branch> branches;

    /**
     * @param down {@code [ranks, in]}
     * @param up {@code [out, ranks]}, scaled
     */
    record Branch(WeightMatrix down, WeightMatrix up) {}

    private PanelSides(Map<String, Branch> branches) {
        this.branches = branches;
    }

    /** What is attached to a model. */
    static PanelSides of(LanguageModel model) {
        Map<String, Branch> branches = new HashMap<>();
        for (Linear linear : model.linears()) {
            if (!linear.sides().isEmpty()) branches.put(linear.name(), branch(linear, linear.sides()));
        }
        return branches.isEmpty() ? NONE : new PanelSides(branches);
    }

    @Override
    public boolean isEmpty() {
        return branches.isEmpty();
    }

    private static Branch branch(Linear linear, List<Linear.Side> sides) {
        List<float[]> down = new ArrayList<>();
        int in = (int) linear.weight().size(1);
        int out = (int) linear.weight().size(0);
        int ranks = sides.stream().mapToInt(s -> (int) s.a().size(0)).sum();
        var up = new float[out][ranks];
        for (Linear.Side side : sides) {
            int first = down.size();
            int rank = (int) side.a().size(0);
            float[] a = PackedModel.floats(side.a());
            float[] b = PackedModel.floats(side.b());
            for (int r = 0; r < rank; r++) {
                var row = new float[in];
                System.arraycopy(a, r * in, row, 0, in);
                down.add(row);
                for (int o = 0; o < out; o++) up[o][first + r] = (float) (b[o * rank + r] * side.scale());
            }
        }
        return new Branch(packed(ranks, in, down), packed(out, ranks, List.of(up)));
    }

    private static WeightMatrix packed(int rows, int columns, List<float[]> numbers) {
        return WeightMatrix.of(
                PanelKernels.best(),
                rows,
                columns,
                WeightMatrix.Format.F32,
                (row, into) -> System.arraycopy(numbers.get(row), 0, into, 0, columns));
    }

    Optional<Branch> branch(String linear) {
        return Optional.ofNullable(branches.get(linear));
    }

    @Override
    public void close() {
        // all of it is Java's
    }
}
