package dev.assay.sae.model;

import java.util.List;
import java.util.function.IntConsumer;

/**
 * The same texts in two models, side by side in one vector: what a crosscoder is trained on. Each half is divided by its
 * model's mean norm, so that neither weighs more.
 */
public final class PairedSource implements Source {
    private final Source first;
    private final Source second;
    private final float firstScale;
    private final float secondScale;

    /** Takes over both sources; {@code sample} is what their norms are measured on. */
    public PairedSource(Source first, Source second, List<int[]> sample) {
        this.first = first;
        this.second = second;
        this.firstScale = (float) (1 / Norms.of(first, sample).mean());
        this.secondScale = (float) (1 / Norms.of(second, sample).mean());
    }

    /** What the first model's activations are multiplied by. */
    public float firstScale() {
        return firstScale;
    }

    /** What the second model's activations are multiplied by. */
    public float secondScale() {
        return secondScale;
    }

    @Override
    public int width() {
        return first.width() + second.width();
    }

    @Override
    public float[] read(List<int[]> texts, IntConsumer progress) {
        float[] a = first.read(texts, done -> progress.accept(done / 2));
        int half = a.length / first.width() / 2;
        float[] b = second.read(texts, done -> progress.accept(half + done / 2));
        var out = new float[a.length + b.length];
        int positions = a.length / first.width();
        for (int p = 0; p < positions; p++) {
            int at = p * width();
            for (int i = 0; i < first.width(); i++) out[at + i] = a[p * first.width() + i] * firstScale;
            for (int i = 0; i < second.width(); i++)
                out[at + first.width() + i] = b[p * second.width() + i] * secondScale;
        }
        return out;
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
