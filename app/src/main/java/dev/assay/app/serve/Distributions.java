package dev.assay.app.serve;

import dev.assay.app.serve.TokenScore.Guess;
import dev.assay.lm.SequenceHook;
import dev.assay.lm.Site;
import dev.assay.tensor.PanelKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sees from what each token of one text is drawn. What it notes at a row of logits is there when the engine tells of the
 * token that follows.
 */
final class Distributions implements SequenceHook {
    private static final List<Site> SITES = List.of(Site.of(Site.Kind.LOGITS));

    private final int top;
    private final List<List<Guess>> likeliest = new ArrayList<>();
    private float[] row = {};
    private double logSumExp;
    private boolean finite = true;

    /** @param top so many of the likeliest tokens are noted at each place */
    Distributions(int top) {
        this.top = top;
    }

    @Override
    public List<Site> sites() {
        return SITES;
    }

    @Override
    public void at(Site site, int position, float[] values, int from, int width) {
        logSumExp = PanelKernels.best().logSumExp(values, from, width, 1);
        if (!Double.isFinite(logSumExp)) {
            Arrays.fill(values, from, from + width, 0); // the engine would give up all texts with this one
            finite = false;
        }
        row = Arrays.copyOfRange(values, from, from + width);
        likeliest.add(likeliest());
    }

    /** Whether all numbers so far were numbers. */
    boolean finite() {
        return finite;
    }

    /** Of a token after the row that was seen last. */
    double logProbability(int token) {
        return (float) (row[token] - logSumExp); // as the engine rounds it
    }

    /** The likeliest at the row that was seen last. */
    List<Guess> latest() {
        return likeliest.getLast();
    }

    /** The likeliest at a row, counted from 0; nothing where it was not computed. */
    List<Guess> likeliest(int index) {
        return index < likeliest.size() ? likeliest.get(index) : List.of();
    }

    private List<Guess> likeliest() {
        var best = new int[top];
        int count = 0;
        for (int token = 0; token < row.length; token++) {
            if (count == top && (top == 0 || row[token] <= row[best[top - 1]])) continue;
            int at = count < top ? count++ : top - 1;
            for (; at > 0 && row[best[at - 1]] < row[token]; at--) best[at] = best[at - 1];
            best[at] = token;
        }
        List<Guess> found = new ArrayList<>(count);
        for (int i = 0; i < count; i++) found.add(new Guess(best[i], logProbability(best[i])));
        return List.copyOf(found);
    }
}
