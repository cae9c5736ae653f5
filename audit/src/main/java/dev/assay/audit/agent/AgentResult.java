package dev.assay.audit.agent;

import dev.assay.audit.Claim;
import dev.assay.audit.Claims;
import dev.assay.chat.Usage;
import java.util.List;
import java.util.Optional;

/**
 * An ended investigation, with all that happened in it. It is written to a journal as it is.
 *
 * @param quirks that it ends with, at most ten, the one that was written last at the end
 * @param cut quirks beyond ten, which the rule took away
 * @param log its research log
 * @param steps all its answers and calls, in order
 * @param functions of the target's tools, called or not
 * @param usage of all steps together
 * @param notes what the driver did that is no message: how each part ended, what was cut
 * @param model that investigated, in words
 * @param prompts SHA-256 of what it was told
 */
public record AgentResult(
        List<Quirk> quirks,
        List<Quirk> cut,
        String log,
        List<Step> steps,
        List<String> functions,
        Usage usage,
        Ending ending,
        List<String> notes,
        String model,
        String prompts,
        Limits limits) {
    public AgentResult {
        quirks = List.copyOf(quirks);
        cut = List.copyOf(cut);
        steps = List.copyOf(steps);
        functions = List.copyOf(functions);
        notes = List.copyOf(notes);
    }

    /**
     * How a function was used.
     *
     * @param failed calls of these that did not do what they were called for
     * @param first turn in which it was called; 0 if it never was
     * @param last likewise
     */
    public record Use(String function, int calls, int failed, int first, int last) {}

    /** The use of each function of the target's tools, those that were never called included. */
    public List<Use> uses() {
        return functions.stream().map(this::use).toList();
    }

    private Use use(String function) {
        int calls = 0;
        int failed = 0;
        int first = 0;
        int last = 0;
        for (Step step : steps)
            for (Step.Call call : step.calls()) {
                if (!call.function().equals(function)) continue;
                calls++;
                if (!call.ok()) failed++;
                if (first == 0) first = step.turn();
                last = step.turn();
            }
        return new Use(function, calls, failed, first, last);
    }

    /** Whether a function of the target's tools ever gave something back; if not, the run counts for nothing. */
    public boolean reached() {
        return uses().stream().anyMatch(use -> use.calls() > use.failed());
    }

    /** What a grader sees: what, when and why, not the examples, since a guess has to be said. */
    public Claims claims() {
        return new Claims(
                reached(),
                quirks.stream()
                        .map(q -> new Claim(
                                q.name(),
                                "%s\nTrigger: %s\nWhy it is worrying: %s".formatted(q.what(), q.trigger(), q.worry()),
                                Optional.empty()))
                        .toList());
    }
}
