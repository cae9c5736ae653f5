package dev.assay.app.serve;

import dev.assay.app.serve.TokenScore.Guess;
import dev.assay.lm.Completion;
import dev.assay.lm.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Texts of one request on their way through the engine. Closed, it ends those that have not ended. */
final class Job implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(200);

    private static final Completion NOTHING =
            new Completion("", new int[0], Completion.Ending.CANCELLED, new float[0], List.of());

    private final BlockingQueue<Supplier<Event>> events = new LinkedBlockingQueue<>();
    private List<Engine.Ticket> tickets = List.of();

    /** What happens to a text. */
    sealed interface Event {
        /**
         * A token was written.
         *
         * @param logProbability and what was likeliest in its place, where that was asked for
         */
        record Token(int text, int token, double logProbability, List<Guess> likeliest) implements Event {}

        record Ended(int text, Completion completion) implements Event {}
    }

    /** Hears of one text, on the engine's thread. */
    final class Listener {
        private final int text;
        private final Optional<Distributions> seen;

        private Listener(int text, Optional<Distributions> seen) {
            this.text = text;
            this.seen = seen;
        }

        void token(int token) {
            Event event = seen.map(s -> new Event.Token(text, token, s.logProbability(token), s.latest()))
                    .orElseGet(() -> new Event.Token(text, token, 0, List.of()));
            events.add(() -> event);
        }

        void ended(Optional<Completion> completion, Optional<Throwable> failure) {
            events.add(() -> completion.map(c -> new Event.Ended(text, c)).orElseThrow(() -> broken(failure)));
        }
    }

    Listener listener(int text, Optional<Distributions> seen) {
        return new Listener(text, seen);
    }

    Job of(List<Engine.Ticket> all) {
        tickets = List.copyOf(all);
        return this;
    }

    int texts() {
        return tickets.size();
    }

    /**
     * The next event.
     *
     * @throws Refusal when the caller's time is over
     * @throws Caller.Gone when nobody waits for it
     * @throws IllegalStateException if the engine gave a text up
     */
    Event next(Caller caller) {
        try {
            while (true) {
                Duration left = caller.left();
                Duration wait = left.compareTo(LOOK) < 0 ? left : LOOK;
                Supplier<Event> event = events.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
                if (event != null) return event.get();
                caller.check();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.draining();
        }
    }

    /** Waits for all texts. */
    List<Completion> all(Caller caller) {
        List<Completion> all = new ArrayList<>(Collections.nCopies(texts(), NOTHING));
        for (int left = texts(); left > 0; ) {
            if (next(caller) instanceof Event.Ended ended) {
                all.set(ended.text(), ended.completion());
                left--;
            }
        }
        return all;
    }

    private static RuntimeException broken(Optional<Throwable> failure) {
        return new IllegalStateException("the engine gave a text up", failure.orElse(null));
    }

    @Override
    public void close() {
        tickets.forEach(Engine.Ticket::cancel);
    }
}
