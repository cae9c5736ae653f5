package dev.assay.chat;

import dev.assay.journal.Memo;
import dev.assay.stats.SplitRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a role's calls are made: within its limits, as often as it takes, and each only once. What calls of one role share
 * is here, whoever makes them.
 */
final class Desk {
    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);
    private static final int FIRST_CALLS = 4;

    private final Role role;
    private final String where;
    private final Function<Integer, String> remedy;
    private final Budget budget;
    private final Limiter limiter;
    private final Patience patience;
    private final Patience.Pause pause;
    private final Map<String, CompletableFuture<? extends Paid>> inFlight = new ConcurrentHashMap<>();

    /**
     * @param where the calls go, in words for people
     * @param remedy for a refusal with an HTTP status
     * @param local whether nothing can be overloaded there
     */
    Desk(
            Role role,
            String where,
            Function<Integer, String> remedy,
            boolean local,
            Patience patience,
            Patience.Pause pause) {
        this.role = role;
        this.where = where;
        this.remedy = remedy;
        this.budget = new Budget(role);
        this.limiter = new Limiter(local ? role.concurrency() : FIRST_CALLS, role.concurrency());
        this.patience = patience;
        this.pause = pause;
    }

    Role role() {
        return role;
    }

    Budget budget() {
        return budget;
    }

    /** What is kept in a memo under a key, making a call and keeping its result first if there is nothing. */
    <T extends Paid> T once(Memo memo, String key, Class<T> type, Usage most, Supplier<T> attempt) {
        Optional<T> known = find(memo, key, type);
        if (known.isPresent()) return known.get();
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<? extends Paid> other = inFlight.putIfAbsent(key, mine);
        if (other != null) {
            try {
                return keep(memo, key, type, type.cast(await(other)));
            } catch (CancellationException e) { // the other one gave up before it asked
                return once(memo, key, type, most, attempt);
            }
        }
        try {
            // it may have come between the look into the memo and this
            Optional<T> since = find(memo, key, type);
            T value = since.isPresent() ? since.get() : keep(memo, key, type, call(key, most, attempt));
            mine.complete(value);
            return value;
        } catch (RuntimeException | Error e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            inFlight.remove(key, mine);
        }
    }

    private <T extends Paid> Optional<T> find(Memo memo, String key, Class<T> type) {
        Optional<T> known = memo.find(key, type);
        known.ifPresent(value -> budget.remembered(key, value.usage()));
        return known;
    }

    private static <T> T keep(Memo memo, String key, Class<T> type, T value) {
        return memo.compute(key, type, () -> value);
    }

    private static Paid await(CompletableFuture<? extends Paid> other) {
        try {
            return other.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw e;
        }
    }

    /** Makes a call, as often as it takes. */
    <T extends Paid> T call(String key, Usage most, Supplier<T> attempt) {
        RandomGenerator jitter = SplitRandom.of(0).split(key).generator();
        Duration waited = Duration.ZERO;
        for (int failed = 0; ; ) {
            try {
                T value = attempt(most, attempt);
                budget.answered(key);
                return value;
            } catch (Failure failure) {
                failed++;
                if (failure.kind() == Failure.Kind.REJECTED) throw rejected(failure);
                Duration wait = patience.wait(failed, failure, jitter);
                waited = waited.plus(wait);
                if (failed >= patience.attempts() || waited.compareTo(patience.total()) > 0)
                    throw unreachable(failure, failed, waited.minus(wait), wait);
                LOG.info("role {}: {} from {}; attempt {} in {}", role.name(), failure.what(), where, failed + 1, wait);
                rest(wait);
                budget.retried();
            }
        }
    }

    private <T extends Paid> T attempt(Usage most, Supplier<T> attempt) {
        long entered = enter(most);
        Usage used = Usage.NONE;
        try {
            T value = attempt.get();
            used = value.usage();
            limiter.answered();
            return value;
        } catch (Failure failure) {
            if (failure.kind() == Failure.Kind.OVERLOADED) limiter.overloaded(entered);
            if (failure.kind() == Failure.Kind.LOST) {
                used = most;
                budget.lost();
            }
            throw failure;
        } finally {
            budget.settle(most, used);
            limiter.leave();
        }
    }

    private long enter(Usage most) {
        try {
            long entered = limiter.enter();
            try {
                budget.reserve(most);
                return entered;
            } catch (InterruptedException | RuntimeException e) {
                limiter.leave();
                throw e;
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private void rest(Duration wait) {
        try {
            pause.rest(wait);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private ChatException.Unreachable interrupted() {
        Thread.currentThread().interrupt();
        return new ChatException.Unreachable("role " + role.name() + ": interrupted while waiting for " + where);
    }

    private ChatException.Rejected rejected(Failure failure) {
        return new ChatException.Rejected(
                failure.status(),
                "role %s: %s says %s; %s"
                        .formatted(role.name(), where, failure.what(), remedy.apply(failure.status())));
    }

    private ChatException.Unreachable unreachable(Failure failure, int attempts, Duration waited, Duration next) {
        String remedy = switch (failure.kind()) {
            case UNREACHED -> "start the server, or mend base-url";
            case LOST -> "give the role a longer timeout, or look at the server's log";
            default -> "lower the role's concurrency, or try later";
        };
        return new ChatException.Unreachable(
                "role %s: no answer from %s after %d attempts and %.0f s of waiting (%s%s); %s"
                        .formatted(
                                role.name(),
                                where,
                                attempts,
                                waited.toMillis() / 1000.0,
                                failure.what(),
                                attempts < patience.attempts()
                                        ? "; the next attempt would be in %.0f s".formatted(next.toMillis() / 1000.0)
                                        : "",
                                remedy));
    }
}
