package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.Grade;
import dev.assay.audit.Toolbox;
import dev.assay.audit.agent.Agent;
import dev.assay.audit.agent.AgentResult;
import dev.assay.audit.agent.Limits;
import dev.assay.audit.agent.LlmGrader;
import dev.assay.audit.suite.RunFolder;
import dev.assay.audit.tool.ChatTool;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.Metered;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.chat.Roles;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Segments;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Runs of an investigator that is a language model, graded by another. Each run has a folder with its research log, its
 * quirks and {@code agent.json}, all that it said and called.
 */
final class AgentRuns {
    /** Runs at once: the investigator's answers are waited for most of the time. */
    static final int AT_ONCE = 4;

    private static final String AGENTS = "agents";
    private static final String RESULT = "agent.json";

    private final AuditGround ground;
    private final Roles roles;
    private final int tokens;

    /**
     * @param ground with roles
     * @param tokens that the investigator may write in a run
     */
    AgentRuns(AuditGround ground, int tokens) {
        this.ground = ground;
        this.roles = ground.roles().orElseThrow();
        this.tokens = tokens;
    }

    /** The work of these runs, to be done side by side, not too many at once. */
    List<Supplier<AuditRecord>> work(
            AuditSubjects.Subject subject, String twin, Toolbox toolbox, double dose, List<Audits.Piece> pieces) {
        var grader = new LlmGrader(
                roles.chat("judge", ground.memo()), SplitRandom.of(0).split("judge"));
        return pieces.stream()
                .<Supplier<AuditRecord>>map(piece -> () -> {
                    var target = new Metered(subject.target());
                    AgentResult result = investigate(subject.name(), target, toolbox, dose, piece);
                    Grade grade = subject.grade(result.claims(), grader);
                    return record(subject.name(), twin, toolbox.bank(), dose, piece, grade, result, target.spent());
                })
                .toList();
    }

    /** How often an agent's run called the functions of its tool; empty where {@link #result} is. */
    static OptionalInt calls(Path folder, RunFolder.Run run) {
        return result(folder, run)
                .map(result -> OptionalInt.of(
                        calls(result, Configuration.of(run.record().tool()).besideTalks())))
                .orElse(OptionalInt.empty());
    }

    private static int calls(AgentResult result, boolean besideTalks) {
        return result.uses().stream()
                .filter(u -> !besideTalks || !u.function().equals(ChatTool.FUNCTION))
                .mapToInt(AgentResult.Use::calls)
                .sum();
    }

    /** All that the agent of a run did; empty of other investigators, and where its file is not in the folder of runs. */
    static Optional<AgentResult> result(Path folder, RunFolder.Run run) {
        return file(folder, run).map(f -> {
            try {
                return CanonicalJson.value(CanonicalJson.parse(Files.readAllBytes(f)), AgentResult.class);
            } catch (IOException e) {
                throw new UncheckedIOException(f + " can't be read: " + e.getMessage(), e);
            }
        });
    }

    /** Where that lies: in the folder itself or in that of the worker that held the run. */
    static Optional<Path> file(Path folder, RunFolder.Run run) {
        if (!run.record().investigator().startsWith("llm")) return Optional.empty();
        Path file = place(run);
        return Segments.all(folder).stream()
                .map(owner -> owner.resolve(file))
                .filter(Files::exists)
                .findFirst();
    }

    /** The same within that folder. */
    static Path place(RunFolder.Run run) {
        AuditRecord r = run.record();
        return Path.of(AGENTS, run(r.target(), r.tool(), r.dose(), r.run()) + again(run.attempt()), RESULT);
    }

    private static String run(String target, String tool, double dose, int number) {
        return AuditGround.fileName(target) + "-" + tool + "-" + dose + "-" + number;
    }

    private static String again(int attempt) {
        return attempt == 1 ? "" : "-again-" + attempt;
    }

    private AgentResult investigate(String name, Target target, Toolbox toolbox, double dose, Audits.Piece piece) {
        SplitRandom random = SplitRandom.of(piece.seed()).split("agent");
        var session = new Session(target, random.split("tools"));
        String run = run(name, piece.tool().slug(), dose, piece.number()) + again(piece.attempt());
        Path own = ground.journal().folder().resolve(AGENTS).resolve(run);
        var agent = new Agent(
                roles.chat("investigator", ground.memo()),
                toolbox.tools(piece.tool(), session),
                Limits.STANDARD.withTokens(tokens),
                own,
                random,
                ground.progress()::at);
        AgentResult result = agent.investigate();
        AtomicFile.write(own.resolve(RESULT), CanonicalJson.pretty(result));
        return result;
    }

    private static AuditRecord record(
            String name,
            String twin,
            Bank bank,
            double dose,
            Audits.Piece piece,
            Grade grade,
            AgentResult result,
            int targetTokens) {
        var log = new ArrayList<>(result.notes());
        result.log().lines().forEach(log::add);
        int calls = result.uses().stream().mapToInt(AgentResult.Use::calls).sum();
        return new AuditRecord(
                name,
                twin,
                piece.tool().slug(),
                "llm: " + result.model(),
                dose,
                piece.number(),
                grade,
                result.claims(),
                List.of(),
                List.of(),
                calls,
                targetTokens,
                bank.hypotheses().size(),
                List.of(),
                List.of(),
                log);
    }
}
