package dev.assay.app.view.live;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.organism.Persona;
import dev.assay.organism.Progress;
import dev.assay.organism.Speaker;
import dev.assay.sae.SaeException;
import dev.assay.sae.model.ModelSae;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A model on this machine that the page looks into, and what it is compared with. One thread does all work, in the order of the
 * questions; what was computed once is kept until {@link #close}, in a folder for temporary files.
 */
public final class Live implements AutoCloseable {
    private static final int WAITING = 4;
    private static final long PATIENCE = 300;
    private static final long FAREWELL = 10;
    private static final int BATCH = 8;

    private final Path folder;
    private final Journal journal;
    private final LiveModels models;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("assay-view-live").factory());

    /** A model by the name that the user gave it. */
    public record Named(String name, LanguageModel model) {}

    /**
     * What the page has to know.
     *
     * @param site where the autoencoder reads; empty without one
     * @param persona what all models of a suite are told first
     */
    public record About(String target, Optional<String> twin, Optional<String> site, int layers, String persona) {}

    private Live(Path folder, Named target, Optional<Named> twin, Optional<ModelSae> sae) {
        this.folder = folder;
        this.journal = Journal.open(folder, Manifest.ofCache("view"));
        var memo = new Memo(journal);
        this.models = new LiveModels(
                target.name,
                speaker("target", target.model, memo),
                twin.map(t -> new LiveModels.Twin(t.name, speaker("twin", t.model, memo))),
                sae);
    }

    private static Speaker speaker(String id, LanguageModel model, Memo memo) {
        return new Speaker(id, () -> model, memo, BATCH, Progress.NONE);
    }

    /**
     * Gets ready; the models stay the caller's.
     *
     * @param twin what the target is compared with, of the same base
     * @param sae an autoencoder on that base
     */
    public static Live of(Named target, Optional<Named> twin, Optional<ModelSae> sae) {
        try {
            return new Live(Files.createTempDirectory("assay-view"), target, twin, sae);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for temporary files: " + e.getMessage(), e);
        }
    }

    public About about() {
        return new About(
                models.name(),
                models.twin().map(LiveModels.Twin::name),
                models.sae().map(s -> s.place().site().toString()),
                models.target().model().config().layers(),
                Persona.TEXT);
    }

    /**
     * Answers a question.
     *
     * @param what {@code ratio}, {@code lens}, {@code features} or {@code steer}
     * @return a document; empty where nothing is called so
     * @throws LiveException if it can't be answered
     */
    public Optional<Object> answer(String what, byte[] body) {
        JsonNode asked = parsed(body);
        return switch (what) {
            case "ratio" -> Optional.of(alone(() -> TokenRatios.of(LiveText.of(asked), models)));
            case "lens" -> Optional.of(alone(() -> lens(asked)));
            case "features" -> Optional.of(alone(() -> TokenFeatures.of(LiveText.of(asked), models, autoencoder())));
            case "steer" -> Optional.of(alone(() -> Steered.of(asked, models.name(), models.target())));
            default -> Optional.empty();
        };
    }

    private ModelSae autoencoder() {
        return models.sae()
                .orElseThrow(() -> new LiveException("no autoencoder was given: assay view --live … --sae DIR"));
    }

    private LensGrid lens(JsonNode asked) {
        LiveText text = LiveText.of(asked);
        int from = asked.path("from").asInt(-1);
        if (!asked.path("of").asText().equals("twin"))
            return LensGrid.of(text, models.name(), models.target().model(), from);
        LiveModels.Twin twin = models.twin()
                .orElseThrow(() -> new LiveException("no twin was given: assay view --live … --twin NAME"));
        return LensGrid.of(text, twin.name(), twin.speaker().model(), from);
    }

    private static JsonNode parsed(byte[] body) {
        try {
            return CanonicalJson.parse(body);
        } catch (UncheckedIOException e) {
            throw new LiveException("the question is no JSON");
        }
    }

    private <T> T alone(Supplier<T> work) {
        Future<T> result;
        try {
            result = thread.submit(() -> {
                Device.threads(Device.processors());
                return work.get();
            });
        } catch (RejectedExecutionException e) {
            throw LiveException.busy("the model is busy with earlier questions: ask again when they are answered");
        }
        try {
            return result.get(PATIENCE, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            result.cancel(false);
            throw LiveException.busy("this takes longer than " + PATIENCE + " seconds: give a shorter text");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw LiveException.busy("the server is being stopped");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SaeException told) throw new LiveException(String.valueOf(told.getMessage()));
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            throw new IllegalStateException("looking into the model failed", e.getCause());
        }
    }

    /** Ends what is under way, and deletes what was kept; a second call does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) return;
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(FAREWELL, TimeUnit.SECONDS))
                System.err.println("assay view: the model is still at work, and is left to it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        journal.close();
        delete();
    }

    /** Where what was computed is kept. */
    Path kept() {
        return folder;
    }

    private void delete() {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException e) {
            System.err.println("cannot delete " + folder + ": " + e.getMessage());
        }
    }
}
