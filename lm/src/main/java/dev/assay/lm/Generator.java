package dev.assay.lm;

import dev.assay.tensor.Autograd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Continues many prompts at once. Prompts of different lengths share a batch (padded on the left); each sequence draws
 * from a random stream of its own.
 */
public final class Generator {
    private final LanguageModel model;
    private final int batch;
    private final Hook hook;

    /** A generator with up to {@code batch} sequences side by side. */
    public Generator(LanguageModel model, int batch) {
        this(model, batch, Hook.NONE);
    }

    /** The same, with a hook that sees and may edit the residual stream of every batch and step. */
    public Generator(LanguageModel model, int batch, Hook hook) {
        if (batch < 1) throw new IllegalArgumentException("batch must be at least 1, was " + batch);
        this.model = model;
        this.batch = batch;
        this.hook = hook;
    }

    /** Hears of tokens as they are drawn and of sequences as they end; called on the generating thread. */
    public interface Listener {
        Listener NONE = new Listener() {};

        default void token(int request, int token) {}

        default void done(int request, Completion completion) {}
    }

    public List<Completion> generate(List<Request> requests) {
        return generate(requests, Listener.NONE);
    }

    /** Continues all prompts; the result is in the order of the requests. */
    public List<Completion> generate(List<Request> requests, Listener listener) {
        for (Request r : requests) checkLength(r);
        var results = new Completion[requests.size()];
        List<Integer> order = IntStream.range(0, requests.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> requests.get(i).prompt().length))
                .toList();
        var keep = new Listener() {
            @Override
            public void token(int request, int token) {
                listener.token(request, token);
            }

            @Override
            public void done(int request, Completion completion) {
                results[request] = completion;
                listener.done(request, completion);
            }
        };
        try (var pause = Autograd.pause()) {
            for (int from = 0; from < order.size(); from += batch) {
                var rows = new ArrayList<Decoding.Row>();
                for (int i : order.subList(from, Math.min(order.size(), from + batch)))
                    rows.add(new Decoding.Row(i, requests.get(i)));
                try (var decoding = new Decoding(model, rows, hook, keep)) {
                    decoding.run();
                }
            }
        }
        return List.of(results);
    }

    private void checkLength(Request r) {
        int longest = model.config().context();
        if (r.prompt().length + r.sampling().maxTokens() > longest)
            throw new IllegalArgumentException("a prompt of " + r.prompt().length + " tokens and "
                    + r.sampling().maxTokens() + " new ones do not fit into the model's context of " + longest);
    }
}
