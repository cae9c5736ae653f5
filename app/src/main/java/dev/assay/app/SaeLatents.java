package dev.assay.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.sae.CosineMap;
import dev.assay.sae.Scores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code latents.json} of a run folder: each latent as a detector of its best-matching feature, in the form that is
 * trained, and the cosines of the most frequent. docs/formats/sae-run.md has the format.
 *
 * @param samples that were scored
 * @param feature the matched feature of each latent
 * @param cosine |cosine| of the latent and its feature
 * @param map of the latents whose features are the most frequent
 */
@SuppressWarnings("ArrayRecordComponent")
record SaeLatents(
        int format, long samples, int[] feature, float[] cosine, long[] tp, long[] fp, long[] fn, CosineMap map) {
    static final String FILE = "latents.json";
    static final int MAPPED = 64;
    private static final double DIGITS = 1e4;

    static SaeLatents of(Scores scores, CosineMap map) {
        Scores.Latents l = scores.latents();
        float[] cosine = l.cosine().clone();
        for (int i = 0; i < cosine.length; i++) cosine[i] = (float) rounded(cosine[i]);
        double[][] cosines = map.cosines();
        for (double[] row : cosines) for (int i = 0; i < row.length; i++) row[i] = rounded(row[i]);
        return new SaeLatents(0, scores.samples(), l.feature(), cosine, l.tp(), l.fp(), l.fn(), map);
    }

    private static double rounded(double value) {
        return Math.rint(value * DIGITS) / DIGITS;
    }

    /** How often the latent's feature fires. */
    double frequency(int latent) {
        return (double) (tp[latent] + fn[latent]) / samples;
    }

    double f1(int latent) {
        double all = 2.0 * tp[latent] + fp[latent] + fn[latent];
        return all == 0 ? 0 : 2 * tp[latent] / all;
    }

    void write(Path run) {
        AtomicFile.write(run.resolve(FILE), CanonicalJson.bytes(this));
    }

    /** Empty for runs of before this file was written. */
    static Optional<SaeLatents> read(Path run) {
        Path file = run.resolve(FILE);
        if (!Files.exists(file)) return Optional.empty();
        try {
            return Optional.of(new ObjectMapper().readValue(file.toFile(), SaeLatents.class));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read: " + e.getMessage(), e);
        }
    }
}
