package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    private static final float[] SPECIAL = {
        0f, -0f, 1.5f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MAX_VALUE
    };

    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void free() {
        scope.close();
    }

    private Path file(byte[] bytes) {
        try {
            return Files.write(folder.resolve("t.safetensors"), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] withHeader(String header, int data) {
        byte[] head = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + head.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(head.length)
                .put(head)
                .array();
    }

    @Test
    void halvesAreTheNearestAndWhatTheyDoNotHoldIsRefused() {
        float[] numbers = {0f, -0f, 1.5f, 0.1f, 65_504f, -65_519f, 1e-8f, Float.POSITIVE_INFINITY, Float.NaN};
        byte[] half = Safetensors.encodeHalf(Map.of("x", Tensor.of(numbers, 3, 3)), new TreeMap<>());
        float[] read = Safetensors.read(file(half)).get("x").floats();
        for (int i = 0; i < numbers.length; i++)
            assertThat(Float.compare(read[i], Float.float16ToFloat(Float.floatToFloat16(numbers[i]))))
                    .isZero();
        assertThat(read[3]).isCloseTo(0.1f, within(5e-5f));
        assertThat(read[5]).isEqualTo(-65_504f);
        Map<String, Tensor> large = Map.of("x", Tensor.of(new float[] {-65_520f}, 1));
        assertThatThrownBy(() -> Safetensors.encodeHalf(large, new TreeMap<>()))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("-65520");
    }

    private static int[] bits(Tensor t) {
        float[] floats = t.floats();
        var out = new int[floats.length];
        for (int i = 0; i < out.length; i++) out[i] = Float.floatToIntBits(floats[i]);
        return out;
    }

    @Test
    void roundTrip() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("z \"quoted\" ü", Tensor.of(SPECIAL, 2, 4));
        tensors.put("halves", Tensor.of(SPECIAL, 4, 2).to(DType.BF16));
        tensors.put("transposed", Tensor.of(SPECIAL, 4, 2).transpose(0, 1));
        tensors.put("ids", Tensor.of(new long[] {Long.MIN_VALUE, -1, Long.MAX_VALUE}, 3));
        tensors.put("scalar", Tensor.of(new float[] {3}));
        tensors.put("empty", Tensor.of(new float[0], 2, 0));
        tensors.put("leaf", Tensor.of(new float[] {1, 2}, 2).requireGradient());
        byte[] bytes = Safetensors.encode(tensors, new TreeMap<>(Map.of("format", "pt")));
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(header % 8).isZero();
        Map<String, Tensor> read = Safetensors.read(file(bytes));
        assertThat(read.keySet()).containsExactlyElementsOf(tensors.keySet());
        read.forEach((name, t) -> {
            assertThat(t.type()).as(name).isEqualTo(tensors.get(name).type());
            assertThat(t.shape()).as(name).containsExactly(tensors.get(name).shape());
            if (t.type() == DType.I64)
                assertThat(t.longs()).containsExactly(tensors.get(name).longs());
            else assertThat(bits(t)).as(name).containsExactly(bits(tensors.get(name)));
        });
    }

    /**
     * Written by safetensors' own {@code save_file} with the tensors below and metadata; the library sorts them its own
     * way.
     */
    @Test
    void readsWhatPythonWrote() throws URISyntaxException {
        Path python =
                Path.of(SafetensorsTest.class.getResource("/python.safetensors").toURI());
        Map<String, Tensor> read = Safetensors.read(python);
        assertThat(read.keySet()).containsExactlyInAnyOrder("a.halves", "b.floats", "ids", "none", "scalar");
        assertThat(read.get("b.floats").shape()).containsExactly(2, 3);
        assertThat(bits(read.get("b.floats")))
                .containsExactly(Arrays.stream(new double[] {1.5, -2.25, 3e-39, Double.POSITIVE_INFINITY, -0.0, 65504})
                        .mapToInt(d -> Float.floatToIntBits((float) d))
                        .toArray());
        assertThat(read.get("a.halves").type()).isEqualTo(DType.BF16);
        assertThat(read.get("a.halves").floats()).startsWith(1, -3.140625f).hasSize(3);
        assertThat(read.get("ids").longs()).containsExactly(-1, (1L << 53) + 1);
        assertThat(read.get("ids").shape()).containsExactly(2, 1);
        assertThat(read.get("scalar").item()).isEqualTo(7.5);
        assertThat(read.get("scalar").shape()).isEmpty();
        assertThat(read.get("none").shape()).containsExactly(0, 3);
    }

    /** As Python's {@code struct.pack('<e', x)} writes them. */
    @Test
    void readsHalvesAsFp32() {
        byte[] bytes = withHeader("{\"x\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,12]}}", 12);
        short[] halves = {0x3c00, (short) 0xc200, 0x2e66, 0x0001, 0x7c00, (short) 0x8000};
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(bytes.length - 12)
                .asShortBuffer()
                .put(halves);
        Tensor x = Safetensors.read(file(bytes)).get("x");
        assertThat(x.type()).isEqualTo(DType.F32);
        assertThat(x.shape()).containsExactly(2, 3);
        assertThat(x.floats()).containsExactly(1f, -3f, 0.0999755859375f, 0x1p-24f, Float.POSITIVE_INFINITY, -0f);
    }

    private void refuses(byte[] bytes, String... parts) {
        Path file = file(bytes);
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll(parts);
    }

    private void refusesEntry(String entry, String... parts) {
        refuses(withHeader("{\"x\":" + entry + "}", 16), parts);
    }

    @Test
    void refusesDamage() {
        refuses(new byte[0], "shorter than 8");
        refuses(new byte[8], "header");
        refuses(withHeader("{\"x\"", 0), "not JSON");
        refuses(withHeader("[1]", 0), "header");
        refuses(withHeader("   ", 0), "header");
        refuses(ByteBuffer.allocate(16).putLong(0, -1).array(), "-1");
        refusesEntry("{}", "x");
        refusesEntry("7", "x");
        refusesEntry("{\"dtype\":\"I16\",\"shape\":[8],\"data_offsets\":[0,16]}", "I16", "F32, F16, BF16, I64");
        refusesEntry("{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,20]}", "outside");
        refusesEntry("{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,16]}", "shape");
        refusesEntry("{\"dtype\":\"F32\",\"shape\":[-2,-2],\"data_offsets\":[0,16]}", "x");
        refusesEntry("{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}", "x");
        refusesEntry("{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[4294967296,4294967312]}", "outside");
        refusesEntry("{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[\"a\",16]}", "outside");
        refusesEntry("{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0]}", "outside");
        refusesEntry("{\"dtype\":\"F32\",\"shape\":[\"wide\"],\"data_offsets\":[0,16]}", "x");
        refusesEntry("{\"dtype\":\"F32\",\"shape\":{\"a\":4},\"data_offsets\":[0,16]}", "x");
        refusesEntry("{\"dtype\":\"F32\",\"shape\":[4.5],\"data_offsets\":[0,16]}", "x");
        refusesEntry("{\"dtype\":\"F32\",\"data_offsets\":[0,16]}", "x");
    }

    @Test
    void refusesEveryTruncation() {
        byte[] whole = Safetensors.encode(
                Map.of("a", Tensor.of(new float[] {1, 2, 3}, 3)), new TreeMap<>(Map.of("format", "pt")));
        for (int length = 0; length < whole.length; length++) refuses(Arrays.copyOf(whole, length), "Delete it");
    }

    /** Whatever single byte is wrong: either the file is still readable, or it is called damaged. */
    @Test
    void neverFailsInAnotherWay() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("a", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
        tensors.put("b", Tensor.of(new long[] {1, 2}, 2));
        byte[] whole = Safetensors.encode(tensors, new TreeMap<>());
        var random = new Random(4);
        int refused = 0;
        for (int round = 0; round < 1000; round++) {
            byte[] bytes = whole.clone();
            bytes[random.nextInt(bytes.length)] =
                    (byte) (random.nextBoolean() ? random.nextInt(256) : "-9[]{}\",:.e".charAt(random.nextInt(11)));
            Path file = file(bytes);
            try {
                Safetensors.read(file);
            } catch (TensorException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 950);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Safetensors.read(folder.resolve("nothing.safetensors")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("nothing.safetensors");
    }

    /** Views and empty tensors included; and nothing is left beside the file. */
    @Test
    void writesWhatItEncodes() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("plain", Tensor.of(SPECIAL, 2, 4));
        tensors.put("view", Tensor.of(SPECIAL, 2, 4).transpose(0, 1));
        tensors.put("half", Tensor.of(SPECIAL, 8).to(DType.BF16));
        tensors.put("wide", Tensor.of(new double[] {1 / 3.0}, 1));
        tensors.put("none", Tensor.zeros(DType.F32, 0, 3));
        tensors.put("whole", Tensor.of(new long[] {1, -2}, 2));
        var metadata = new TreeMap<>(Map.of("format", "pt"));
        Path file = folder.resolve("deeper/t.safetensors");
        Safetensors.write(file, Map.of("old", Tensor.zeros(DType.F32, 9)), new TreeMap<>());
        Safetensors.write(file, tensors, metadata);
        assertThat(Files.readAllBytes(file)).containsExactly(Safetensors.encode(tensors, metadata));
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }
}
