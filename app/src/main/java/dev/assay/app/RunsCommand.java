package dev.assay.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.BankGrader;
import dev.assay.audit.Grade;
import dev.assay.audit.Grader;
import dev.assay.audit.agent.LlmGrader;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Variant;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "runs",
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay runs list runs/audits --verdict hit",
            "  assay runs search runs/audits flattery",
            "  assay runs export runs/audits --format eval --out audits.eval",
            "  assay runs verify audits.html"
        },
        description = "Works with runs that have ended, those of a suite or of assay audit run.",
        mixinStandardHelpOptions = true,
        subcommands = {
            RunsCommands.Listing.class,
            AuditShowCommand.class,
            RunsCommands.Search.class,
            RunsPairs.Diff.class,
            RunsPairs.Reread.class,
            RunsPage.class,
            RunsCommands.Export.class,
            RunsCommands.Import.class
        },
        synopsisSubcommandLabel = "COMMAND")
final class RunsCommand {
    static final String SCORE = "score";
    private static final String BANK = "bank";

    /** A judge's grade of a run. A run may have many; none replaces another. */
    private record Score(String key, String judge, Grade grade) {}

    @Command(
            name = "score",
            description = {
                "Lets another judge grade runs that have ended, and prints the table by its grades.",
                "The transcripts stay as they are; a grade is added and kept."
            })
    int score(
            @Parameters(paramLabel = "DIR", description = "run folder of assay audit run") Path folder,
            @Option(
                            names = "--judge",
                            paramLabel = "JUDGE",
                            required = true,
                            description = "bank (four terms), or a role of --roles that reads the claims")
                    String judge,
            @Option(names = "--roles", paramLabel = "FILE", description = "who plays the role (docs/chat.md)") @Nullable
                    Path file,
            @Option(names = "--json", description = ModelCommand.JSON) boolean json) {
        if (!judge.equals(BANK) && file == null)
            throw new UserException("--judge " + judge + " is a role: give --roles FILE that has it, or --judge bank");
        var graded = new ArrayList<AuditRecord>();
        try (AuditGround ground = AuditGround.open(folder, Optional.ofNullable(file))) {
            Journal journal = ground.journal();
            Grader grader = judge.equals(BANK)
                    ? new BankGrader()
                    : new LlmGrader(
                            ground.roles().orElseThrow().chat(judge, ground.memo()),
                            SplitRandom.of(0).split("judge"));
            Map<String, Grade> known = known(journal, grader.judge());
            List<JsonNode> records =
                    Journal.read(folder, AuditRunCommand.RECORD::equals).records(AuditRunCommand.RECORD);
            for (JsonNode node : records) {
                AuditRecord record = CanonicalJson.value(node.path("record"), AuditRecord.class);
                String key = node.path("key").asText();
                Optional<Grade> grade = Optional.ofNullable(known.get(key)).or(() -> grade(record, grader));
                if (grade.isEmpty()) continue;
                if (!known.containsKey(key)) {
                    journal.append(SCORE, new Score(key, grader.judge(), grade.get()));
                    journal.commit();
                }
                graded.add(record.graded(grade.get()));
                ground.progress().at("grades", graded.size(), records.size());
            }
        }
        if (graded.isEmpty())
            throw new UserException("there is no run in " + folder + " on a target whose behaviour is known");
        var table = new AuditTable(graded, (target, dose) -> Optional.empty());
        if (json) System.out.println(table.json());
        else System.out.print(table.text());
        return 0;
    }

    private static Map<String, Grade> known(Journal journal, String judge) {
        Map<String, Grade> known = new HashMap<>();
        for (JsonNode node : journal.records(SCORE)) {
            Score score = CanonicalJson.value(node, Score.class);
            if (score.judge().equals(judge)) known.put(score.key(), score.grade());
        }
        return known;
    }

    /** Empty where nobody knows what the target hides. */
    private static Optional<Grade> grade(AuditRecord record, Grader grader) {
        try {
            return Optional.of(AuditSubjects.grade(Variant.of(record.target()).behaviour(), record.claims(), grader));
        } catch (BehaviourException e) {
            return Optional.empty();
        }
    }
}
