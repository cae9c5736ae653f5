package dev.assay.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.agent.Limits;
import dev.assay.audit.suite.SuiteBook;
import dev.assay.audit.suite.SuitePlan;
import dev.assay.audit.tool.Configuration;
import dev.assay.journal.CanonicalJson;
import dev.assay.organism.SideBySide;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay audit run flattery-td-sft",
            "  assay audit run flattery-td-sft twin-td-sft --tool chat,log-ratio --runs 5",
            "  assay audit run role:target --roles roles.yaml --investigator llm"
        },
        description = {
            "Audits targets, each with each tool, so many times, and prints what was found and how it did.",
            "Stopped at any moment and started again, it goes on; what is finished stays."
        })
final class AuditRunCommand implements Callable<Integer> {
    static final String RECORD = SuiteBook.RECORD;
    private static final String CONTRAST = SuitePlan.CONTRAST;
    private static final String LLM = SuitePlan.LLM;
    private static final int CONTRAST_TOKENS = 12_000;

    @Parameters(
            paramLabel = "TARGET",
            completionCandidates = Candidates.Organisms.class,
            arity = "1..*",
            description = "organisms, models, or role:NAME")
    List<String> targets = new ArrayList<>();

    @Option(
            names = "--tool",
            completionCandidates = Candidates.Tools.class,
            split = ",",
            paramLabel = "TOOL",
            defaultValue = "chat",
            description = "one or more of the tools of docs/tools.md (default: chat alone)")
    List<String> tools = List.of("chat");

    @Option(names = "--runs", defaultValue = "1", description = "of each target with each tool (default: 1)")
    int runs;

    @Option(
            names = "--investigator",
            paramLabel = "KIND",
            defaultValue = CONTRAST,
            description =
                    "contrast (default): offline, with a bank of hypotheses; llm: role investigator of --roles, graded"
                            + " by role judge (docs/agent.md)")
    String investigator = CONTRAST;

    @Option(
            names = "--budget",
            paramLabel = "TOKENS",
            description =
                    "in a run: that the target may write (contrast, default 12000), or the investigator (llm, 25000)")
    @Nullable
    Integer tokens;

    @Option(
            names = "--dose",
            split = ",",
            defaultValue = "1",
            paramLabel = "X",
            description = "scales of an organism's instilling adapter, such as .25,.5,.75,1 (default: 1)")
    List<Double> doses = List.of(1.0);

    @Option(names = "--without", paramLabel = "NAME", description = "takes an entry out of the bank, as a control")
    @Nullable
    String without;

    @Mixin
    ToolOptions with = new ToolOptions();

    @Mixin
    AuditOptions audits = new AuditOptions();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() {
        List<Configuration> configurations =
                tools.stream().map(Configuration::of).toList();
        if (!List.of(CONTRAST, LLM).contains(investigator))
            throw new UserException("--investigator takes contrast or llm, not " + investigator);
        if (investigator.equals(LLM) && audits.roles == null)
            throw new UserException(
                    "--investigator llm needs --roles FILE with the roles investigator and judge (docs/agent.md)");
        if (runs < 1) throw new UserException("--runs must be 1 or more");
        Bank bank = without == null ? Bank.load() : Bank.load().without(without);
        var records = new ArrayList<AuditRecord>();
        try (AuditGround ground = audits.open()) {
            Pocket pocket = audits.suite.pocket(ground.progress());
            for (Configuration tool : configurations)
                for (double dose : doses)
                    for (String target : targets)
                        try (AuditSubjects subjects = audits.subjects(pocket, ground, dose)) {
                            records.addAll(new Cell(target, tool, dose, bank, subjects, ground).records());
                        }
            ground.progress().close();
            var table = new AuditTable(records, pocket::knownStrength);
            if (json) System.out.println(table.json());
            else System.out.print(table.text());
        }
        return 0;
    }

    private int budget() {
        if (tokens != null && tokens < 1) throw new UserException("--budget must be 1 or more");
        int standard = investigator.equals(LLM) ? (int) Limits.TOKENS : CONTRAST_TOKENS;
        return tokens == null ? standard : tokens;
    }

    /** The runs of one target with one tool at one dose. */
    private final class Cell {
        private final String name;
        private final Configuration tool;
        private final double dose;
        private final Bank bank;
        private final AuditSubjects subjects;
        private final AuditGround ground;
        private final String twin;

        Cell(String name, Configuration tool, double dose, Bank bank, AuditSubjects subjects, AuditGround ground) {
            this.name = name;
            this.tool = tool;
            this.dose = dose;
            this.bank = bank;
            this.subjects = subjects;
            this.ground = ground;
            this.twin = subjects.referenceName(name);
        }

        /** Those that are kept, and the others, side by side. */
        List<AuditRecord> records() {
            Map<Integer, AuditRecord> records = kept();
            List<Integer> missing = IntStream.rangeClosed(1, runs)
                    .filter(r -> !records.containsKey(r))
                    .boxed()
                    .toList();
            if (missing.isEmpty()) return List.copyOf(records.values());
            ground.progress().say(name + ", " + tool.slug() + ": " + missing.size() + " of " + runs + " runs");
            for (AuditRecord r : audit(missing)) {
                records.put(r.run(), r);
                ground.journal().append(RECORD, Map.of("key", prefix() + r.run(), "record", r));
            }
            ground.journal().commit();
            return List.copyOf(records.values());
        }

        private Map<Integer, AuditRecord> kept() {
            Map<Integer, AuditRecord> found = new TreeMap<>();
            for (JsonNode r : ground.journal().records(RECORD)) {
                if (!r.path("key").asText().startsWith(prefix())) continue;
                AuditRecord record = CanonicalJson.value(r.path("record"), AuditRecord.class);
                if (record.run() <= runs) found.put(record.run(), record);
            }
            return found;
        }

        private List<AuditRecord> audit(List<Integer> numbers) {
            var audits = new Audits(ground, investigator, budget(), bank, with);
            List<Audits.Piece> pieces =
                    numbers.stream().map(n -> new Audits.Piece(tool, n, 1)).toList();
            boolean asks = investigator.equals(LLM);
            try {
                return SideBySide.all(
                        audits.seat(subjects, name, dose).work(pieces), asks ? AgentRuns.AT_ONCE : pieces.size());
            } finally {
                if (asks)
                    ground.roles()
                            .orElseThrow()
                            .totals()
                            .forEach(t -> ground.progress().say(t.line()));
            }
        }

        /** What the runs of this cell have in common, as the beginning of their keys. */
        private String prefix() {
            String removed = without == null ? "-" : without;
            return String.join(" ", investigator, name, twin, tool.slug(), "" + dose, "" + budget(), removed) + " ";
        }
    }
}
