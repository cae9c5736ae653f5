package dev.assay.lm;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tensor types of GGUF that can be read. A row is stored as whole blocks: {@link #blockSize} numbers in
 * {@link #blockBytes} bytes. Layouts: ggml-common.h of llama.cpp.
 */
public enum GgmlType {
    /** IEEE binary32. */
    F32(0, 1, 4),
    /** IEEE binary16. */
    F16(1, 1, 2),
    /** 4 bits a number, one half scale d: x = d (q - 8). */
    Q4_0(2, 32, 18),
    /** 4 bits a number, one half scale d and one half minimum m: x = d q + m. */
    Q4_1(3, 32, 20),
    /** 8 bits a number, one half scale d: x = d q. */
    Q8_0(8, 32, 34),
    /** 4 bits a number, 8 sub-blocks with 6-bit scales and minima under one half each. */
    Q4_K(12, 256, 144),
    /** 6 bits a number, 16 sub-blocks with 8-bit scales under one half. */
    Q6_K(14, 256, 210),
    /** bfloat16, the upper half of binary32. */
    BF16(30, 1, 2);

    private static final String[] NAMES = ("F32 F16 Q4_0 Q4_1 Q4_2 Q4_3 Q5_0 Q5_1 Q8_0 Q8_1 Q2_K Q3_K Q4_K Q5_K Q6_K "
                    + "Q8_K IQ2_XXS IQ2_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ2_S IQ4_XS I8 I16 I32 I64 F64 IQ1_M BF16 "
                    + "Q4_0_4_4 Q4_0_4_8 Q4_0_8_8 TQ1_0 TQ2_0 IQ4_NL_4_4 IQ4_NL_4_8 IQ4_NL_8_8 MXFP4")
            .split(" ");

    private final int id;
    private final int blockSize;
    private final int blockBytes;

    GgmlType(int id, int blockSize, int blockBytes) {
        this.id = id;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** The number that stands for this type in a file. */
    public int id() {
        return id;
    }

    /** Numbers in a block. */
    public int blockSize() {
        return blockSize;
    }

    /** Bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    static Optional<GgmlType> of(int id) {
        return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
    }

    /** Number and, where it is known, name of a type, for messages about those that are not supported. */
    static String describe(int id) {
        String name = id >= 0 && id < NAMES.length ? " (" + NAMES[id] + ")" : "";
        return Integer.toUnsignedString(id) + name;
    }

    /** The names of all types here, for messages. */
    static String supported() {
        return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
    }
}
