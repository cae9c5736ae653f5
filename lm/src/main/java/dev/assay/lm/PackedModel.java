package dev.assay.lm;

import dev.assay.tensor.Bf16Matrix;
import dev.assay.tensor.DType;
import dev.assay.tensor.PanelKernels;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.WeightMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.SoftReference;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** A model's weights in the form in which {@link Decoder} multiplies with them. */
final class PackedModel {
    private static final SoftReference<KvPool> NO_MEMORY = new SoftReference<>(null);

    private final ModelConfig config;
    private final MemorySegment embedding; // [vocab, dModel]
    private final DType embeddingType;
    private final float embeddingScale;
    private final List<Layer> layers;
    private final RmsNorm finalNorm;
    private final Map unembedding;
    private final AtomicReference<SoftReference<KvPool>> memory = new AtomicReference<>(NO_MEMORY);

    /**
     * A linear map.
     *
     * @param rows numbers that it gives
     * @param weight for products of the model's own precision; not where all are in bf16
     * @param wide the weight in bf16, where the processor has products for it
     * @param bias of the rows' length or of none
     */
    record Map(String name, int rows, Optional<WeightMatrix> weight, Optional<Bf16Matrix> wide, float[] bias) {}

    /** A block. */
    record Layer(
            RmsNorm attentionNorm,
            Map q,
            Map k,
            Map v,
            Map o,
            Optional<RmsNorm> qNorm,
            Optional<RmsNorm> kNorm,
            Optional<RmsNorm> afterAttention,
            RmsNorm feedForwardNorm,
            Map gate,
            Map up,
            Map down,
            Optional<RmsNorm> afterFeedForward) {}

    private PackedModel(LanguageModel model, Arithmetic arithmetic) {
        Transformer transformer = model.transformer();
        this.config = model.config();
        this.embedding = transformer.embedding().memory();
        this.embeddingType = transformer.type();
        this.embeddingScale = (float) transformer.embeddingScale();
        this.layers =
                transformer.blocks().stream().map(b -> layer(b, arithmetic)).toList();
        this.finalNorm = RmsNorm.of(transformer.finalNorm());
        this.unembedding = map(transformer.unembedding(), arithmetic);
    }

    /**
     * Packs a model. Weights that a file holds in 4 or 8 bits stay as they are, others are rounded to 8 where that is fast;
     * where products are not exact, a processor with bf16 products gets all weights in bf16 besides.
     */
    static PackedModel of(LanguageModel model, Arithmetic arithmetic) {
        return new PackedModel(model, arithmetic);
    }

    private static Layer layer(Transformer.Block b, Arithmetic arithmetic) {
        return new Layer(
                RmsNorm.of(b.attentionNorm()),
                map(b.q(), arithmetic),
                map(b.k(), arithmetic),
                map(b.v(), arithmetic),
                map(b.o(), arithmetic),
                b.qNorm().map(RmsNorm::of),
                b.kNorm().map(RmsNorm::of),
                b.afterAttention().map(RmsNorm::of),
                RmsNorm.of(b.feedForwardNorm()),
                map(b.gate(), arithmetic),
                map(b.up(), arithmetic),
                map(b.down(), arithmetic),
                b.afterFeedForward().map(RmsNorm::of));
    }

    private static Map map(Linear linear, Arithmetic arithmetic) {
        boolean inBf16 = arithmetic == Arithmetic.BF16 || (arithmetic == Arithmetic.FAST && Bf16Matrix.available());
        return new Map(
                linear.name(),
                (int) linear.weight().size(0),
                arithmetic == Arithmetic.BF16 ? Optional.empty() : Optional.of(weight(linear, arithmetic)),
                inBf16 ? Optional.of(new Bf16Matrix(linear.weight())) : Optional.empty(),
                linear.bias().map(PackedModel::floats).orElse(new float[0]));
    }

    static float[] floats(Tensor tensor) {
        try (var scope = Scope.open()) {
            return tensor.to(DType.F32).floats();
        }
    }

    private static WeightMatrix weight(Linear linear, Arithmetic arithmetic) {
        if (linear.stored().isPresent()) return linear.stored().get();
        MemorySegment numbers = linear.weight().memory();
        DType type = linear.weight().type();
        int rows = (int) linear.weight().size(0);
        int columns = (int) linear.weight().size(1);
        WeightMatrix.Format format = arithmetic == Arithmetic.FAST
                ? WeightMatrix.Format.Q8
                : isBf16(numbers, type) ? WeightMatrix.Format.BF16 : WeightMatrix.Format.F32;
        return WeightMatrix.of(
                PanelKernels.best(), rows, columns, format, (row, into) -> row(numbers, type, row, columns, into));
    }

    /** Whether all numbers are bf16, so that half the memory holds them without loss. */
    private static boolean isBf16(MemorySegment numbers, DType type) {
        if (type == DType.BF16) return true;
        for (long at = 0; at < numbers.byteSize(); at += 4)
            if ((numbers.get(ValueLayout.JAVA_INT_UNALIGNED, at) & 0xffff) != 0) return false;
        return true;
    }

    private static void row(MemorySegment numbers, DType type, long row, int columns, float[] into) {
        if (type == DType.BF16) {
            for (int k = 0; k < columns; k++) {
                int bits = numbers.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * (row * columns + k)) << 16;
                into[k] = Float.intBitsToFloat(bits);
            }
        } else {
            MemorySegment.copy(numbers, ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * row * columns, into, 0, columns);
        }
    }

    /** Whether keys and values are remembered in bf16, as all products are made in it. */
    boolean narrowMemory() {
        return unembedding.weight.isEmpty();
    }

    /** Keys and values that an earlier decoder left, if there are any; they are then the caller's. */
    Optional<KvPool> takeMemory() {
        return Optional.ofNullable(memory.getAndSet(NO_MEMORY).get());
    }

    /** Keeps them for a later decoder as long as Java's memory lasts. */
    void keepMemory(KvPool pool) {
        memory.set(new SoftReference<>(pool));
    }

    ModelConfig config() {
        return config;
    }

    List<Layer> layers() {
        return layers;
    }

    RmsNorm finalNorm() {
        return finalNorm;
    }

    Map unembedding() {
        return unembedding;
    }

    /** The scaled embedding of a token, into {@code dModel} numbers. */
    void embed(int token, float[] row, float[] x, int at) {
        row(embedding, embeddingType, token, config.dModel(), row);
        for (int i = 0; i < row.length; i++) x[at + i] = row[i] * embeddingScale;
    }

    /** Bytes of the packed weights. */
    long bytes() {
        return Stream.concat(
                        Stream.of(unembedding),
                        layers.stream().flatMap(l -> Stream.of(l.q, l.k, l.v, l.o, l.gate, l.up, l.down)))
                .mapToLong(m -> m.weight.map(WeightMatrix::bytes).orElse(0L)
                        + m.wide.map(Bf16Matrix::bytes).orElse(0L))
                .sum();
    }

    /** How the weights are stored, in words. */
    String format() {
        Map map = layers.getFirst().q;
        String some = map.wide.isPresent() ? ", bf16 for many rows" : "";
        return map.weight.map(w -> w.format() + some).orElse("bf16");
    }
}
