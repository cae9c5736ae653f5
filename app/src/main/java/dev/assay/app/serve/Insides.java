package dev.assay.app.serve;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.Site;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Single passes that look into models: one after another, beside the engines. */
final class Insides implements AutoCloseable {
    /** Texts on one side of a contrast. */
    static final int MOST_TEXTS = 64;

    private static final int WAITING = 64;

    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("assay-insides").factory());

    /** Numbers at a site: {@code shape} and, row by row, the values. */
    record Values(long[] shape, float[] numbers) {}

    /** What a pass over a text computes at some sites. */
    Map<Site, Values> activations(Model model, int[] ids, List<Site> sites, Caller caller) {
        return alone(caller, () -> {
            Map<Site, Values> out = new LinkedHashMap<>();
            try (var scope = Scope.open()) {
                model.inside().activations(ids, sites).forEach((site, t) -> out.put(site, values(t)));
            }
            return out;
        });
    }

    private static Values values(Tensor t) {
        return new Values(t.shape(), t.floats());
    }

    /** The likeliest tokens if the residual stream ended at some sites. */
    Map<Site, List<LogitLens.Guess>> lens(
            Model model, int[] ids, int position, List<Site> sites, int top, Caller caller) {
        return alone(caller, () -> LogitLens.read(model.inside(), ids, position, sites, top));
    }

    /** The difference of the mean activations of two sets of texts, each at its last token. */
    float[] contrast(Model model, Site site, List<String> toward, List<String> away, Caller caller) {
        return alone(caller, () -> {
            float[] one = mean(model, site, toward);
            float[] other = mean(model, site, away);
            for (int i = 0; i < one.length; i++) one[i] -= other[i];
            return one;
        });
    }

    private static float[] mean(Model model, Site site, List<String> texts) {
        LanguageModel inside = model.inside();
        var mean = new float[inside.config().dModel()];
        for (String text : texts) {
            try (var scope = Scope.open()) {
                float[] all = inside.activations(model.tokenizer().encodeBare(text), List.of(site)).values().stream()
                        .findFirst()
                        .orElseThrow()
                        .floats();
                for (int i = 0; i < mean.length; i++) mean[i] += all[all.length - mean.length + i] / texts.size();
            }
        }
        return mean;
    }

    /** Does work on the one thread, whose tensors and settings of LibTorch are its own. */
    private <T> T alone(Caller caller, Supplier<T> work) {
        Future<T> result;
        try {
            result = thread.submit(() -> {
                Device.threads(Device.processors());
                return work.get();
            });
        } catch (RejectedExecutionException full) {
            throw Refusal.busy();
        }
        try {
            return result.get(caller.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            result.cancel(false);
            throw Refusal.late();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.draining();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            throw new IllegalStateException("a pass failed", e.getCause());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
