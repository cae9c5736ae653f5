package dev.assay.sae;

import dev.assay.tensor.DType;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/** The tensors of a weights file, taken out one by one as fp32 with their shapes checked. */
final class CheckpointTensors {
    private final Path file;
    private final Map<String, Tensor> left;

    CheckpointTensors(Path file, Map<String, Tensor> tensors) {
        this.file = file;
        this.left = new LinkedHashMap<>(tensors);
    }

    boolean has(String name) {
        return left.containsKey(name);
    }

    /** A tensor of just this shape. */
    Tensor take(String name, long... shape) {
        Tensor t = left.remove(name);
        if (t == null) throw wrong("it has no tensor " + name + ", only " + new TreeSet<>(left.keySet()));
        if (!Arrays.equals(t.shape(), shape))
            throw wrong("tensor " + name + " has the shape " + Arrays.toString(t.shape())
                    + ", the other tensors and the" + " configuration call for " + Arrays.toString(shape));
        if (t.type() == DType.I64) throw wrong("tensor " + name + " holds whole numbers");
        return t.to(DType.F32).contiguous();
    }

    /** The length of a dimension of a tensor, which stays. */
    int size(String name, int dim) {
        Tensor t = left.get(name);
        if (t == null || t.shape().length <= dim)
            throw wrong("it has no tensor " + name + " of at least " + (dim + 1) + " dimensions, only "
                    + new TreeSet<>(left.keySet()));
        return (int) t.size(dim);
    }

    /** A tensor that is left unread would mean that the autoencoder does more than is read here. */
    void allTaken() {
        if (!left.isEmpty()) throw wrong("it has tensors of no known meaning: " + new TreeSet<>(left.keySet()));
    }

    private SaeFormatException wrong(String what) {
        return new SaeFormatException(file + " does not hold a usable autoencoder: " + what
                + ". Check that it belongs to its configuration, and download or save it again.");
    }
}
