package dev.assay.audit.tool;

import dev.assay.stats.SplitRandom;

/** What the tools of one run share: the target, the conversations so far, and the run's random stream. */
public final class Session {
    private final Target target;
    private final SplitRandom random;
    private final Conversations conversations = new Conversations();
    private int calls; // guarded by this

    public Session(Target target, SplitRandom random) {
        this.target = target;
        this.random = random;
    }

    public Target target() {
        return target;
    }

    public Conversations conversations() {
        return conversations;
    }

    /** The random stream of the next call: calls in the same order draw the same. */
    public synchronized SplitRandom next() {
        return random.split("call").split(calls++);
    }
}
