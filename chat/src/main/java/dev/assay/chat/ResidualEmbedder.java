package dev.assay.chat;

import dev.assay.lm.Completion;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import dev.assay.lm.SequenceHook;
import dev.assay.lm.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * The mean of a language model's residual stream over the tokens of a text. The beginning-of-text token is read but does
 * not count: its numbers are large and alike for all texts. Texts share batches without padding.
 */
public final class ResidualEmbedder implements Embedder {
    private final LanguageModel model;
    private final Site site;

    /**
     * @param depth blocks that the text has gone through: 0 for the token embeddings, up to the number of layers; the
     *     middle is a good start
     */
    public ResidualEmbedder(LanguageModel model, int depth) {
        int layers = model.config().layers();
        if (depth < 0 || depth > layers)
            throw new IllegalArgumentException("depth is " + depth + ", it must be from 0 to " + layers);
        this.model = model;
        this.site = depth == 0 ? Site.of(Site.Kind.EMBEDDING) : Site.of(Site.Kind.RESID_POST, depth - 1);
    }

    /** Adds up what it sees at the positions of the text. */
    private record Sum(Site site, int from, int to, double[] total) implements SequenceHook {
        @Override
        public List<Site> sites() {
            return List.of(site);
        }

        @Override
        public void at(Site seen, int position, float[] values, int from, int width) {
            if (position < this.from || position >= to) return;
            for (int i = 0; i < width; i++) total[i] += values[from + i];
        }
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        Embedder.check(texts);
        List<Sum> sums = new ArrayList<>();
        try (var engine = new Engine(model)) {
            List<CompletableFuture<Completion>> read = new ArrayList<>();
            for (String text : texts) {
                int[] prompt = tokens(text);
                var sum = new Sum(
                        site,
                        prompt.length - words(text).length,
                        prompt.length,
                        new double[model.config().dModel()]);
                sums.add(sum);
                read.add(engine.submit(new Request(prompt, Sampling.greedy(1), 0).hooked(sum))
                        .result());
            }
            read.forEach(CompletableFuture::join);
        }
        return sums.stream().map(sum -> Embedder.unit(sum.total)).toList();
    }

    private int[] words(String text) {
        return model.tokenizer().encodePlain(text);
    }

    private int[] tokens(String text) {
        return IntStream.concat(model.tokenizer().bos().stream(), IntStream.of(words(text)))
                .toArray();
    }
}
