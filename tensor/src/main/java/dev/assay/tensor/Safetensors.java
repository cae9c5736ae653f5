package dev.assay.tensor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;

/**
 * Files of named tensors as Hugging Face's safetensors library writes them: eight bytes of header length (little
 * endian), a JSON header of name → dtype, shape and byte range, then the data. Files of up to 2 GiB, for adapters and
 * checkpoints.
 */
public final class Safetensors {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Safetensors() {}

    /** The bytes of a file that holds {@code tensors} in the map's order, and free-form metadata. */
    public static byte[] encode(Map<String, Tensor> tensors, SortedMap<String, String> metadata) {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) header.set("__metadata__", JSON.valueToTree(metadata));
        var data = new ByteArrayOutputStream();
        tensors.forEach((name, tensor) -> {
            byte[] bytes = bytes(tensor);
            ObjectNode entry = header.putObject(name);
            entry.put("dtype", tensor.type().safetensors());
            entry.set("shape", JSON.valueToTree(tensor.shape()));
            entry.putArray("data_offsets").add(data.size()).add(data.size() + bytes.length);
            data.writeBytes(bytes);
        });
        byte[] head = padded(header.toString());
        return ByteBuffer.allocate(8 + head.length + data.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(head.length)
                .put(head)
                .put(data.toByteArray())
                .array();
    }

    /** Reads every tensor of a file, in the header's order; F16 becomes {@link DType#F32}, which holds it exactly. */
    public static Map<String, Tensor> read(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            if (bytes.remaining() < 8) throw damaged(file, "it is shorter than 8 bytes");
            long headLength = bytes.getLong();
            if (headLength < 2 || headLength > bytes.remaining())
                throw damaged(file, "the header's length is given as " + headLength + " bytes");
            var head = new byte[(int) headLength];
            bytes.get(head);
            JsonNode header = JSON.readTree(new String(head, StandardCharsets.UTF_8));
            if (!header.isObject()) throw damaged(file, "the header is not a JSON object");
            return read(file, header, bytes.slice());
        } catch (JsonProcessingException e) {
            throw damaged(file, "the header is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read " + file + ": "
                            + (e instanceof NoSuchFileException ? "there is no such file" : e.getMessage()),
                    e);
        }
    }

    private static Map<String, Tensor> read(Path file, JsonNode header, ByteBuffer data) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        header.properties().forEach(e -> {
            if (!e.getKey().equals("__metadata__"))
                tensors.put(e.getKey(), tensor(file, e.getKey(), e.getValue(), data));
        });
        return tensors;
    }

    private static Tensor tensor(Path file, String name, JsonNode entry, ByteBuffer data) {
        long[] shape = shape(file, name, entry.path("shape"));
        int from = offset(entry, 0);
        int to = offset(entry, 1);
        if (from < 0 || to < from || to > data.capacity())
            throw damaged(file, "tensor " + name + " lies outside the file");
        long count = 1;
        for (long s : shape) count = s > 0 && count > Integer.MAX_VALUE / s ? Integer.MAX_VALUE : count * s;
        String type = entry.path("dtype").asText();
        int width = switch (type) {
            case "F16", "BF16" -> 2;
            case "F32" -> 4;
            case "F64", "I64" -> 8;
            default ->
                throw damaged(
                        file, "tensor " + name + " has dtype " + type + ", supported are F64, F32, F16, BF16, I64");
        };
        if (count * width != to - from) throw damaged(file, "tensor " + name + " does not fill its shape");
        ByteBuffer part = data.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
        return switch (type) {
            case "F32" -> {
                var values = new float[(int) count];
                part.asFloatBuffer().get(values);
                yield Tensor.of(values, shape);
            }
            case "F64" -> {
                var values = new double[(int) count];
                part.asDoubleBuffer().get(values);
                yield Tensor.of(values, shape);
            }
            case "BF16" -> {
                var values = new float[(int) count];
                for (int i = 0; i < count; i++) values[i] = Float.intBitsToFloat(part.getShort(2 * i) << 16);
                yield Tensor.of(values, shape).to(DType.BF16);
            }
            case "F16" -> {
                var values = new float[(int) count];
                for (int i = 0; i < count; i++) values[i] = Float.float16ToFloat(part.getShort(2 * i));
                yield Tensor.of(values, shape);
            }
            default -> {
                var values = new long[(int) count];
                part.asLongBuffer().get(values);
                yield Tensor.of(values, shape);
            }
        };
    }

    private static long[] shape(Path file, String name, JsonNode shape) {
        var out = new long[shape.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = shape.path(i).isIntegralNumber() ? shape.path(i).asLong() : -1;
            if (out[i] < 0) throw damaged(file, "tensor " + name + " has the shape " + shape);
        }
        if (!shape.isArray()) throw damaged(file, "tensor " + name + " has no shape");
        return out;
    }

    private static int offset(JsonNode entry, int which) {
        JsonNode offset = entry.path("data_offsets").path(which);
        return offset.canConvertToInt() && offset.isIntegralNumber() ? offset.intValue() : -1;
    }

    private static byte[] bytes(Tensor tensor) {
        int count = Math.toIntExact(tensor.count());
        ByteBuffer out = ByteBuffer.allocate(count * tensor.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        switch (tensor.type()) {
            case F32 -> out.asFloatBuffer().put(tensor.floats());
            case F64 -> out.asDoubleBuffer().put(tensor.doubles());
            case I64 -> out.asLongBuffer().put(tensor.longs());
            case BF16 -> {
                for (float f : tensor.floats()) out.putShort((short) (Float.floatToRawIntBits(f) >>> 16));
            }
        }
        return out.array();
    }

    private static byte[] padded(String header) {
        int length = header.getBytes(StandardCharsets.UTF_8).length;
        return (header + " ".repeat((8 - length % 8) % 8)).getBytes(StandardCharsets.UTF_8);
    }

    private static TensorException damaged(Path file, String how) {
        return new TensorException(
                file + " is not a usable safetensors file: " + how + ". Delete it and make it again.");
    }
}
