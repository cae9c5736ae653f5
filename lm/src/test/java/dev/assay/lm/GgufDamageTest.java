package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the bytes are, opening ends in a valid header or a {@link ModelFormatException}. */
class GgufDamageTest {
    private static final Path NAME = Path.of("broken.gguf");

    private static GgufHeader parse(byte[] bytes) {
        return GgufHeader.parse(NAME, MemorySegment.ofArray(bytes));
    }

    private static void refuses(byte[] bytes, String... parts) {
        assertThatThrownBy(() -> parse(bytes))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("broken.gguf")
                .hasMessageContainingAll(parts);
    }

    @Test
    void refusesAFileCutAtAnyByte() {
        byte[] whole = Smol.resource("/golden/quant.gguf");
        long end = parse(whole).tensors().values().stream()
                .mapToLong(tensor -> tensor.offset() + tensor.bytes())
                .max()
                .orElseThrow();
        for (int length = 0; length < end; length++) {
            assertThat(survives(Arrays.copyOf(whole, length)))
                    .as("%d bytes", length)
                    .isFalse();
        }
    }

    @Test
    void survivesRandomDamage() {
        byte[] whole = Smol.resource("/golden/quant.gguf");
        int header = (int) parse(whole).tensors().values().stream()
                .mapToLong(Gguf.TensorInfo::offset)
                .min()
                .orElseThrow();
        Random random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 10_000; round++) {
            byte[] damaged = whole.clone();
            for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
                damaged[random.nextInt(header)] = (byte) (random.nextBoolean() ? random.nextInt() : 255);
            }
            refused += survives(damaged) ? 0 : 1;
        }
        assertThat(refused).isBetween(2_000, 9_500);
    }

    private static boolean survives(byte[] damaged) {
        try {
            parse(damaged).tensors().values().forEach(tensor -> {
                assertThat(tensor.offset() + tensor.bytes()).isBetween(1L, (long) damaged.length);
                assertThat(tensor.elements()).isPositive();
            });
            return true;
        } catch (ModelFormatException e) {
            return false;
        } catch (RuntimeException | OutOfMemoryError e) {
            return fail("Damage led to another exception", e);
        }
    }

    @Test
    void refusesCountsThatTheFileCannotHold() {
        refuses(new GgufBytes().tensorCount(Long.MAX_VALUE).bytes(64), "header", "9223372036854775807", "bytes left");
        refuses(new GgufBytes().tensorCount(-1).bytes(64), "18446744073709551615");
        byte[] length = GgufBytes.u64(1L << 62);
        refuses(new GgufBytes().entry("a.string", 8, length).bytes(64), "metadata a.string", "4611686018427387904");
        byte[] array = new byte[12];
        Arrays.fill(array, (byte) 0x7f);
        array[0] = 5;
        array[1] = array[2] = array[3] = 0;
        refuses(new GgufBytes().entry("an.array", 9, array).bytes(64), "metadata an.array", "9187201950435737471");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        refuses("GGML, not GGUF, and long enough".getBytes(), "is not GGUF");
        byte[] version = new GgufBytes().bytes(0);
        version[4] = 1;
        refuses(version, "version 1", "versions 2 and 3");
        version[4] = 0;
        version[7] = 3;
        refuses(version, "big-endian");
        refuses(new GgufBytes().entry("k", 13, new byte[8]).bytes(0), "metadata k", "value type 13");
        refuses(
                new GgufBytes()
                        .entry("k", 9, new byte[] {9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0})
                        .bytes(64),
                "arrays of arrays");
        refuses(new GgufBytes().integer("k", 1).integer("k", 1).bytes(0), "metadata k", "twice");
        refuses(new GgufBytes().integer("general.alignment", 33).bytes(0), "general.alignment", "33");
    }

    @Test
    void refusesTensorsThatCannotBe() {
        refuses(new GgufBytes().tensor("t", 6, 0, 32).bytes(64), "tensor t", "6 (Q5_0)", "Q4_K", "llama-quantize");
        refuses(new GgufBytes().tensor("t", 999, 0, 32).bytes(64), "type 999");
        refuses(new GgufBytes().tensor("t", 2, 0, 33).bytes(64), "rows of 33", "blocks of 32");
        refuses(new GgufBytes().tensor("t", 0, 16, 4).bytes(64), "starts at 16", "32");
        refuses(new GgufBytes().tensor("t", 0, 64, 1).bytes(64), "tensor t", "cut short");
        refuses(new GgufBytes().tensor("t", 0, 1L << 62, 1).bytes(64), "tensor t", "cut short");
        refuses(new GgufBytes().tensor("t", 0, 0, 1L << 32, 1L << 32).bytes(64), "dimension of 4294967296");
        refuses(new GgufBytes().tensor("t", 0, 0, 0).bytes(64), "dimension of 0");
        refuses(new GgufBytes().tensor("t", 0, 0, 1, 1, 1, 1, 1).bytes(64), "5 dimensions");
        refuses(new GgufBytes().tensor("t", 0, 0, 4).tensor("t", 0, 32, 4).bytes(64), "tensor t", "twice");
        refuses(new GgufBytes().tensor("t", 0, 0, 12).tensor("u", 0, 32, 4).bytes(64), "tensor u", "overlaps");
        assertThat(parse(new GgufBytes()
                                .tensor("t", 0, 0, 8)
                                .tensor("u", 0, 32, 8)
                                .bytes(64))
                        .tensors())
                .hasSize(2);
    }

    @Test
    void openingClosesADamagedFile(@TempDir Path folder) throws Exception {
        for (int length : new int[] {0, 3, 24, 5_000}) {
            Path file = folder.resolve(length + ".gguf");
            Files.write(file, Arrays.copyOf(Smol.resource("/golden/quant.gguf"), length));
            assertThatThrownBy(() -> Gguf.open(file))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining(file.toString());
        }
    }
}
