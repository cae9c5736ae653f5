package dev.assay.sae;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Selection;
import dev.assay.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The dense products that find active latents: inputs times the encoder's rows, in fp32 or bf16. A processor without bf16
 * products computes them in fp32 on rounded numbers and rounds what comes out: what is chosen is the same up to the order
 * of additions, only not faster.
 */
final class EncoderProducts implements AutoCloseable {
    private final DType type;
    private final boolean emulated;
    private final int dModel;
    private final int latents;
    private final Kernels kernels;
    private final Tensor weights; // [latents, dModel] in the type
    private final Tensor factors; // the same, in the type that is multiplied
    private Tensor operand; // [batch, dModel]
    private Tensor pre; // [batch, latents]

    EncoderProducts(DType type, int latents, int dModel, Kernels kernels) {
        this.type = type;
        this.emulated = type == DType.BF16 && Device.fastest() != DType.BF16;
        this.latents = latents;
        this.dModel = dModel;
        this.kernels = kernels;
        this.weights = Tensor.lastingZeros(type, latents, dModel);
        this.factors = emulated ? Tensor.lastingZeros(DType.F32, latents, dModel) : weights;
        this.operand = Tensor.lastingZeros(type, 0, dModel);
        this.pre = Tensor.lastingZeros(type, 0, latents);
    }

    /** How, in words. */
    String describe() {
        return type == DType.F32 ? "fp32" : emulated ? "bf16, emulated in fp32" : "bf16";
    }

    /** Whether what was chosen by these products is exact. */
    boolean exact() {
        return type == DType.F32;
    }

    /** Takes the encoder's rows from {@code from} to before {@code to}. */
    void publish(float[] encoder, int from, int to) {
        write(encoder, from * dModel, (to - from) * dModel, weights, (long) from * dModel);
        if (!emulated) return;
        try (var scope = Scope.open()) {
            factors.narrow(0, from, to - from).setInPlace(weights.narrow(0, from, to - from));
        }
    }

    /** Chooses latents out of products that it lets be computed. */
    @FunctionalInterface
    interface Chooser {
        void choose(Tensor pre, Selection.Product product);
    }

    /**
     * Multiplies the inputs ({@code [batch, dModel]}) as far as the chooser asks for it.
     *
     * @return the products, {@code [batch, latents]}, until the next call
     */
    Tensor choose(float[] input, int batch, Chooser chooser) {
        if (operand.size(0) != batch) resize(batch);
        chooser.choose(pre, (from, to) -> multiply(input, from, to));
        return pre;
    }

    private void multiply(float[] input, int from, int to) {
        int rows = to - from;
        write(input, from * dModel, rows * dModel, operand, (long) from * dModel);
        try (var scope = Scope.open()) {
            Tensor x = operand.narrow(0, from, rows);
            Tensor out = pre.narrow(0, from, rows);
            if (emulated) out.setInPlace(x.to(DType.F32).linear(factors));
            else x.linearInto(factors, out);
        }
    }

    private void resize(int batch) {
        operand.close();
        pre.close();
        operand = Tensor.lastingZeros(type, batch, dModel);
        pre = Tensor.lastingZeros(type, batch, latents);
    }

    private void write(float[] from, int offset, int length, Tensor to, long at) {
        MemorySegment memory = to.memory();
        if (type == DType.BF16) kernels.toBf16(from, offset, length, memory, at);
        else MemorySegment.copy(from, offset, memory, ValueLayout.JAVA_FLOAT, Float.BYTES * at, length);
    }

    @Override
    public void close() {
        weights.close();
        if (emulated) factors.close();
        operand.close();
        pre.close();
    }
}
