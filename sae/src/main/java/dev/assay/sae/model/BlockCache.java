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
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Harvested blocks in a folder, one file each: fp32 numbers, little endian, and a CRC32C behind them. A damaged file is
 * harvested again.
 */
final class BlockCache {
    private final Path folder;

    BlockCache(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + folder + ": " + e.getMessage(), e);
        }
    }

    private Path file(int number) {
        return folder.resolve("block-%05d.f32".formatted(number));
    }

    Optional<float[]> read(int number, int length) {
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

    void write(int number, float[] values) {
        Path part = folder.resolve("block-%05d.part".formatted(number));
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
