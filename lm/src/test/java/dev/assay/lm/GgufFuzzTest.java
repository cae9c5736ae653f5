package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** As {@link GgufDamageTest}, with damage that knows the format: each seed is one broken file. */
class GgufFuzzTest {
    private static final int FILES = 10_000;
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        31,
        255,
        1 << 16,
        1 << 24,
        (1 << 24) + 1,
        Integer.MAX_VALUE,
        1L << 31,
        0xFFFF_FFFFL,
        1L << 32,
        1L << 40,
        1L << 61,
        1L << 62,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 31,
        Long.MIN_VALUE
    };
    private static final List<String> NAMES = List.of(
            "",
            "t",
            "general.alignment",
            "tokenizer.ggml.tokens",
            "x".repeat(3_000),
            "new\nline\0",
            "\uFFFF👨",
            "general");

    @Test
    void everyFileIsReadOrRefusedInOneLine() {
        int refused = 0;
        for (int seed = 0; seed < FILES; seed++) {
            byte[] file = broken(new Random(seed));
            long start = cpuTime();
            try {
                GgufHeader header = GgufHeader.parse(Path.of("broken.gguf"), MemorySegment.ofArray(file));
                header.tensors()
                        .values()
                        .forEach(tensor ->
                                assertThat(tensor.offset() + tensor.bytes()).isBetween(1L, (long) file.length));
            } catch (ModelFormatException e) {
                refused++;
                assertThat(e.getMessage())
                        .startsWith("broken.gguf: ")
                        .hasSizeLessThan(500)
                        .doesNotContain("\n");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
            assertThat(Duration.ofNanos(cpuTime() - start)).as("seed %d", seed).isLessThan(Duration.ofSeconds(1));
        }
        assertThat(refused).isBetween(FILES / 3, FILES - FILES / 50);
    }

    /** Of this thread, so that a busy machine does not count. */
    private static long cpuTime() {
        return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static byte[] broken(Random random) {
        GgufBytes file = new GgufBytes();
        for (int i = random.nextInt(6); i > 0; i--) {
            entry(file, random);
        }
        long offset = 0;
        for (int i = random.nextInt(5); i > 0; i--) {
            offset = tensor(file, random, offset);
        }
        if (random.nextInt(8) == 0) {
            file.tensorCount(number(random));
        }
        byte[] bytes = file.bytes((int) Math.min(offset, 4_096) + random.nextInt(3));
        for (int flips = random.nextInt(4); flips > 0; flips--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return random.nextInt(6) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }

    private static long number(Random random) {
        return random.nextBoolean() ? NUMBERS[random.nextInt(NUMBERS.length)] : random.nextInt(100);
    }

    private static String name(Random random) {
        return random.nextInt(3) == 0 ? NAMES.get(random.nextInt(NAMES.size())) : "name" + random.nextInt(1_000);
    }

    private static void entry(GgufBytes file, Random random) {
        String key = name(random);
        switch (random.nextInt(6)) {
            case 0 -> file.string(key, name(random));
            case 1 -> file.integer(key, (int) number(random));
            case 2 -> file.strings(key, List.of(name(random), name(random)));
            case 3 -> file.ints(key, random.ints(random.nextInt(20)).toArray());
            case 4 -> { // an array of any type that promises too much
                byte[] array = new byte[12 + random.nextInt(64)];
                System.arraycopy(GgufBytes.u32(random.nextInt(15)), 0, array, 0, 4);
                System.arraycopy(GgufBytes.u64(number(random)), 0, array, 4, 8);
                file.entry(key, 9, array);
            }
            default -> {
                byte[] value = new byte[random.nextInt(24)];
                random.nextBytes(value);
                file.entry(key, random.nextInt(16), value);
            }
        }
    }

    private static long tensor(GgufBytes file, Random random, long offset) {
        boolean right = random.nextInt(3) > 0;
        long[] ne = new long[right ? random.nextInt(1, 4) : random.nextInt(6)];
        Arrays.setAll(ne, i -> right ? random.nextInt(1, 5) : number(random));
        int type = right ? 0 : random.nextInt(40);
        file.tensor(name(random), type, right ? offset : number(random), ne);
        long bytes = Arrays.stream(ne).reduce(4, (a, b) -> a * b);
        return right ? Math.ceilDiv(offset + bytes, 32) * 32 : offset;
    }

    /** A count is checked against the bytes that are left before anything is set aside for it. */
    @Test
    void nothingIsAllocatedForACount() {
        byte[] padding = new byte[1 << 20];
        List<Long> allocated = new ArrayList<>();
        for (int type : new int[] {2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, -1}) { // all but those of one byte
            byte[] array = new byte[12 + padding.length];
            System.arraycopy(GgufBytes.u32(type), 0, array, 0, 4);
            System.arraycopy(GgufBytes.u64(padding.length - 10), 0, array, 4, 8);
            byte[] file = new GgufBytes().entry("k", 9, array).bytes(0);
            long before = allocatedBytes();
            try {
                GgufHeader.parse(Path.of("broken.gguf"), MemorySegment.ofArray(file));
            } catch (ModelFormatException e) {
                assertThat(e.getMessage().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(500);
            }
            allocated.add(allocatedBytes() - before);
        }
        assertThat(allocated).allMatch(bytes -> bytes < padding.length / 2);
    }

    private static long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }
}
