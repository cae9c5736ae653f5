package dev.assay.sae;

import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.TreeMap;

/** A trainer's whole state in one file, which is replaced in one move: a killed run finds the last or the one before. */
public final class Checkpoint {
    private Checkpoint() {}

    public static void write(Path file, Trainer trainer) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (var scope = Scope.open()) {
            Files.write(part, Safetensors.encode(trainer.state(), new TreeMap<>()));
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the checkpoint " + file + ": " + e.getMessage(), e);
        }
    }

    /** Brings a fresh trainer of the same recipe to where the file was written. */
    public static void read(Path file, Trainer trainer) {
        try (var scope = Scope.open()) {
            trainer.restore(Safetensors.read(file));
        }
    }
}
