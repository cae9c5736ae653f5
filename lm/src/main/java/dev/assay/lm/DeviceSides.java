package dev.assay.lm;

import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/** {@link Sides} as tensors, on the devices of the maps that they stand beside and in their element type. */
final class DeviceSides implements Sides {
    private final Map<String, Branch> branches;

    /**
     * One map's branch.
     *
     * @param down {@code [ranks, in]}
     * @param up {@code [out, ranks]}, scaled
     */
    private record Branch(Tensor down, Tensor up) {}

    private DeviceSides(Map<String, Branch> branches) {
        this.branches = branches;
    }

    /** What is attached to a model. */
    static DeviceSides of(LanguageModel model) {
        Map<String, Branch> branches = new HashMap<>();
        for (Linear linear : model.linears())
            if (!linear.sides().isEmpty()) branches.put(linear.name(), branch(linear));
        return new DeviceSides(branches);
    }

    private static Branch branch(Linear linear) {
        try (var scope = Scope.open()) {
            Tensor down = Tensor.cat(
                    linear.sides().stream().map(s -> like(s.a(), linear)).toList(), 0);
            Tensor up = Tensor.cat(
                    linear.sides().stream()
                            .map(s -> like(s.b().mul(s.scale()), linear))
                            .toList(),
                    1);
            return new Branch(scope.keep(down.detach()), scope.keep(up.detach()));
        }
    }

    private static Tensor like(Tensor side, Linear linear) {
        return side.to(linear.weight().type()).to(linear.weight().device());
    }

    /** Adds what the branch beside a map makes of a group's rows of {@code [row, in]} to the map's own {@code [row, out]}. */
    void add(String linear, Step.Group group, Tensor in, Tensor out) {
        Branch branch = branches.get(linear);
        if (branch == null) return;
        int rows = group.to() - group.from();
        Tensor added = in.narrow(0, group.from(), rows).linear(branch.down).linear(branch.up);
        out.narrow(0, group.from(), rows).addInPlace(added, 1);
    }

    @Override
    public boolean isEmpty() {
        return branches.isEmpty();
    }

    @Override
    public void close() {
        branches.values().forEach(b -> {
            b.down.close();
            b.up.close();
        });
    }
}
