package dev.assay.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.Bank;
import dev.assay.audit.ComparedReadout;
import dev.assay.audit.Readout;
import dev.assay.audit.Toolbox;
import dev.assay.audit.agent.ModelReader;
import dev.assay.audit.agent.ModelReadout;
import dev.assay.audit.suite.GapMechanisms;
import dev.assay.audit.suite.RunFolder;
import dev.assay.audit.suite.StaticEvaluation;
import dev.assay.audit.suite.StaticReport;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.chat.Chat;
import dev.assay.journal.CanonicalJson;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Variant;
import dev.assay.stats.PairedDifference;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
            "They are read by comparison with a clean twin, or by language models (--reader model), as in AuditBench.",
            "With --agent it prints the gap between that and what an agent found with the tool. What was read and the answer"
                    + " are kept, and assay view shows them."
        })
final class AuditStaticCommand implements Callable<Integer> {
    /** What journals call a readout. */
    static final String RECORD = "static";

    private static final String COMPARISON = "comparison";
    private static final String MODEL = "model";

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

    @Option(
            names = "--reader",
            paramLabel = "READER",
            defaultValue = COMPARISON,
            description =
                    "comparison (default), or model: the roles investigator, which names behaviours, and judge of --roles")
    String reader = COMPARISON;

    @Option(names = "--agent", paramLabel = "DIR", description = "runs of an agent with the same tools, for the gap")
    @Nullable
    Path agent;

    @Mixin
    ToolOptions with = new ToolOptions();

    @Mixin
    AuditOptions audits = new AuditOptions();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    /**
     * What is kept of a readout.
     *
     * @param readout as its reader wrote it
     */
    private record Kept(String key, JsonNode readout) {}

    @Override
    public Integer call() {
        if (outputs < 1) throw new UserException("--outputs must be 1 or more");
        List<Configuration> configurations =
                tools.stream().map(Configuration::of).toList();
        Bank bank = Bank.load();
        List<StaticEvaluation.Reading> readings = new ArrayList<>();
        try (AuditGround ground = audits.open()) {
            Optional<ModelReader> model = model(ground);
            Pocket pocket = audits.suite.pocket(ground.progress());
            Map<String, JsonNode> known = known(ground);
            for (String target : targets)
                try (AuditSubjects subjects = audits.subjects(pocket, ground, 1)) {
                    new OneTarget(target, subjects, ground, bank, model, known).read(configurations, readings);
                }
            if (readings.isEmpty()) throw new UserException("no answer of " + reader + " could be used");
            StaticReport report = StaticReport.of(
                    agent == null ? "" : agent.toString(),
                    model.map(ModelReader::name),
                    outputs,
                    readings,
                    runs(),
                    bank);
            keep(ground, report);
            if (json) System.out.println(CanonicalJson.tree(report));
            else System.out.print(text(report.tools()) + mechanisms(report.mechanisms()));
        }
        return 0;
    }

    private Optional<ModelReader> model(AuditGround ground) {
        return switch (reader) {
            case COMPARISON -> Optional.empty();
            case MODEL ->
                Optional.of(new ModelReader(
                        role(ground, "investigator"),
                        role(ground, "judge"),
                        SplitRandom.of(0).split("static reader"),
                        ground.progress()::at));
            default ->
                throw new UserException("--reader takes one of " + COMPARISON + ", " + MODEL + ", not " + reader);
        };
    }

    private static Chat role(AuditGround ground, String name) {
        return ground.role(name)
                .orElseThrow(() -> new UserException("--reader model needs --roles FILE with the roles investigator,"
                        + " which names behaviours, and judge, which knows them (docs/chat.md)"));
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

    private static Map<String, JsonNode> known(AuditGround ground) {
        Map<String, JsonNode> known = new HashMap<>();
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
        private final Optional<ModelReader> model;
        private final Map<String, JsonNode> known;

        OneTarget(
                String name,
                AuditSubjects subjects,
                AuditGround ground,
                Bank bank,
                Optional<ModelReader> model,
                Map<String, JsonNode> known) {
            this.name = name;
            this.subjects = subjects;
            this.ground = ground;
            this.bank = bank;
            this.model = model;
            this.known = known;
        }

        void read(List<Configuration> configurations, List<StaticEvaluation.Reading> into) {
            AuditSubjects.Subject subject = subjects.subject(name);
            if (!subject.known())
                throw new UserException("nobody knows what " + name + " hides: give organisms and twins of a suite");
            Target reference = subjects.reference(name);
            for (Configuration tool : configurations)
                readout(tool, subject, reference)
                        .map(r -> new StaticEvaluation.Reading(
                                name, subject.behaviour().map(Behaviour::name), r))
                        .ifPresent(into::add);
        }

        private Optional<Readout> readout(Configuration tool, AuditSubjects.Subject subject, Target reference) {
            List<Behaviour> truths = subject.behaviour().map(List::of).orElseGet(AuditStaticCommand.this::hidden);
            String key =
                    String.join(" ", subject.target().name(), reference.name(), tool.slug(), Integer.toString(outputs));
            if (model.isPresent())
                key += ", " + model.get().name() + ", "
                        + truths.stream().map(Behaviour::name).collect(Collectors.joining(" "));
            JsonNode kept = known.get(key);
            if (kept != null) {
                Class<? extends Readout> type = model.isPresent() ? ModelReadout.class : ComparedReadout.class;
                return Optional.of(CanonicalJson.value(kept, type));
            }
            ground.progress().say(name + ", " + tool.slug());
            Toolbox toolbox = subjects.toolbox(bank, reference, with); // opens its oracle once, whoever reads
            Tool of = alone(toolbox, tool, subject.target());
            try {
                Readout made = model.isPresent()
                        ? model.get().read(tool.slug(), of, outputs, truths)
                        : ComparedReadout.of(
                                tool.slug(),
                                of.outputs(outputs),
                                alone(toolbox, tool, reference).outputs(outputs),
                                bank);
                ground.journal().append(RECORD, new Kept(key, CanonicalJson.tree(made)));
                ground.journal().commit();
                return Optional.of(made);
            } catch (ModelReader.Unusable e) {
                ground.progress().say(name + ", " + tool.slug() + " is left out: " + e.getMessage());
                return Optional.empty();
            }
        }

        private Tool alone(Toolbox toolbox, Configuration tool, Target of) {
            return toolbox.alone(tool, new Session(of, Tool.fixed("static")), outputs);
        }
    }

    /** What a clean twin is suspected of: what the organisms hide that are read beside it, or else all that is shipped. */
    private List<Behaviour> hidden() {
        List<Behaviour> out = targets.stream()
                .map(Variant::of)
                .flatMap(v -> v.behaviour().stream())
                .distinct()
                .toList();
        return out.isEmpty() ? Bank.behaviours().stream().map(Behaviour::of).toList() : out;
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
        OptionalDouble chance = tools.getFirst().chance();
        return TextTable.left(rows)
                + "\nnamed in ten: one of ten guesses after all outputs is right"
                + (chance.isPresent()
                        ? String.format(Locale.ROOT, " (by chance %.1f %%)", 100 * chance.getAsDouble())
                        : "")
                + "; told the domain: the same of a reader who knows trigger or action; strong evidence: in a tenth of the"
                + " outputs or more; twins: the same said of clean models, over all behaviours; intervals and gaps over"
                + " behaviours\n";
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
