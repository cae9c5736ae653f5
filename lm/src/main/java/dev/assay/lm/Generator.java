package dev.assay.lm;

import dev.assay.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Continues a list of texts with an {@link Engine} and waits for all. */
public final class Generator {
    private final LanguageModel model;
    private final Engine.Settings settings;

    /** A generator with up to {@code batch} sequences side by side. */
    public Generator(LanguageModel model, int batch) {
        this(model, batch, Device.processors());
    }

    /** The same with some number of threads: one, where several generators run side by side. */
    public Generator(LanguageModel model, int batch, int threads) {
        this(model, Engine.Settings.standard().withTexts(batch).withThreads(threads));
    }

    public Generator(LanguageModel model, Engine.Settings settings) {
        this.model = model;
        this.settings = settings;
    }

    /** Hears of tokens as they are drawn and of sequences as they end; one call at a time. */
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
        try (var engine = new Engine(model, settings)) {
            requests.forEach(engine::check);
            var results = new ArrayList<CompletableFuture<Completion>>();
            for (int i = 0; i < requests.size(); i++) {
                int request = i;
                results.add(engine.submit(requests.get(i), token -> {
                            synchronized (listener) {
                                listener.token(request, token);
                            }
                        })
                        .result()
                        .thenApply(completion -> {
                            synchronized (listener) {
                                listener.done(request, completion);
                            }
                            return completion;
                        }));
            }
            return results.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw e;
        }
    }
}
