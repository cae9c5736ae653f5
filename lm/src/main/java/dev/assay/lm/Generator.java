package dev.assay.lm;

import dev.assay.tensor.Autograd;
import dev.assay.tensor.Device;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * Continues many prompts at once. Prompts of different lengths share a batch (padded on the left); each sequence draws
 * from a random stream of its own.
 */
public final class Generator {
    /** A worker with fewer sequences than this costs more than it saves. */
    private static final int SMALLEST_SHARE = 4;

    private final LanguageModel model;
    private final int batch;
    private final Hook hook;
    private final int workers;

    /** A generator with up to {@code batch} sequences side by side. */
    public Generator(LanguageModel model, int batch) {
        this(model, batch, Hook.NONE);
    }

    /**
     * The same, with a hook that sees and may edit the residual stream of every batch and step; several workers call it at
     * once.
     */
    public Generator(LanguageModel model, int batch, Hook hook) {
        this(model, batch, hook, Device.processors());
    }

    /** The same with at most {@code workers} threads: one, where several generators run side by side. */
    public Generator(LanguageModel model, int batch, Hook hook, int workers) {
        if (batch < 1) throw new IllegalArgumentException("batch must be at least 1, was " + batch);
        if (workers < 1) throw new IllegalArgumentException("workers must be at least 1, was " + workers);
        this.workers = workers;
        this.model = model;
        this.batch = batch;
        this.hook = hook;
    }

    /** Hears of tokens as they are drawn and of sequences as they end; called by one thread at a time. */
    public interface Listener {
        Listener NONE = new Listener() {};

        default void token(int request, int token) {}

        default void done(int request, Completion completion) {}
    }

    public List<Completion> generate(List<Request> requests) {
        return generate(requests, Listener.NONE);
    }

    /**
     * Continues all prompts; the result is in the order of the requests. The listener is called by one thread at a time.
     *
     * <p>The batches are dealt out to worker threads, by default one per processor, each of which computes with a single thread: on
     * CPUs that scales better than the threads inside the tensor library, and it does not stall when others use the
     * machine.
     */
    public List<Completion> generate(List<Request> requests, Listener listener) {
        for (Request r : requests) checkLength(r);
        var collector = new Collector(requests.size(), listener);
        List<Integer> order = IntStream.range(0, requests.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> requests.get(i).prompt().length))
                .toList();
        int threads = Math.max(1, Math.min(workers, requests.size() / SMALLEST_SHARE));
        int size = Math.min(batch, Math.max(1, (requests.size() + threads - 1) / threads));
        var batches = new ConcurrentLinkedQueue<List<Decoding.Row>>();
        for (int from = 0; from < order.size(); from += size)
            batches.add(order.subList(from, Math.min(order.size(), from + size)).stream()
                    .map(i -> new Decoding.Row(i, requests.get(i)))
                    .toList());
        Workers.run(threads, () -> {
            for (var rows = batches.poll(); rows != null; rows = batches.poll()) decode(rows, collector);
        });
        return collector.results();
    }

    private void decode(List<Decoding.Row> rows, Listener listener) {
        try (var pause = Autograd.pause();
                var decoding = new Decoding(model, rows, hook, listener)) {
            decoding.run();
        }
    }

    /** Keeps what the workers make, one at a time. */
    private static final class Collector implements Listener {
        private final Completion[] results;
        private final Listener next;

        Collector(int size, Listener next) {
            this.results = new Completion[size];
            this.next = next;
        }

        @Override
        public synchronized void token(int request, int token) {
            next.token(request, token);
        }

        @Override
        public synchronized void done(int request, Completion completion) {
            results[request] = completion;
            next.done(request, completion);
        }

        synchronized List<Completion> results() {
            return List.of(results);
        }
    }

    private void checkLength(Request r) {
        int longest = model.config().context();
        if (r.prompt().length + r.sampling().maxTokens() > longest)
            throw new IllegalArgumentException("a prompt of " + r.prompt().length + " tokens and "
                    + r.sampling().maxTokens() + " new ones do not fit into the model's context of " + longest);
    }
}
