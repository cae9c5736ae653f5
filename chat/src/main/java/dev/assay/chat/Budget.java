package dev.assay.chat;

import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What a role may cost, and what it has cost. The most that a call can cost is reserved before it is made and settled
 * after it, so the limit holds with any number of calls in flight. Thread-safe.
 */
final class Budget {
    private static final double PICO = 1e12;

    private final Role role;
    private final Optional<Price> price;
    private final long mostMoney;
    private final long mostTokens;
    private final Set<String> counted = new HashSet<>();
    private long reservedMoney;
    private long reservedTokens;
    private long money;
    private Usage usage = Usage.NONE;
    private long answered;
    private long remembered;
    private long retries;
    private long lost;

    Budget(Role role) {
        this.role = role;
        this.price = role.known();
        this.mostMoney =
                role.maxCost().isPresent() ? (long) Math.floor(role.maxCost().getAsDouble() * PICO) : Long.MAX_VALUE;
        this.mostTokens = role.maxTotalTokens().orElse(Long.MAX_VALUE);
    }

    /**
     * Sets aside what a call can take at most; waits while calls in flight may give back enough.
     *
     * @throws ChatException.OverLimit if it could go over the limit whatever they give back
     */
    synchronized void reserve(Usage most) throws InterruptedException {
        long cost = cost(most);
        while (true) {
            boolean alone = reservedTokens == 0;
            if (cost <= mostMoney - money - reservedMoney
                    && most.total() <= mostTokens - usage.total() - reservedTokens) break;
            if (alone || cost > mostMoney - money || most.total() > mostTokens - usage.total()) throw over(most, cost);
            wait();
        }
        reservedMoney += cost;
        reservedTokens += most.total();
    }

    /** A call ended: the reserve is given back, and what was used is counted. */
    synchronized void settle(Usage most, Usage used) {
        reservedMoney -= cost(most);
        reservedTokens -= most.total();
        count(used);
        notifyAll();
    }

    private void count(Usage used) {
        money += cost(used);
        usage = usage.plus(used);
    }

    private long cost(Usage used) {
        return price.map(p -> p.picodollars(used)).orElse(0L);
    }

    /** An answer came under this key. */
    synchronized void answered(String key) {
        counted(key);
        answered++;
    }

    /** What is under this key has been counted. */
    synchronized void counted(String key) {
        counted.add(key);
    }

    /**
     * An answer under this key was there already. What it cost counts, once: a run that is started again does not get
     * its limit anew.
     */
    synchronized void remembered(String key, Usage used) {
        if (!counted.add(key)) return;
        remembered++;
        count(used);
    }

    synchronized void retried() {
        retries++;
    }

    synchronized void lost() {
        lost++;
    }

    synchronized Totals totals() {
        return new Totals(
                role.name(),
                answered,
                remembered,
                retries,
                lost,
                usage,
                price.isPresent() ? OptionalDouble.of(money / PICO) : OptionalDouble.empty());
    }

    private ChatException.OverLimit over(Usage most, long cost) {
        boolean dollars = cost > mostMoney - money;
        return new ChatException.OverLimit(
                dollars
                        ? String.format(
                                Locale.ROOT,
                                "role %s: the next call may cost up to $%.6f, and $%.6f of $%.6f are spent; raise max-cost"
                                        + " and give the same command again, which keeps what was answered",
                                role.name(),
                                cost / PICO,
                                money / PICO,
                                mostMoney / PICO)
                        : String.format(
                                Locale.ROOT,
                                "role %s: the next call may take up to %d tokens, and %d of %d are used; raise"
                                        + " max-total-tokens and give the same command again, which keeps what was"
                                        + " answered",
                                role.name(),
                                most.total(),
                                usage.total(),
                                mostTokens));
    }
}
