package dev.assay.sae;

import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** A trainer's whole state in one file, which is replaced in one move: a killed run finds the last or the one before. */
public final class Checkpoint {
    private static final String CHECKSUM = "crc32c";

    private Checkpoint() {}

    /** Of all names and numbers. */
    private static long checksum(Map<String, Tensor> state) {
        var sum = new CRC32C();
        new TreeMap<>(state).forEach((name, t) -> sum.update(Safetensors.encode(Map.of(name, t), new TreeMap<>())));
        return sum.getValue();
    }

    public static void write(Path file, Trainer trainer) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (var scope = Scope.open()) {
            Map<String, Tensor> state = trainer.state();
            state.put(CHECKSUM, Tensor.of(new long[] {checksum(state)}, 1));
            Files.write(part, Safetensors.encode(state, new TreeMap<>()));
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the checkpoint " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Brings a fresh trainer of the same recipe to where the file was written.
     *
     * @throws SaeException if the file is damaged or of another recipe; the trainer is of no use then
     */
    public static void read(Path file, Trainer trainer) {
        try (var scope = Scope.open()) {
            Map<String, Tensor> state = new TreeMap<>(Safetensors.read(file));
            Tensor written = state.remove(CHECKSUM);
            if (written != null && written.longs()[0] != checksum(state))
                throw new SaeException("its numbers are not those that were written");
            trainer.restore(state);
        } catch (RuntimeException e) { // whatever a damaged file leads to
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new SaeException(
                    "cannot go on from the checkpoint " + file + " (" + why + "); delete it to train from the start",
                    e);
        }
    }
}
