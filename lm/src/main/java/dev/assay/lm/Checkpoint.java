package dev.assay.lm;

import dev.assay.tensor.AdamW;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.TensorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The whole state of a training in a file, between two steps; see docs/formats/training-checkpoint.md. */
final class Checkpoint {
    private static final String FINGERPRINT = "fingerprint";

    private final Path file;
    private final Map<String, Tensor> parameters;
    private final AdamW optimiser;
    private final long[] fingerprint;

    Checkpoint(Path file, Map<String, Tensor> parameters, AdamW optimiser, long[] fingerprint) {
        this.file = file;
        this.parameters = parameters;
        this.optimiser = optimiser;
        this.fingerprint = fingerprint;
    }

    void save() {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Map<String, Tensor> state = new LinkedHashMap<>(parameters);
            state.putAll(optimiser.state());
            state.put(FINGERPRINT, Tensor.of(fingerprint, fingerprint.length));
            Safetensors.write(file, state, new TreeMap<>(Map.of("format", "assay-training", "version", "1")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the checkpoint " + file + ": " + e.getMessage(), e);
        }
    }

    /** Takes the state from the file, if there is one. */
    void restore() {
        if (!Files.exists(file)) return;
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Map<String, Tensor> state = Safetensors.read(file);
            checkFingerprint(state);
            parameters.forEach((name, parameter) -> parameter.setInPlace(entry(state, name, parameter)));
            optimiser.restore(state);
        } catch (TensorException e) {
            throw new CheckpointException(
                    file + ": the checkpoint is damaged (" + e.getMessage() + "): delete it to start anew", e);
        }
    }

    /** Files of version 0 have none. */
    private void checkFingerprint(Map<String, Tensor> state) {
        Tensor stored = state.get(FINGERPRINT);
        if (stored != null && !Arrays.equals(stored.longs(), fingerprint))
            throw new CheckpointException(file + ": the checkpoint is that of a training with other data, settings or"
                    + " weights: delete it to start anew, or give another file");
    }

    private Tensor entry(Map<String, Tensor> state, String name, Tensor parameter) {
        Tensor entry = state.get(name);
        if (entry == null || !Arrays.equals(entry.shape(), parameter.shape()))
            throw new CheckpointException(file + ": the checkpoint has no weight " + name + " of the shape "
                    + Arrays.toString(parameter.shape()) + ": it is that of another training; delete it to start anew");
        return entry;
    }
}
