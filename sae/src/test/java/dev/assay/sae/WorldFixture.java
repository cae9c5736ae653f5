package dev.assay.sae;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The golden file of SAELens' evaluation ({@code make_sae_fixtures.py}): from the folder that {@code -Dassay.fixtures}
 * names, else from the module's resources, which leave out the tensors that the world alone needs.
 */
final class WorldFixture {
    private final Map<String, Tensor> tensors = Safetensors.read(file("sae_world_small.safetensors"));
    private final JsonNode facts;

    WorldFixture() {
        try {
            facts = new ObjectMapper().readTree(Files.readAllBytes(file("sae_world_small.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path file(String name) {
        String folder = System.getProperty("assay.fixtures", "");
        try {
            return folder.isEmpty()
                    ? Path.of(WorldFixture.class.getResource("/" + name).toURI())
                    : Path.of(folder, name);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    Tensor get(String name) {
        Tensor t = tensors.get(name);
        if (t == null) throw new AssertionError("the fixture has no tensor " + name);
        return t;
    }

    /** The dictionary that the fixture's hidden vectors were made with: the one of the most optimiser steps. */
    Tensor features() {
        return get(tensors.keySet().stream()
                .filter(k -> k.startsWith("dict_ortho_"))
                .max((a, b) -> Integer.compare(steps(a), steps(b)))
                .orElseThrow());
    }

    private static int steps(String name) {
        return Integer.parseInt(name.substring(name.lastIndexOf('_') + 1));
    }

    double eval(String name) {
        JsonNode value = facts.path("eval").path(name);
        if (!value.isNumber()) throw new AssertionError("the fixture's eval has no number " + name);
        return value.asDouble();
    }

    /** A dense tensor's rows from {@code from} on, without its zeros. */
    static SparseRows sparse(Tensor dense, int from, int rows) {
        int width = (int) dense.size(1);
        double[] values = dense.doubles();
        var out = new SparseRows(width);
        for (int r = from; r < from + rows; r++) {
            out.reserve(width);
            int count = 0;
            for (int c = 0; c < width; c++) {
                if (values[r * width + c] == 0) continue;
                out.columns()[out.count() + count] = c;
                out.values()[out.count() + count++] = (float) values[r * width + c];
            }
            out.endRow(count);
        }
        return out;
    }
}
