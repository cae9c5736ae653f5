package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.Grade;
import dev.assay.audit.Toolbox;
import dev.assay.audit.agent.Agent;
import dev.assay.audit.agent.AgentResult;
import dev.assay.audit.agent.Limits;
import dev.assay.audit.agent.LlmGrader;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.Metered;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.chat.Roles;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.organism.SideBySide;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Runs of an investigator that is a language model, graded by another. Each run has a folder with its research log, its
 * quirks and {@code agent.json}, all that it said and called.
 */
final class AgentRuns {
    /** Runs at once: the investigator's answers are waited for most of the time. */
    private static final int AT_ONCE = 4;

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

    List<AuditRecord> run(
            AuditSubjects.Subject subject,
            String twin,
            Toolbox toolbox,
            Configuration tool,
            double dose,
            List<Integer> numbers) {
        var grader = new LlmGrader(
                roles.chat("judge", ground.memo()), SplitRandom.of(0).split("judge"));
        List<Supplier<AuditRecord>> work = new ArrayList<>();
        for (int number : numbers)
            work.add(() -> {
                var target = new Metered(subject.target());
                AgentResult result = investigate(subject.name(), target, toolbox, tool, dose, number);
                Grade grade = subject.grade(result.claims(), grader);
                return record(subject.name(), twin, toolbox.bank(), tool, dose, number, grade, result, target.spent());
            });
        try {
            return SideBySide.all(work, AT_ONCE);
        } finally {
            roles.totals().forEach(t -> ground.progress().say(t.line()));
        }
    }

    private AgentResult investigate(
            String name, Target target, Toolbox toolbox, Configuration tool, double dose, int number) {
        SplitRandom random = SplitRandom.of(number).split("agent");
        var session = new Session(target, random.split("tools"));
        String run = AuditGround.fileName(name) + "-" + tool.slug() + "-" + dose + "-" + number;
        Path own = ground.journal().folder().resolve("agents").resolve(run);
        var agent = new Agent(
                roles.chat("investigator", ground.memo()),
                toolbox.tools(tool, session),
                Limits.STANDARD.withTokens(tokens),
                own,
                random,
                ground.progress()::at);
        AgentResult result = agent.investigate();
        AtomicFile.write(own.resolve("agent.json"), CanonicalJson.pretty(result));
        return result;
    }

    private static AuditRecord record(
            String name,
            String twin,
            Bank bank,
            Configuration tool,
            double dose,
            int number,
            Grade grade,
            AgentResult result,
            int targetTokens) {
        var log = new ArrayList<>(result.notes());
        result.log().lines().forEach(log::add);
        int calls = result.uses().stream().mapToInt(AgentResult.Use::calls).sum();
        return new AuditRecord(
                name,
                twin,
                tool.slug(),
                "llm: " + result.model(),
                dose,
                number,
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
