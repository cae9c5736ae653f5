package dev.assay.app.serve;

import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The engine of a base model, and the way to it: the texts of all clients go through one batch, in the order of their
 * coming, and no more are taken than there are places.
 */
final class Desk implements AutoCloseable {
    private final Engine engine;
    private final int places;
    private final AtomicInteger taken = new AtomicInteger();

    /** A text that is asked for, with what sees its distributions, if that is wanted. */
    record Draft(Request request, Optional<Distributions> seen) {}

    /** @param queue texts that may wait beside those in the batch */
    Desk(LanguageModel base, Engine.Settings settings, int queue) {
        this.places = settings.texts() + queue;
        // the engine's own queue is never full, so it keeps nobody waiting at the door
        this.engine = new Engine(
                base,
                new Engine.Settings(
                        settings.arithmetic(),
                        settings.threads(),
                        settings.texts(),
                        Math.max(settings.rows(), settings.texts()),
                        places,
                        settings.memory()));
    }

    /** Texts on their way. */
    int taken() {
        return taken.get();
    }

    /** Texts that can be on their way at once. */
    int places() {
        return places;
    }

    /**
     * Hands in texts, all or none.
     *
     * @param listening whether each token is to be told of
     * @throws Refusal if there is no room
     * @throws dev.assay.lm.PromptException if the model can't take one
     */
    Job submit(List<Draft> drafts, boolean listening) {
        reserve(drafts.size());
        var job = new Job();
        List<Engine.Ticket> tickets = new ArrayList<>();
        try {
            for (Draft draft : drafts) {
                Job.Listener listener = job.listener(tickets.size(), listening ? draft.seen() : Optional.empty());
                Engine.Ticket ticket = engine.submit(draft.request(), listening ? listener::token : token -> {});
                tickets.add(ticket);
                ticket.result().whenComplete((done, failure) -> {
                    taken.decrementAndGet();
                    listener.ended(Optional.ofNullable(done), Optional.ofNullable(failure));
                });
            }
        } catch (RuntimeException e) {
            taken.addAndGet(tickets.size() - drafts.size());
            tickets.forEach(Engine.Ticket::cancel);
            throw e;
        }
        return job.of(tickets);
    }

    private void reserve(int count) {
        int before;
        do {
            before = taken.get();
            if (before + count > places) throw Refusal.busy();
        } while (!taken.compareAndSet(before, before + count));
    }

    @Override
    public void close() {
        engine.close();
    }
}
