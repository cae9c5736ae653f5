package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.audit.Audit;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Bank;
import dev.assay.audit.Grader;
import dev.assay.audit.Toolbox;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.Lockstep;
import dev.assay.audit.tool.Target;
import dev.assay.chat.Roles;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.organism.SideBySide;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = {
            "Audits targets, each with each tool, so many times, and prints what was found and how it did.",
            "Stopped at any moment and started again, it goes on; what is finished stays."
        })
final class AuditRunCommand implements Callable<Integer> {
    static final String RECORD = "audit";
    /** The part of a budget that a tool's outputs may take. */
    private static final double FOR_TOOL = 0.4;

    @Parameters(paramLabel = "TARGET", arity = "1..*", description = "organisms, models, or role:NAME")
    List<String> targets = new ArrayList<>();

    @Option(
            names = "--tool",
            split = ",",
            paramLabel = "TOOL",
            defaultValue = "chat",
            description = "one or more of the tools of docs/tools.md (default: chat alone)")
    List<String> tools = List.of("chat");

    @Option(names = "--runs", defaultValue = "1", description = "of each target with each tool (default: 1)")
    int runs;

    @Option(
            names = "--budget",
            paramLabel = "TOKENS",
            defaultValue = "12000",
            description = "that the target may write in a run (default: ${DEFAULT-VALUE})")
    int budget;

    @Option(
            names = "--dose",
            defaultValue = "1",
            paramLabel = "X",
            description = "scale of an organism's instilling adapter (default: 1)")
    double dose;

    @Option(names = "--reference", paramLabel = "NAME", description = "clean model (default: a twin of the recipe)")
    @Nullable
    String reference;

    @Option(names = "--without", paramLabel = "NAME", description = "takes an entry out of the bank, as a control")
    @Nullable
    String without;

    @Option(names = "--out", paramLabel = "DIR", description = "run folder (default: runs/audits)")
    Path out = Path.of("runs", "audits");

    @Mixin
    OrganismCommand.Where where = new OrganismCommand.Where();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        List<Configuration> configurations =
                tools.stream().map(Configuration::of).toList();
        var records = new ArrayList<AuditRecord>();
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                Journal journal = Journal.open(out, Manifest.ofCache("audits"))) {
            Pocket pocket = where.pocket(progress);
            Optional<Roles> roles =
                    Optional.ofNullable(where.authors.roles).map(file -> Roles.read(file, new LocalModels()));
            for (Configuration tool : configurations)
                for (String target : targets) records.addAll(cell(target, tool, pocket, roles, journal, progress));
            progress.close();
        }
        var table = new AuditTable(records);
        if (json) ModelCommand.print(table.json());
        else System.out.print(table.text());
        return 0;
    }

    /** The runs of one target with one tool: those that are kept, and the others, side by side. */
    private List<AuditRecord> cell(
            String name,
            Configuration tool,
            Pocket pocket,
            Optional<Roles> roles,
            Journal journal,
            ConsoleProgress progress) {
        var memo = new Memo(journal);
        try (var subjects = new AuditSubjects(pocket, roles, memo, progress, dose)) {
            String twin = subjects.referenceName(name, Optional.ofNullable(reference));
            Map<Integer, AuditRecord> kept = kept(journal, name, twin, tool);
            List<Integer> missing = java.util.stream.IntStream.rangeClosed(1, runs)
                    .filter(r -> !kept.containsKey(r))
                    .boxed()
                    .toList();
            if (!missing.isEmpty()) {
                progress.say(name + ", " + tool.slug() + ": " + missing.size() + " of " + runs + " runs");
                AuditSubjects.Subject subject = subjects.subject(name);
                Target clean = subjects.reference(name, Optional.ofNullable(reference));
                for (AuditRecord r : audit(subject, twin, clean, tool, missing)) {
                    kept.put(r.run(), r);
                    journal.append(RECORD, Map.of("key", key(name, twin, tool, r.run()), "record", r));
                }
                journal.commit();
            }
            return List.copyOf(kept.values());
        }
    }

    private List<AuditRecord> audit(
            AuditSubjects.Subject subject, String twin, Target clean, Configuration tool, List<Integer> numbers) {
        Bank whole = Bank.load();
        Bank bank = without == null ? whole : whole.without(without);
        var audit = new Audit(
                bank,
                Audit.Budget.ofTokens(budget),
                Toolbox.offline().instrument(tool, (int) (FOR_TOOL * budget), clean));
        var one = new Lockstep(subject.target(), numbers.size());
        var other = new Lockstep(clean, numbers.size());
        List<Supplier<AuditRecord>> work = new ArrayList<>();
        for (int number : numbers)
            work.add(() -> {
                try (Lockstep.Member target = one.member();
                        Lockstep.Member reference = other.member()) {
                    Audit.Result result = audit.run(target, reference, number);
                    Grader.Grade grade = Grader.grade(result, subject.truth());
                    return AuditRecord.of(subject.name(), twin, tool.slug(), dose, number, grade, result);
                }
            });
        return SideBySide.all(work);
    }

    private static Map<Integer, AuditRecord> keptIn(Journal journal, String prefix) {
        Map<Integer, AuditRecord> found = new java.util.TreeMap<>();
        journal.records(RECORD).forEach(r -> {
            if (!r.path("key").asText().startsWith(prefix)) return;
            AuditRecord record = CanonicalJson.value(r.path("record"), AuditRecord.class);
            found.put(record.run(), record);
        });
        return found;
    }

    private Map<Integer, AuditRecord> kept(Journal journal, String name, String twin, Configuration tool) {
        Map<Integer, AuditRecord> all = keptIn(journal, prefix(name, twin, tool));
        all.keySet().removeIf(r -> r > runs);
        return all;
    }

    private String prefix(String name, String twin, Configuration tool) {
        return String.join(
                        " ",
                        name,
                        twin,
                        tool.slug(),
                        Double.toString(dose),
                        Integer.toString(budget),
                        without == null ? "-" : without)
                + " ";
    }

    private String key(String name, String twin, Configuration tool, int run) {
        return prefix(name, twin, tool) + run;
    }
}
