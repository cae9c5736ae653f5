package dev.assay.research;

import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where a researcher tries things out before it proposes: the compiler, and single short runs beside the control. All of it
 * runs in the sandbox, and runs are kept in the ledger as exploratory, so no verdict can be made of them.
 */
final class Laboratory {
    private static final String CANDIDATE = "candidate";

    private final Workspace workspace;
    private final Sandbox sandbox;
    private final Class<?> evaluator;
    private final Consumer<String> progress;

    Laboratory(Workspace workspace, Sandbox sandbox, Class<?> evaluator, Consumer<String> progress) {
        this.workspace = workspace;
        this.sandbox = sandbox;
        this.evaluator = evaluator;
        this.progress = progress;
    }

    /** What is wrong with code, in the words of the compiler or of what makes the object; empty if nothing is. */
    Optional<String> check(Session session, Map<String, String> sources) {
        Memory memory = session.memory();
        try (var worlds = new WorldPool(WorldFamily.named(memory.protocol().family()))) {
            var folder = session.folder().resolve("work/check");
            Optional<String> wrong = new TrainingProcess(
                            sandbox, memory.protocol().limits(), worlds)
                    .run(folder, new TrainingJob(sources, List.of()), List.of(), 0)
                    .failure();
            if (Files.exists(folder)) Sandbox.delete(folder);
            return wrong;
        }
    }

    /**
     * Runs a candidate and the control once, on one pair and at the first rung's length.
     *
     * @param number of the run in its session; one that was made already is not made again
     * @return what came of it, as it is shown
     */
    Map<String, Object> experiment(
            Session session, int number, Map<String, String> choices, Map<String, String> sources) {
        Protocol protocol = session.memory().protocol();
        double share = protocol.ladder().screenShares().getFirst();
        var stage = new Stage(
                session.name(),
                session.folder(),
                Session.EXPLORATION + " " + number,
                share,
                0,
                session.draw(number),
                List.of(
                        Stage.Entrant.control(session.memory().control()),
                        new Stage.Entrant(CANDIDATE, choices, sources)));
        List<RunRow> rows = session.explored(number).orElseGet(() -> {
            try (var harness = new Harness(workspace, sandbox, evaluator, 1, progress)) {
                session.explored(number, harness.explore(stage));
                return session.explored(number).orElseThrow();
            }
        });
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("kind", "exploratory: one world, one seed, " + share + " of a full run's samples. No evidence.");
        out.put("changed-a-number-of-the-control", new Evidence(rows, List.of(CANDIDATE)).active(CANDIDATE));
        rows.forEach(r -> out.put(r.entrant(), shown(r)));
        return out;
    }

    private static Map<String, Object> shown(RunRow r) {
        if (!r.scored()) return Map.of("outcome", r.outcome(), "reason", r.reason());
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("outcome", r.outcome());
        out.put("f1", r.score().f1());
        out.put("mcc", r.score().mcc());
        out.put("l0", r.score().l0());
        out.put("seconds", r.seconds());
        return out;
    }
}
