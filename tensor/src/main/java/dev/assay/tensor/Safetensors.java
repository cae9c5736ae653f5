package dev.assay.tensor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;

/**
 * Files of named tensors as Hugging Face's safetensors library writes them: eight bytes of header length (little
 * endian), a JSON header of name → dtype, shape and byte range, then the data. What is written here is of up to 2 GiB, for
 * adapters and checkpoints; files of any size are read tensor by tensor through {@link SafetensorsFile}.
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
        try (var mapped = SafetensorsFile.open(file)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            mapped.entries().keySet().forEach(name -> tensors.put(name, mapped.tensor(name)));
            return tensors;
        }
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
}
