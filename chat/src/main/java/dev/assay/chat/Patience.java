package dev.assay.chat;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long one waits for an answer.
 *
 * @param attempts most attempts
 * @param first wait before the second attempt, doubled with each further one
 * @param longest wait between two attempts, unless the server asks for more
 * @param total most waiting for one call
 */
record Patience(int attempts, Duration first, Duration longest, Duration total) {
    static final Patience STANDARD =
            new Patience(8, Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofMinutes(10));

    /** Waits; replaced in tests. */
    @FunctionalInterface
    interface Pause {
        void rest(Duration wait) throws InterruptedException;
    }

    /**
     * The wait after a failed attempt: what the server asks for, else between half and all of an exponentially growing
     * time.
     *
     * @param failed attempts so far, from 1
     */
    Duration wait(int failed, Failure failure, RandomGenerator jitter) {
        double doubled = first.toMillis() * Math.pow(2, failed - 1.0);
        double own = Math.min(doubled, longest.toMillis()) * (0.5 + 0.5 * jitter.nextDouble());
        Duration asked = failure.retryAfter().orElse(Duration.ZERO);
        Duration backoff = Duration.ofMillis(Math.round(own));
        return asked.compareTo(backoff) > 0 ? asked : backoff;
    }
}
