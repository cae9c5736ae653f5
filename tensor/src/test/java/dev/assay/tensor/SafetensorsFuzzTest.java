package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage that knows the format: each seed is one broken file, which is read or refused with a {@link TensorException}. */
class SafetensorsFuzzTest {
    private static final int FILES = 10_000;
    private static final int DATA = 64;
    private static final List<String> NONSENSE = List.of(
            "-1",
            "1e3",
            "1.5",
            "9223372036854775807",
            "9223372036854775808",
            "4294967296",
            "2147483647",
            "null",
            "true",
            "\"8\"",
            "[]",
            "{}",
            "[[1]]",
            "{\"a\":[1]}",
            "\"\\ud800\"",
            "NaN",
            "0x10",
            "\"unclosed",
            "[1,",
            "}",
            ",,",
            "",
            "1".repeat(2_000),
            "[".repeat(3_000),
            "{\"a\":".repeat(3_000),
            "\"" + "x".repeat(5_000) + "\"",
            "0",
            "64",
            "1");

    @TempDir
    Path folder;

    @Test
    void everyFileIsReadOrRefusedInOneLine() throws IOException {
        Path file = folder.resolve("broken.safetensors");
        try (var scope = Scope.open()) {
            assertThat(Tensor.of(new float[1], 1).count()).isEqualTo(1); // LibTorch is loaded before time is taken
        }
        int refused = 0;
        for (int seed = 0; seed < FILES; seed++) {
            byte[] bytes = broken(new Random(seed));
            long began = cpuTime();
            try {
                read(file, bytes, seed % 100 == 0);
            } catch (TensorException e) {
                refused++;
                assertThat(e.getMessage())
                        .startsWith(file.toString())
                        .hasSizeLessThan(600 + file.toString().length())
                        .doesNotContain("\n");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
            assertThat(Duration.ofNanos(cpuTime() - began)).as("seed %d", seed).isLessThan(Duration.ofSeconds(1));
        }
        assertThat(refused).isBetween(FILES / 3, FILES - FILES / 50);
    }

    /** All of the file where asked, the header alone otherwise: mapping a file takes longer than reading it. */
    private static void read(Path file, byte[] bytes, boolean whole) throws IOException {
        if (whole) {
            Files.write(file, bytes);
            try (var scope = Scope.open()) {
                Safetensors.read(file)
                        .values()
                        .forEach(tensor -> assertThat(tensor.count()).isBetween(0L, (long) DATA));
            }
        } else {
            SafetensorsFile.header(file, MemorySegment.ofArray(bytes))
                    .tensors()
                    .values()
                    .forEach(entry -> assertThat(entry.offset() + entry.bytes()).isBetween(8L, (long) bytes.length));
        }
    }

    /** Of this thread, so that a busy machine does not count. */
    private static long cpuTime() {
        return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static byte[] broken(Random random) {
        int tensors = random.nextInt(4);
        String header =
                IntStream.range(0, tensors).mapToObj(i -> entry(random, i)).collect(Collectors.joining(",", "{", "}"));
        if (random.nextInt(8) == 0) header = header.replaceFirst("\\{", "{\"__metadata__\":" + any(random) + ",");
        if (random.nextInt(8) == 0) header += any(random);
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        long length = random.nextInt(8) == 0 ? random.nextLong() >> random.nextInt(64) : text.length;
        byte[] file = ByteBuffer.allocate(8 + text.length + DATA)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(text)
                .array();
        for (int flips = random.nextInt(3); flips > 0; flips--)
            file[random.nextInt(file.length)] =
                    (byte) (random.nextBoolean() ? random.nextInt() : "{}[]\",:-".charAt(random.nextInt(8)));
        return random.nextInt(8) == 0 ? Arrays.copyOf(file, random.nextInt(file.length + 1)) : file;
    }

    private static String any(Random random) {
        return NONSENSE.get(random.nextInt(NONSENSE.size()));
    }

    private static String or(Random random, String right) {
        return random.nextInt(16) == 0 ? any(random) : right;
    }

    private static String entry(Random random, int index) {
        String name = random.nextInt(16) == 0 ? "t0" : "t" + index;
        String shape = "[%s,%s]".formatted(or(random, "2"), or(random, "2"));
        String offsets = "[%s,%s]".formatted(or(random, "" + 16 * index), or(random, "" + 16 * (index + 1)));
        return "\"%s\":{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}"
                .formatted(name, or(random, "\"F32\""), or(random, shape), or(random, offsets));
    }

    private void refuses(String header, String... parts) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(
                folder.resolve("t.safetensors"),
                ByteBuffer.allocate(8 + text.length + DATA)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(text.length)
                        .put(text)
                        .array());
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void refusesWhatIsSaidTwiceOrLiesTwice() throws IOException {
        String entry = "\"%s\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[%d,%d]}";
        refuses("{" + entry.formatted("a", 0, 16) + "," + entry.formatted("a", 16, 32) + "}", "uplicate", "a");
        refuses("{" + entry.formatted("a", 0, 16) + "," + entry.formatted("b", 8, 24) + "}", "tensor b", "overlaps");
        refuses("{" + entry.formatted("a", 0, 16) + "} {}", "after its end");
        refuses("{\"a\":{\"dtype\":\"F32\",\"shape\":[0,4611686018427387904,8],\"data_offsets\":[0,0]}}", "a", "shape");
        refuses(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + "1,".repeat(99) + "4],\"data_offsets\":[0,16]}}",
                "a",
                "shape");
        refuses("{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16,16]}}", "a", "outside");
    }
}
