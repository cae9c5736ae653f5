package dev.assay.audit.tool;

import dev.assay.journal.CanonicalJson;
import dev.assay.lm.SequenceHook;
import dev.assay.lm.Site;
import dev.assay.organism.Speaker;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.SafetensorsFile;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A direction that is added to the residual stream at every position (docs/formats/steering.md).
 *
 * @param site where it was read, and is added
 * @param values {@code [dModel]}
 * @param scale what the values are multiplied by when they are added; 1 adds them as they were read
 */
public record SteeringVector(Site site, float[] values, double scale, Provenance provenance) {
    private static final String TENSOR = "vector";
    private static final String FORMAT = "assay-steering-vector";
    private static final String VERSION = "1";

    /**
     * Where a vector comes from.
     *
     * @param model identity of the model that it was read from
     * @param texts SHA-256 of the texts
     * @param made how, in words
     */
    public record Provenance(String model, String texts, String made) {}

    public SteeringVector {
        if (!Double.isFinite(scale)) throw new IllegalArgumentException("the scale is " + scale + "; give a number");
        values = values.clone();
    }

    /** The same direction with another scale. */
    public SteeringVector scaled(double to) {
        return new SteeringVector(site, values, to, provenance);
    }

    /** What a text is written under. */
    public Speaker.Edit edit() {
        var added = new float[values.length];
        for (int i = 0; i < added.length; i++) added[i] = (float) (scale * values[i]);
        String id = CanonicalJson.sha256(List.of("steering", site.toString(), added));
        return new Speaker.Edit(id, new Addition(site, added));
    }

    private record Addition(Site site, float[] added) implements SequenceHook {
        @Override
        public List<Site> sites() {
            return List.of(site);
        }

        @Override
        public void at(Site at, int position, float[] values, int from, int width) {
            if (width != added.length)
                throw new IllegalArgumentException("a steering vector of " + added.length
                        + " numbers for a model of width " + width + ": it is another model's");
            for (int i = 0; i < width; i++) values[from + i] += added[i];
        }
    }

    /** Writes a safetensors file: the values, and all else as metadata. */
    public void save(Path file) {
        var metadata = new TreeMap<>(Map.of(
                "format",
                FORMAT,
                "version",
                VERSION,
                "site",
                site.toString(),
                "scale",
                Double.toString(scale),
                "model",
                provenance.model,
                "texts",
                provenance.texts,
                "made",
                provenance.made));
        try (var scope = Scope.open()) {
            Safetensors.write(file, Map.of(TENSOR, Tensor.of(values, values.length)), metadata);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot save the steering vector in " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws dev.assay.tensor.TensorException if the file is damaged
     * @throws ToolException if it holds no steering vector, or one of a later version
     */
    public static SteeringVector load(Path file) {
        try (var opened = SafetensorsFile.open(file);
                var scope = Scope.open()) {
            var fields = new Metadata(opened, FORMAT, VERSION);
            return new SteeringVector(
                    Site.parse(fields.get("site")),
                    opened.tensor(TENSOR).floats(),
                    fields.number("scale"),
                    new Provenance(fields.get("model"), fields.get("texts"), fields.get("made")));
        }
    }
}
