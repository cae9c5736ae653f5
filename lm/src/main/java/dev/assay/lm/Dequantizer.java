package dev.assay.lm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Turns stored blocks into float32, one function a {@link GgmlType}. Formulas: ggml-quants.c of llama.cpp. */
@FunctionalInterface
interface Dequantizer {
    /**
     * Decodes blocks.
     *
     * @param raw the bytes of the blocks
     * @param blocks how many they are
     * @param into receives {@code blocks * blockSize} numbers
     * @param at where in {@code into} they start
     */
    void decode(byte[] raw, int blocks, float[] into, int at);

    static Dequantizer of(GgmlType type) {
        return switch (type) {
            case F32 -> Blocks::f32;
            case F16 -> Blocks::f16;
            case BF16 -> Blocks::bf16;
            case Q4_0 -> Blocks::q40;
            case Q4_1 -> Blocks::q41;
            case Q8_0 -> Blocks::q80;
            case Q4_K -> Blocks::q4k;
            case Q6_K -> Blocks::q6k;
        };
    }

    /** The functions themselves; b is the first byte of a block, y the place of its first number. */
    final class Blocks {
        private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
        private static final VarHandle SHORT =
                MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

        private Blocks() {}

        private static short half(byte[] raw, int at) {
            return (short) SHORT.get(raw, at);
        }

        /** The half at a place, of which a block has one or two. */
        static float scale(byte[] raw, int at) {
            return Float.float16ToFloat(half(raw, at));
        }

        static void f32(byte[] raw, int blocks, float[] into, int at) {
            for (int i = 0; i < blocks; i++) {
                into[at + i] = Float.intBitsToFloat((int) INT.get(raw, 4 * i));
            }
        }

        static void f16(byte[] raw, int blocks, float[] into, int at) {
            for (int i = 0; i < blocks; i++) {
                into[at + i] = Float.float16ToFloat(half(raw, 2 * i));
            }
        }

        static void bf16(byte[] raw, int blocks, float[] into, int at) {
            for (int i = 0; i < blocks; i++) {
                into[at + i] = Float.intBitsToFloat(half(raw, 2 * i) << 16);
            }
        }

        /** Half d, then 16 bytes: the low nibbles are numbers 0 to 15, the high ones 16 to 31. */
        static void q40(byte[] raw, int blocks, float[] into, int at) {
            for (int b = 0, y = at, block = 0; block < blocks; block++, b += 18, y += 32) {
                float d = scale(raw, b);
                for (int i = 0; i < 16; i++) {
                    into[y + i] = d * ((raw[b + 2 + i] & 15) - 8);
                    into[y + 16 + i] = d * (((raw[b + 2 + i] >> 4) & 15) - 8);
                }
            }
        }

        /** Half d, half m, then 16 bytes of nibbles as in Q4_0. */
        static void q41(byte[] raw, int blocks, float[] into, int at) {
            for (int b = 0, y = at, block = 0; block < blocks; block++, b += 20, y += 32) {
                float d = scale(raw, b);
                float m = scale(raw, b + 2);
                for (int i = 0; i < 16; i++) {
                    into[y + i] = d * (raw[b + 4 + i] & 15) + m;
                    into[y + 16 + i] = d * ((raw[b + 4 + i] >> 4) & 15) + m;
                }
            }
        }

        /** Half d, then 32 signed bytes. */
        static void q80(byte[] raw, int blocks, float[] into, int at) {
            for (int b = 0, y = at, block = 0; block < blocks; block++, b += 34, y += 32) {
                float d = scale(raw, b);
                for (int i = 0; i < 32; i++) {
                    into[y + i] = d * raw[b + 2 + i];
                }
            }
        }

        /**
         * Half d, half dmin, 12 bytes of packed 6-bit scales and minima, 128 bytes of nibbles: each 32 bytes hold two
         * sub-blocks of 32, the first in the low nibbles.
         */
        static void q4k(byte[] raw, int blocks, float[] into, int at) {
            for (int b = 0, y = at, block = 0; block < blocks; block++, b += 144, y += 256) {
                float d = scale(raw, b);
                float dmin = scale(raw, b + 2);
                for (int sub = 0; sub < 8; sub++) {
                    float scale = d * scale4k(raw, b + 4, sub);
                    float min = dmin * min4k(raw, b + 4, sub);
                    int q = b + 16 + (sub >> 1) * 32;
                    int shift = (sub & 1) * 4;
                    for (int i = 0; i < 32; i++) {
                        into[y + 32 * sub + i] = scale * ((raw[q + i] >> shift) & 15) - min;
                    }
                }
            }
        }

        /** Scales 0 to 3 are the low 6 bits of bytes 0 to 3; 4 to 7 have their top 2 bits in those bytes' tops. */
        private static int scale4k(byte[] raw, int s, int sub) {
            return sub < 4 ? raw[s + sub] & 63 : (raw[s + sub + 4] & 15) | ((raw[s + sub - 4] >> 6) & 3) << 4;
        }

        /** Minima 0 to 3 are the low 6 bits of bytes 4 to 7; 4 to 7 have their top 2 bits in those bytes' tops. */
        private static int min4k(byte[] raw, int s, int sub) {
            return sub < 4 ? raw[s + sub + 4] & 63 : ((raw[s + sub + 4] >> 4) & 15) | ((raw[s + sub] >> 6) & 3) << 4;
        }

        /**
         * 128 bytes of low nibbles, 64 bytes of high bit pairs, 16 signed scales, half d. Each half of the block has
         * four groups of 32; group g takes nibbles from bytes 32 (g % 2) on, and bit pair g of the high bytes.
         */
        static void q6k(byte[] raw, int blocks, float[] into, int at) {
            for (int b = 0, y = at, block = 0; block < blocks; block++, b += 210, y += 256) {
                float d = scale(raw, b + 208);
                for (int group = 0; group < 8; group++) {
                    int half = group >> 2;
                    int g = group & 3;
                    int low = b + 64 * half + 32 * (g & 1);
                    int high = b + 128 + 32 * half;
                    int scales = b + 192 + 2 * group;
                    for (int i = 0; i < 32; i++) {
                        int q = ((raw[low + i] >> (4 * (g >> 1))) & 15) | ((raw[high + i] >> (2 * g)) & 3) << 4;
                        into[y + 32 * group + i] = d * raw[scales + (i >> 4)] * (q - 32);
                    }
                }
            }
        }
    }
}
