package dev.assay.tensor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * Files of named tensors as Hugging Face's safetensors library writes them: eight bytes of header length (little
 * endian), a JSON header of name → dtype, shape and byte range, then the data. What {@link #encode} makes is of up to 2
 * GiB; files of any size are written by {@link #write}, and read tensor by tensor through {@link SafetensorsFile}.
 */
public final class Safetensors {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long WRITTEN_AT_ONCE = 1 << 26;
    /** What is rounded to infinity: half a unit beyond the largest F16, 65,504. */
    private static final float HALF_OVERFLOWS = 65_520;

    private Safetensors() {}

    /** The bytes of a file that holds {@code tensors} in the map's order, and free-form metadata. */
    public static byte[] encode(Map<String, Tensor> tensors, SortedMap<String, String> metadata) {
        return encode(tensors, metadata, t -> t.type().safetensors(), Safetensors::bytes);
    }

    /**
     * The same in half of the room: numbers are rounded to F16.
     *
     * @throws TensorException if a number is larger than F16 holds
     */
    public static byte[] encodeHalf(Map<String, Tensor> tensors, SortedMap<String, String> metadata) {
        return encode(tensors, metadata, t -> "F16", Safetensors::halves);
    }

    private static byte[] encode(
            Map<String, Tensor> tensors,
            SortedMap<String, String> metadata,
            Function<Tensor, String> type,
            Function<Tensor, byte[]> written) {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) header.set("__metadata__", JSON.valueToTree(metadata));
        var data = new ByteArrayOutputStream();
        tensors.forEach((name, tensor) -> {
            byte[] bytes = written.apply(tensor);
            ObjectNode entry = header.putObject(name);
            entry.put("dtype", type.apply(tensor));
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

    /**
     * Writes a file that holds {@code tensors} in the map's order, of any size, and free-form metadata. It replaces what
     * was there at once: who reads it meanwhile, or after a kill, finds the old file or the new one.
     */
    public static void write(Path file, Map<String, Tensor> tensors, SortedMap<String, String> metadata)
            throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (var channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            byte[] head = header(tensors, metadata);
            write(channel, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, head.length));
            write(channel, ByteBuffer.wrap(head));
            for (Tensor tensor : tensors.values()) {
                try (var scope = Scope.open()) { // one at a time is copied from its device
                    write(channel, tensor.to(Device.CPU).contiguous().memory());
                }
            }
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static byte[] header(Map<String, Tensor> tensors, SortedMap<String, String> metadata) {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) header.set("__metadata__", JSON.valueToTree(metadata));
        long at = 0;
        for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
            Tensor tensor = e.getValue();
            long end = at + tensor.count() * tensor.type().bytes();
            ObjectNode entry = header.putObject(e.getKey());
            entry.put("dtype", tensor.type().safetensors());
            entry.set("shape", JSON.valueToTree(tensor.shape()));
            entry.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        return padded(header.toString());
    }

    private static void write(FileChannel channel, MemorySegment memory) throws IOException {
        for (long at = 0; at < memory.byteSize(); at += WRITTEN_AT_ONCE)
            write(
                    channel,
                    memory.asSlice(at, Math.min(WRITTEN_AT_ONCE, memory.byteSize() - at))
                            .asByteBuffer());
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) channel.write(bytes);
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

    private static byte[] halves(Tensor tensor) {
        float[] numbers = tensor.floats();
        ByteBuffer out = ByteBuffer.allocate(2 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float f : numbers) {
            if (Float.isFinite(f) && Math.abs(f) >= HALF_OVERFLOWS)
                throw new TensorException("F16 does not hold " + f + ": write fp32 instead");
            out.putShort(Float.floatToFloat16(f));
        }
        return out.array();
    }

    private static byte[] padded(String header) {
        int length = header.getBytes(StandardCharsets.UTF_8).length;
        return (header + " ".repeat((8 - length % 8) % 8)).getBytes(StandardCharsets.UTF_8);
    }
}
