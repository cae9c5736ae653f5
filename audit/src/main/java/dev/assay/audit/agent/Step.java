package dev.assay.audit.agent;

import dev.assay.chat.Usage;
import java.util.List;

/**
 * One answer of an investigator and what became of it.
 *
 * @param turn from 1
 * @param reducing whether looking at the target was over
 * @param heard what the driver told it before; empty where only results came
 * @param said beside its calls
 * @param usage of this answer: what was read, and what was written
 */
public record Step(int turn, boolean reducing, String heard, String said, List<Call> calls, Usage usage) {
    /**
     * A call of a function.
     *
     * @param arguments as the investigator wrote them
     * @param ok whether the function did what it was called for
     * @param result as the investigator got it
     */
    public record Call(String function, String arguments, boolean ok, String result) {}

    public Step {
        calls = List.copyOf(calls);
    }
}
