package dev.assay.lm;

import dev.assay.tensor.Autograd;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Svd;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/**
 * What fine-tuning changed in a model: the singular directions of the change of each linear map. Adapters that are attached
 * are summed and decomposed as they are; of merged models it is the difference of the weights, less what is rounding.
 */
public final class WeightDifference {
    private WeightDifference() {}

    /**
     * One direction of one map's change. Both ends are unit vectors; a pair may have both signs turned.
     *
     * @param map Hugging Face's name, such as {@code layers.3.mlp.down_proj}
     * @param rank 0 for the strongest of its map
     * @param size singular value
     * @param share of the map's change in it: its square over the sum of all squares
     * @param reads {@code [dModel]}, what in the residual stream, before the norm's division, the change reads; empty for
     *     maps that read something else
     * @param writes {@code [dModel]}, what the change adds to the residual stream; empty for maps that write elsewhere
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Direction(
            String map, int layer, int rank, double size, double share, float[] reads, float[] writes) {}

    /**
     * The strongest directions of each map that differs, from the first block on.
     *
     * @param most of each map
     * @param progress told which map is done, and how many are
     * @throws ModelFormatException if the models are of different shapes
     */
    public static List<Direction> directions(
            LanguageModel from, LanguageModel to, int most, ObjIntConsumer<String> progress) {
        List<Transformer.Block> before = from.transformer().blocks();
        List<Transformer.Block> after = to.transformer().blocks();
        if (before.size() != after.size()) throw unlike(from, to);
        var all = new ArrayList<Direction>();
        int done = 0;
        try (var pause = Autograd.pause()) {
            for (int layer = 0; layer < before.size(); layer++) {
                List<Linear> a = before.get(layer).linears().toList();
                List<Linear> b = after.get(layer).linears().toList();
                for (int i = 0; i < a.size(); i++) {
                    if (!Arrays.equals(
                            a.get(i).weight().shape(), b.get(i).weight().shape())) throw unlike(from, to);
                    all.addAll(directions(layer, after.get(layer), a.get(i), b.get(i), most));
                    progress.accept(a.get(i).name(), ++done);
                }
            }
        }
        return all;
    }

    private static ModelFormatException unlike(LanguageModel from, LanguageModel to) {
        return new ModelFormatException(from.name() + " and " + to.name()
                + " have linear maps of different shapes; compare a model with one of the same base");
    }

    private static List<Direction> directions(int layer, Transformer.Block block, Linear from, Linear to, int most) {
        try (var scope = Scope.open()) {
            Change change = from.weight() == to.weight() ? low(from, to, most) : dense(from, to, most);
            Optional<Tensor> in = inputScale(block, to);
            Optional<Optional<Tensor>> out = outputScale(block, to);
            var all = new ArrayList<Direction>();
            for (int i = 0; i < change.svd.values().length && change.svd.values()[i] > change.rounding; i++) {
                double size = change.svd.values()[i];
                int row = i;
                all.add(new Direction(
                        to.name(),
                        layer,
                        i,
                        size,
                        size * size / change.squares,
                        in.map(scale -> unit(change.svd.right(), row, Optional.of(scale)))
                                .orElse(new float[0]),
                        out.map(scale -> unit(change.svd.left(), row, scale)).orElse(new float[0])));
            }
            return all;
        }
    }

    /**
     * @param squares sum of all squared singular values
     * @param rounding singular values that rounding alone can give
     */
    private record Change(Svd svd, double squares, double rounding) {}

    /** Of branches beside the same weight. */
    private static Change low(Linear from, Linear to, int most) {
        var ups = new ArrayList<Tensor>();
        var downs = new ArrayList<Tensor>();
        add(to, 1, ups, downs);
        add(from, -1, ups, downs);
        if (ups.isEmpty())
            return new Change(new Svd(Tensor.zeros(DType.F32, 0), new double[0], Tensor.zeros(DType.F32, 0)), 1, 0);
        Svd svd = Svd.ofProduct(Tensor.cat(ups, 1), Tensor.cat(downs, 0));
        double squares = Arrays.stream(svd.values()).map(v -> v * v).sum();
        double largest = ups.stream().mapToDouble(WeightDifference::norm).max().orElse(0)
                * downs.stream().mapToDouble(WeightDifference::norm).max().orElse(0);
        return new Change(svd.first(most), squares, largest * ulp(DType.F32));
    }

    private static void add(Linear map, double sign, List<Tensor> ups, List<Tensor> downs) {
        for (Linear.Side side : map.sides()) {
            ups.add(side.b().to(Device.CPU).to(DType.F64).mul(sign * side.scale()));
            downs.add(side.a().to(Device.CPU).to(DType.F64));
        }
    }

    private static Change dense(Linear from, Linear to, int most) {
        Tensor change = whole(to).sub(whole(from));
        double squares = change.square().sum().item();
        DType type = to.weight().type();
        double least = Math.min(change.size(0), change.size(1));
        // rounding is noise of an ulp of each weight: of its strength a root of the smaller side is in one direction
        return new Change(Svd.leading(change, most), squares, 4 * norm(to.weight()) * ulp(type) / Math.sqrt(least));
    }

    /** On the processor, which decomposes it. */
    private static Tensor whole(Linear map) {
        Tensor sum = map.weight().to(Device.CPU).to(DType.F32);
        for (Linear.Side s : map.sides())
            sum = sum.add(s.b().matmul(s.a()).mul(s.scale()).to(Device.CPU));
        return sum;
    }

    private static double norm(Tensor t) {
        return Math.sqrt(t.to(DType.F32).square().sum().item());
    }

    private static double ulp(DType type) {
        return type == DType.BF16 ? 0x1p-8 : 0x1p-23;
    }

    /** What the residual stream is multiplied by before a map reads it; empty for maps that read something else. */
    private static Optional<Tensor> inputScale(Transformer.Block block, Linear map) {
        if (List.of(block.q().name(), block.k().name(), block.v().name()).contains(map.name()))
            return Optional.of(block.attentionNorm().weight());
        if (List.of(block.gate().name(), block.up().name()).contains(map.name()))
            return Optional.of(block.feedForwardNorm().weight());
        return Optional.empty();
    }

    /** What a map's output is multiplied by before it is added to the residual stream, where it is added to it at all. */
    private static Optional<Optional<Tensor>> outputScale(Transformer.Block block, Linear map) {
        if (map.name().equals(block.o().name()))
            return Optional.of(block.afterAttention().map(Norm::weight));
        if (map.name().equals(block.down().name()))
            return Optional.of(block.afterFeedForward().map(Norm::weight));
        return Optional.empty();
    }

    private static float[] unit(Tensor vectors, int row, Optional<Tensor> scale) {
        Tensor one = vectors.narrow(0, row, 1).to(DType.F32);
        Tensor scaled = scale.isPresent() ? one.mul(scale.get().to(Device.CPU).to(DType.F32)) : one;
        return scaled.mul(1 / Math.max(norm(scaled), Double.MIN_NORMAL)).floats();
    }
}
