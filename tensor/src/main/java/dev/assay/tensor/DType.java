package dev.assay.tensor;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** Element type of a {@link Tensor}. */
public enum DType {
    F64(ScalarType.Double, 8, "F64"),
    F32(ScalarType.Float, 4, "F32"),
    BF16(ScalarType.BFloat16, 2, "BF16"),
    I64(ScalarType.Long, 8, "I64");

    final ScalarType torch;
    private final int bytes;
    private final String safetensors;

    DType(ScalarType torch, int bytes, String safetensors) {
        this.torch = torch;
        this.bytes = bytes;
        this.safetensors = safetensors;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Name of this type in the header of a safetensors file. */
    public String safetensors() {
        return safetensors;
    }

    static DType of(ScalarType type) {
        // LibTorch hands out enum constants whose identity differs, so they are compared by value.
        for (DType d : values()) if (d.torch.value == type.value) return d;
        throw new TensorException("element type " + type.intern() + " is not supported (F64, F32, BF16, I64)");
    }
}
