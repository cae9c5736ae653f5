package dev.assay.chat;

/**
 * How many calls run at the same time: one more for each round of answers, half as many when the provider is overloaded
 * (additive increase, multiplicative decrease; Chiu and Jain 1989). Thread-safe.
 */
final class Limiter {
    private final int most;
    private double allowed;
    private int running;
    private long halvings;

    /** A limiter that begins with some calls and never lets more than {@code most} run. */
    Limiter(int first, int most) {
        this.most = most;
        this.allowed = Math.min(first, most);
    }

    /** Leave to make a call; it says how often the limit was halved before, so that one overload counts once. */
    synchronized long enter() throws InterruptedException {
        while (running >= (int) allowed) wait();
        running++;
        return halvings;
    }

    /** After a call, whatever came of it. */
    synchronized void leave() {
        running--;
        notify(); // one place, one of those who wait
    }

    /** Before the first overload each answer allows one more, so a round doubles the limit; after it, each round does. */
    synchronized void answered() {
        allowed = Math.min(most, allowed + (halvings == 0 ? 1 : 1 / allowed));
        notify();
    }

    synchronized void overloaded(long entered) {
        if (entered != halvings) return; // it was sent before the limit was halved
        allowed = Math.max(1, allowed / 2);
        halvings++;
    }

    synchronized int allowed() {
        return (int) allowed;
    }
}
