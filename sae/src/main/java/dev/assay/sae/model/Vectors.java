package dev.assay.sae.model;

import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.SparseRows;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One activation of each of some texts.
 *
 * @param rows {@code [text, width]}, one array each
 */
@SuppressWarnings("ArrayRecordComponent")
public record Vectors(float[][] rows) {
    private static final int BATCH = 64;
    private static final int ENCODED = 512;

    /** A text, and the position that is taken of it. */
    public record Place(int[] ids, int position) {}

    /** Reads the texts, some at a time. */
    public static Vectors read(Source source, List<Place> places, Core.Progress progress, String what) {
        var rows = new float[places.size()][];
        int width = source.width();
        for (int from = 0; from < places.size(); from += BATCH) {
            List<Place> some = places.subList(from, Math.min(places.size(), from + BATCH));
            float[] read = source.read(some.stream().map(Place::ids).toList(), done -> {});
            int at = 0;
            for (int i = 0; i < some.size(); i++) {
                int row = at + some.get(i).position();
                rows[from + i] = Arrays.copyOfRange(read, row * width, (row + 1) * width);
                at += some.get(i).ids().length;
            }
            progress.at(what, from + some.size(), places.size());
        }
        return new Vectors(rows);
    }

    /** Those that a file holds, or else new ones, which it holds then. */
    public static Vectors cached(Optional<Path> file, int count, Supplier<Vectors> make) {
        if (file.isPresent() && Files.exists(file.get())) {
            try (var scope = Scope.open()) {
                Tensor all = Safetensors.read(file.get()).get("rows");
                if (all != null && all.size(0) == count) return new Vectors(split(all));
            }
        }
        Vectors made = make.get();
        file.ifPresent(made::write);
        return made;
    }

    private static float[][] split(Tensor all) {
        int width = (int) all.size(1);
        float[] flat = all.floats();
        var rows = new float[(int) all.size(0)][];
        for (int i = 0; i < rows.length; i++) rows[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        return rows;
    }

    private void write(Path file) {
        try (var scope = Scope.open()) {
            Safetensors.write(file, Map.of("rows", tensor(0, rows.length)), new TreeMap<>());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep activations in " + file + ": " + e.getMessage(), e);
        }
    }

    private Tensor tensor(int from, int to) {
        int width = rows[0].length;
        var flat = new float[(to - from) * width];
        for (int i = from; i < to; i++) System.arraycopy(rows[i], 0, flat, (i - from) * width, width);
        return Tensor.of(flat, to - from, width);
    }

    /** The latents of each. */
    public SparseRows latents(Function<Tensor, SparseRows> encode, int width) {
        var out = new SparseRows(width);
        for (int from = 0; from < rows.length; from += ENCODED)
            try (var scope = Scope.open()) {
                out.append(encode.apply(tensor(from, Math.min(rows.length, from + ENCODED))));
            }
        return out;
    }

    /** Every number as a latent of its own: what autoencoders must do better than. */
    public SparseRows asLatents() {
        var out = new SparseRows(rows[0].length);
        for (float[] row : rows) {
            out.reserve(row.length);
            for (int d = 0; d < row.length; d++) {
                out.columns()[out.count() + d] = d;
                out.values()[out.count() + d] = row[d];
            }
            out.endRow(row.length);
        }
        return out;
    }

    /** Some of them. */
    public Vectors at(int[] indices) {
        var out = new ArrayList<float[]>();
        for (int i : indices) out.add(rows[i]);
        return new Vectors(out.toArray(float[][]::new));
    }
}
