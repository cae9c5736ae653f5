package dev.assay.research;

import java.util.List;
import java.util.Locale;

/** {@code TASK.md}: what the researchers are told. The part that they act on is the list of ideas. */
final class TaskFile {
    private static final String IDEAS = "## Ideas";
    private static final String NOT = "not:";

    private TaskFile() {}

    static String template(Protocol p) {
        return String.format(
                Locale.ROOT,
                """
                # Task

                ## Goal
                Find a recipe for sparse autoencoders that finds the true features of worlds of the family `%s`, better than
                `baseline.yaml` does.

                ## Hard constraints
                A run counts only if the harness finds that it
                - trained on %,d samples (or the share that its rung of the screen says), served by the harness and counted there,
                - at a learning rate of %s at most, with %d latents,
                - has no more parameters than encoder, decoder, biases and thresholds of that width,
                - has a measured L0 within %.0f %% of %s, and no number that is not finite.

                ## Objectives
                F1 decides. MCC is shown beside it and must not fall. Explained variance is never an objective: it rises while
                features get worse.

                ## Workflow
                1. Read this file again before each sprint.
                2. One idea is one sprint is one folder `sprints/UTC-time--idea/`. README.md comes first: idea, origin,
                   motivation, prediction with its probability. DONE comes last. Folders of others are read-only.
                3. Every run goes through the harness; numbers come from the ledger, never from the one who had the idea.
                4. A control with the same worlds, seeds and budget runs in every sprint. An idea that changes no number of the
                   control "never ran"; it is not refuted.
                5. Negative results are results.

                ## Debugging advice
                - Compare the learned dictionary with the true one: which latents have a low F1, and how often do their features
                  fire?
                - Look for latents that mix features that fire together, and for such that split one feature.
                - True firing rates differ from the stored probabilities, because parents gate children: measure them.
                - If a change moves nothing, ask first whether it ran.

                %s
                Lines that begin with `- ` put what they name first; lines that begin with `- not:` forbid it. Words are matched
                with the names of the grammar (`assay research ideas --list`). Edit this list while the loop runs: the change is
                written down, and counts from the next sprint on.
                """,
                p.family(),
                p.samples(),
                plain(p.learningRate()),
                p.latents(),
                100 * p.l0Tolerance(),
                plain(p.k()),
                IDEAS);
    }

    private static String plain(double number) {
        return new java.math.BigDecimal(String.valueOf(number))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** What a person put on the list of ideas. */
    static List<String> wanted(String task) {
        return bullets(task).stream().filter(b -> !b.startsWith(NOT)).toList();
    }

    /** What a person has forbidden. */
    static List<String> forbidden(String task) {
        return bullets(task).stream()
                .filter(b -> b.startsWith(NOT))
                .map(b -> b.substring(NOT.length()).strip())
                .toList();
    }

    private static List<String> bullets(String task) {
        int at = task.indexOf(IDEAS);
        if (at < 0) return List.of();
        return task.substring(at)
                .lines()
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("- "))
                .map(line -> line.substring(2).strip().toLowerCase(Locale.ROOT))
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
