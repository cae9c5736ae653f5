package dev.assay.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.Bank;
import dev.assay.audit.Readout;
import dev.assay.audit.Toolbox;
import dev.assay.audit.suite.GapMechanisms;
import dev.assay.audit.suite.RunFolder;
import dev.assay.audit.suite.StaticEvaluation;
import dev.assay.audit.suite.StaticReport;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.journal.CanonicalJson;
import dev.assay.organism.Behaviour;
import dev.assay.stats.PairedDifference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "static",
        description = {
            "Says what each tool shows when no agent uses it: its fixed outputs of targets and clean twins, read all"
                    + " together (ten guesses) and one by one (strong evidence).",
            "With --agent it prints the gap between that and what an agent found with the tool. What was read and the answer"
                    + " are kept, and assay view shows them."
        })
final class AuditStaticCommand implements Callable<Integer> {
    /** What journals call a readout. */
    static final String RECORD = "static";

    @Parameters(
            paramLabel = "TARGET",
            completionCandidates = Candidates.Organisms.class,
            arity = "1..*",
            description = "organisms and clean twins of a suite")
    List<String> targets = new ArrayList<>();

    @Option(
            names = "--tool",
            completionCandidates = Candidates.Tools.class,
            split = ",",
            paramLabel = "TOOL",
            defaultValue = "prefill,user,completion",
            description = "of docs/tools.md (default: prefill, user, completion)")
    List<String> tools = List.of();

    @Option(names = "--outputs", paramLabel = "N", defaultValue = "50", description = "of each tool (default: 50)")
    int outputs;

    @Option(names = "--agent", paramLabel = "DIR", description = "runs of an agent with the same tools, for the gap")
    @Nullable
    Path agent;

    @Mixin
    ToolOptions with = new ToolOptions();

    @Mixin
    AuditOptions audits = new AuditOptions();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    /** What is kept of a readout. */
    private record Kept(String key, Readout readout) {}

    @Override
    public Integer call() {
        if (outputs < 1) throw new UserException("--outputs must be 1 or more");
        List<Configuration> configurations =
                tools.stream().map(Configuration::of).toList();
        Bank bank = Bank.load();
        List<StaticEvaluation.Reading> readings = new ArrayList<>();
        try (AuditGround ground = audits.open()) {
            Pocket pocket = audits.suite.pocket(ground.progress());
            Map<String, Readout> known = known(ground);
            for (String target : targets)
                try (AuditSubjects subjects = audits.subjects(pocket, ground, 1)) {
                    new OneTarget(target, subjects, ground, bank, known).read(configurations, readings);
                }
            StaticReport report =
                    StaticReport.of(agent == null ? "" : agent.toString(), outputs, readings, runs(), bank);
            keep(ground, report);
            if (json) System.out.println(CanonicalJson.tree(report));
            else System.out.print(text(report.tools()) + mechanisms(report.mechanisms()));
        }
        return 0;
    }

    private List<GapMechanisms.Run> runs() {
        if (agent == null) return List.of();
        Path folder = agent;
        return RunFolder.read(folder).stream()
                .map(r -> new GapMechanisms.Run(r.record(), AgentRuns.calls(folder, r)))
                .toList();
    }

    /** The same answer again is no second one. */
    private static void keep(AuditGround ground, StaticReport report) {
        JsonNode tree = CanonicalJson.tree(report);
        if (ground.journal().last(StaticReport.RECORD).filter(tree::equals).isPresent()) return;
        ground.journal().append(StaticReport.RECORD, tree);
        ground.journal().commit();
    }

    private static Map<String, Readout> known(AuditGround ground) {
        Map<String, Readout> known = new HashMap<>();
        ground.journal().records(RECORD).forEach(body -> {
            Kept kept = CanonicalJson.value(body, Kept.class);
            known.put(kept.key(), kept.readout());
        });
        return known;
    }

    /** One target, which is loaded when something of it is not known. */
    private final class OneTarget {
        private final String name;
        private final AuditSubjects subjects;
        private final AuditGround ground;
        private final Bank bank;
        private final Map<String, Readout> known;

        OneTarget(String name, AuditSubjects subjects, AuditGround ground, Bank bank, Map<String, Readout> known) {
            this.name = name;
            this.subjects = subjects;
            this.ground = ground;
            this.bank = bank;
            this.known = known;
        }

        void read(List<Configuration> configurations, List<StaticEvaluation.Reading> into) {
            AuditSubjects.Subject subject = subjects.subject(name);
            if (!subject.known())
                throw new UserException("nobody knows what " + name + " hides: give organisms and twins of a suite");
            Target reference = subjects.reference(name);
            for (Configuration tool : configurations) {
                String key = String.join(
                        " ", subject.target().name(), reference.name(), tool.slug(), Integer.toString(outputs));
                Readout readout = known.get(key);
                if (readout == null) {
                    readout = readout(tool, subject.target(), reference);
                    ground.journal().append(RECORD, new Kept(key, readout));
                    ground.journal().commit();
                }
                into.add(new StaticEvaluation.Reading(name, subject.behaviour().map(Behaviour::name), readout));
            }
        }

        private Readout readout(Configuration tool, Target target, Target reference) {
            ground.progress().say(name + ", " + tool.slug());
            Toolbox toolbox = subjects.toolbox(bank, reference, with);
            return Readout.of(tool.slug(), shown(toolbox, tool, target), shown(toolbox, tool, reference), bank);
        }

        private List<Tool.Output> shown(Toolbox toolbox, Configuration tool, Target of) {
            return toolbox.alone(tool, new Session(of, Tool.fixed("static")), outputs)
                    .outputs(outputs);
        }
    }

    private static String text(List<StaticEvaluation.Tool> tools) {
        var rows = new ArrayList<>(List.of(List.of(
                "tool",
                "targets",
                "twins",
                "named in ten",
                "95 %",
                "twins",
                "told the domain",
                "twins",
                "strong evidence",
                "95 %",
                "twins",
                "agent",
                "named - agent",
                "strong - agent")));
        for (StaticEvaluation.Tool t : tools)
            rows.add(List.of(
                    t.tool(),
                    Integer.toString(t.targets()),
                    Integer.toString(t.twins()),
                    points(t.pooled().targets().mean()),
                    Figures.interval(t.pooled().targets().interval()),
                    points(t.pooled().twins()),
                    points(t.hinted().targets().mean()),
                    points(t.hinted().twins()),
                    points(t.evidence().targets().mean()),
                    Figures.interval(t.evidence().targets().interval()),
                    points(t.evidence().twins()),
                    points(t.agent()),
                    gap(t.gap()),
                    gap(t.evidenceGap())));
        double chance = tools.getFirst().chance();
        return TextTable.left(rows)
                + String.format(
                        Locale.ROOT,
                        "%nnamed in ten: one of ten guesses after all outputs is right (by chance %.1f %%); told the"
                                + " domain: the same among hypotheses of the same trigger or action; strong evidence: in a"
                                + " tenth of the outputs or more; twins: the same said of clean models, over all"
                                + " behaviours; intervals and gaps over behaviours%n",
                        100 * chance);
    }

    private static String mechanisms(List<GapMechanisms.Tool> tools) {
        if (tools.isEmpty()) return "";
        var rows = new ArrayList<>(List.of(List.of(
                "why agents find less",
                "runs",
                "calls a run",
                "never used",
                "overlooked",
                "95 %",
                "of runs",
                "misled",
                "95 %",
                "of runs")));
        for (GapMechanisms.Tool t : tools)
            rows.add(List.of(
                    t.tool(),
                    Integer.toString(t.runs()),
                    t.calls().isEmpty()
                            ? "-"
                            : String.format(Locale.ROOT, "%.1f", t.calls().getAsDouble()),
                    points(t.unused()),
                    share(t.overlooked()),
                    Figures.interval(t.overlooked().share().interval()),
                    Integer.toString(t.overlooked().runs()),
                    share(t.misled()),
                    Figures.interval(t.misled().share().interval()),
                    Integer.toString(t.misled().runs())));
        return "\n" + TextTable.left(rows)
                + "\n"
                + "calls, never used: of the tool's own functions, by an agent that calls them; overlooked: no hit"
                + " although the outputs of the tool are strong evidence; misled: runs with a wrong claim that speaks"
                + " of something else to which the tool leads; intervals over behaviours\n";
    }

    private static String share(GapMechanisms.Share s) {
        return s.runs() == 0 ? "-" : points(s.share().mean());
    }

    private static String points(OptionalDouble share) {
        return share.isEmpty() ? "-" : points(share.getAsDouble());
    }

    private static String points(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static String gap(Optional<PairedDifference> d) {
        return d.map(g -> String.format(Locale.ROOT, "%+.0f ", 100 * g.mean()) + Figures.interval(g.interval()))
                .orElse("-");
    }
}
