package dev.assay.lm;

import dev.assay.tensor.PanelKernels;
import dev.assay.tensor.WeightMatrix;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/** Matrices that stay in the 4 or 8 bits in which a GGUF file holds them, with no number changed. */
final class GgufBlocks {
    private GgufBlocks() {}

    /**
     * A matrix of a type that has a stored form; empty for the others.
     *
     * @param row where the file has each row
     */
    static Optional<WeightMatrix> matrix(GgmlType type, byte[] raw, int rows, int columns, IntUnaryOperator row) {
        PanelKernels kernels = PanelKernels.best();
        return switch (type) {
            case Q4_0 -> Optional.of(WeightMatrix.of4Bits(kernels, rows, columns, new Four(raw, columns, row, 2)));
            case Q4_1 -> Optional.of(WeightMatrix.of4Bits(kernels, rows, columns, new Four(raw, columns, row, 4)));
            case Q8_0 -> Optional.of(WeightMatrix.of8Bits(kernels, rows, columns, eight(raw, columns, row)));
            case F32, F16, BF16, Q4_K, Q6_K -> Optional.empty();
        };
    }

    /** Q4_1 has a half scale and a half offset, Q4_0 the scale alone and numbers from -8 on. */
    private static final class Four implements WeightMatrix.Blocks4 {
        private final byte[] raw;
        private final int blocks;
        private final IntUnaryOperator row;
        private final int header;
        private float offset;

        Four(byte[] raw, int columns, IntUnaryOperator row, int header) {
            this.raw = raw;
            this.blocks = columns / 32;
            this.row = row;
            this.header = header;
        }

        @Override
        public float read(int r, int block, byte[] nibbles) {
            int at = (row.applyAsInt(r) * blocks + block) * (header + 16);
            for (int i = 0; i < 16; i++) {
                nibbles[i] = (byte) (raw[at + header + i] & 15);
                nibbles[16 + i] = (byte) (raw[at + header + i] >> 4 & 15);
            }
            float scale = Dequantizer.Blocks.scale(raw, at);
            offset = header == 4 ? Dequantizer.Blocks.scale(raw, at + 2) : -8 * scale;
            return scale;
        }

        @Override
        public float offset() {
            return offset;
        }
    }

    private static WeightMatrix.Blocks8 eight(byte[] raw, int columns, IntUnaryOperator row) {
        return (r, block, numbers) -> {
            int at = (row.applyAsInt(r) * (columns / 32) + block) * 34;
            System.arraycopy(raw, at + 2, numbers, 0, 32);
            return Dequantizer.Blocks.scale(raw, at);
        };
    }
}
