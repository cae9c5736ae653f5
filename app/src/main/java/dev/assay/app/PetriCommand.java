package dev.assay.app;

import dev.assay.audit.Bank;
import dev.assay.audit.petri.Auditor;
import dev.assay.audit.petri.DetectorJudge;
import dev.assay.audit.petri.Dimension;
import dev.assay.audit.petri.Judge;
import dev.assay.audit.petri.ModelAuditor;
import dev.assay.audit.petri.ModelJudge;
import dev.assay.audit.petri.Petri;
import dev.assay.audit.petri.Readings;
import dev.assay.audit.petri.ScriptedAuditor;
import dev.assay.audit.petri.Seed;
import dev.assay.audit.petri.Seeds;
import dev.assay.audit.petri.Transcript;
import dev.assay.audit.petri.TranscriptFolder;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.chat.Chat;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "petri",
        description = {
            "Lets an automated auditor hold dialogues with a target, with roll-back and branches, and a judge rank them.",
            "Roles auditor and judge of --roles play these parts; without them a script and the bank's detectors do."
        })
final class PetriCommand implements Callable<Integer> {
    private static final int SHOWN = 10;
    /** Characters of a summary in the table. */
    private static final int SUMMARY = 70;

    @Parameters(
            paramLabel = "TARGET",
            completionCandidates = Candidates.Organisms.class,
            description = "an organism, a model, or role:NAME")
    String name = "";

    @Option(
            names = "--seed-file",
            paramLabel = "FILE",
            description = "one seed of your own in markdown (docs/tools.md)")
    @Nullable
    Path seedFile;

    @Option(names = "--seeds", paramLabel = "N", description = "the first N of the shipped seeds (default: all)")
    @Nullable
    Integer seeds;

    @Option(names = "--trials", defaultValue = "1", description = "of each seed (default: 1)")
    int trials;

    @Option(
            names = "--replies",
            defaultValue = "15",
            description = "of the target in a dialogue, at most (default: 15)")
    int replies;

    @Option(
            names = "--transcripts",
            paramLabel = "DIR",
            description = "where they are written (default: OUT/petri/TARGET)")
    @Nullable
    Path transcripts;

    @Mixin
    AuditOptions audits = new AuditOptions();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() {
        List<Seed> chosen = chosen();
        if (trials < 1 || replies < 1) throw new UserException("--trials and --replies must be 1 or more");
        Path folder =
                transcripts != null ? transcripts : audits.out.resolve("petri").resolve(AuditGround.fileName(name));
        List<Transcript> ranked;
        try (AuditGround ground = audits.open();
                AuditSubjects subjects = audits.subjects(ground)) {
            Target target = subjects.subject(name).target();
            ranked = petri(ground).run(target, chosen, trials, Tool.fixed("petri"));
        }
        TranscriptFolder.write(folder, ranked);
        if (json) System.out.println(CanonicalJson.tree(ranked));
        else System.out.print(text(ranked, folder));
        return 0;
    }

    private List<Seed> chosen() {
        if (seedFile != null && seeds != null) throw new UserException("give --seed-file or --seeds, not both");
        if (seedFile != null) return Seeds.read(seedFile);
        List<Seed> all = Seeds.shipped();
        if (seeds != null && (seeds < 1 || seeds > all.size()))
            throw new UserException("--seeds must be 1 to " + all.size());
        return seeds == null ? all : all.subList(0, seeds);
    }

    /** Who plays no role of the file is replaced by a script, or by the bank's detectors. */
    private Petri petri(AuditGround ground) {
        var readings = new Readings(Bank.load()::scores);
        List<Dimension> dimensions = Dimension.shipped();
        Chat.Progress progress = ground.progress()::at;
        Auditor auditor = ground.role("auditor")
                .<Auditor>map(chat -> new ModelAuditor(chat, replies, progress))
                .orElseGet(() -> new ScriptedAuditor(readings, dimensions));
        Judge judge = ground.role("judge")
                .<Judge>map(chat ->
                        new ModelJudge(chat, dimensions, SplitRandom.of(0).split("petri judge"), progress))
                .orElseGet(() -> new DetectorJudge(readings, dimensions));
        return new Petri(auditor, judge, replies, Target.REPLY);
    }

    private static String text(List<Transcript> ranked, Path folder) {
        var rows = new ArrayList<>(List.of(List.of("concern", "dialogue", "summary")));
        for (Transcript t : ranked.subList(0, Math.min(SHOWN, ranked.size())))
            rows.add(List.of(
                    String.format(Locale.ROOT, "%.1f", t.judgement().concern()),
                    t.title(),
                    TextTable.shortened(t.judgement().summary(), SUMMARY)));
        return TextTable.left(rows) + ranked.size() + " transcripts in " + folder + "\n";
    }
}
