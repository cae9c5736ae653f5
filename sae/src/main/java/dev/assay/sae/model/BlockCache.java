package dev.assay.sae.model;

import dev.assay.sae.SaeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * Harvested blocks in a folder, one file each: fp32 numbers, little endian, and a CRC32C behind them. A damaged file is
 * harvested again. Runs of one process that want the same block harvest it once; processes do not disturb each other.
 */
final class BlockCache {
    private static final Map<Path, Object> WRITING = new ConcurrentHashMap<>();
    private static final String PART = ".part";

    private final Path folder;

    BlockCache(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            sweep();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Deletes what processes that are gone have left unfinished. */
    private void sweep() throws IOException {
        try (var files = Files.newDirectoryStream(folder, "*" + PART)) {
            for (Path file : files) {
                String[] name = file.getFileName().toString().split("[-.]");
                boolean alive = name.length == 4
                        && name[2].matches("\\d{1,10}")
                        && ProcessHandle.of(Long.parseLong(name[2])).isPresent();
                if (!alive) Files.deleteIfExists(file);
            }
        }
    }

    /** The block, harvested and kept if it is not there. */
    float[] get(int number, int length, Supplier<float[]> harvest) {
        synchronized (WRITING.computeIfAbsent(file(number).toAbsolutePath(), f -> new Object())) {
            return read(number, length).orElseGet(() -> {
                float[] values = harvest.get();
                write(number, values);
                return values;
            });
        }
    }

    private Path file(int number) {
        return folder.resolve("block-%05d.f32".formatted(number));
    }

    private Optional<float[]> read(int number, int length) {
        Path file = file(number);
        if (!Files.exists(file)) return Optional.empty();
        try (FileChannel in = FileChannel.open(file)) {
            if (in.size() != 4L * length + 8) return Optional.empty();
            ByteBuffer bytes =
                    in.map(FileChannel.MapMode.READ_ONLY, 0, in.size()).order(ByteOrder.LITTLE_ENDIAN);
            var sum = new CRC32C();
            sum.update(bytes.duplicate().limit(4 * length));
            if (bytes.getLong(4 * length) != sum.getValue()) return Optional.empty();
            var values = new float[length];
            bytes.asFloatBuffer().get(values);
            return Optional.of(values);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private void write(int number, float[] values) {
        Path part = folder.resolve(
                "block-%05d-%d%s".formatted(number, ProcessHandle.current().pid(), PART));
        ByteBuffer bytes = ByteBuffer.allocate(Math.addExact(Math.multiplyExact(4, values.length), 8))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        var sum = new CRC32C();
        sum.update(bytes.duplicate().limit(4 * values.length));
        bytes.putLong(4 * values.length, sum.getValue());
        try {
            try (FileChannel out = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                bytes.position(0);
                while (bytes.hasRemaining()) out.write(bytes);
            }
            Files.move(part, file(number), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new SaeException(
                    "cannot keep activations in " + folder + " (" + e.getMessage()
                            + "); make room there, or train without a cache",
                    e);
        }
    }
}
