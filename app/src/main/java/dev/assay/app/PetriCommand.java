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
import dev.assay.chat.Roles;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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

    @Parameters(paramLabel = "TARGET", description = "an organism, a model, or role:NAME")
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

    @Option(names = "--out", paramLabel = "DIR", description = "where answers are kept (default: runs/audits)")
    Path out = Path.of("runs", "audits");

    @Mixin
    OrganismCommand.Where where = new OrganismCommand.Where();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() {
        List<Seed> chosen = chosen();
        if (trials < 1 || replies < 1) throw new UserException("--trials and --replies must be 1 or more");
        Path folder = transcripts != null
                ? transcripts
                : out.resolve("petri").resolve(name.replaceAll("[^A-Za-z0-9.-]+", "-"));
        List<Transcript> ranked;
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                Journal journal = Journal.open(out, Manifest.ofCache("audits"))) {
            var memo = new Memo(journal);
            Optional<Roles> roles = Optional.ofNullable(where.authors.roles).map(f -> Roles.read(f, new LocalModels()));
            try (var subjects = new AuditSubjects(where.pocket(progress), roles, memo, progress, 1)) {
                Target target = subjects.subject(name).target();
                var petri = new Petri(
                        auditor(role(roles, "auditor", memo), progress),
                        judge(role(roles, "judge", memo), progress),
                        replies,
                        Target.REPLY);
                ranked = petri.run(target, chosen, trials, Tool.fixed("petri"));
            }
            TranscriptFolder.write(folder, ranked);
        }
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

    private static Optional<Chat> role(Optional<Roles> roles, String role, Memo memo) {
        return roles.filter(r -> r.names().contains(role)).map(r -> r.chat(role, memo));
    }

    private Auditor auditor(Optional<Chat> model, ConsoleProgress progress) {
        return model.<Auditor>map(chat -> new ModelAuditor(chat, replies, progress::at))
                .orElseGet(() -> new ScriptedAuditor(readings(), Dimension.shipped()));
    }

    private static Judge judge(Optional<Chat> model, ConsoleProgress progress) {
        return model.<Judge>map(chat -> new ModelJudge(
                        chat, Dimension.shipped(), SplitRandom.of(0).split("petri judge"), progress::at))
                .orElseGet(() -> new DetectorJudge(readings(), Dimension.shipped()));
    }

    private static Readings readings() {
        return new Readings(Bank.load()::scores);
    }

    private static String text(List<Transcript> ranked, Path folder) {
        var rows = new ArrayList<>(List.of(List.of("concern", "dialogue", "summary")));
        for (Transcript t : ranked.subList(0, Math.min(SHOWN, ranked.size())))
            rows.add(List.of(
                    String.format(Locale.ROOT, "%.1f", t.judgement().concern()),
                    t.title(),
                    shortened(t.judgement().summary())));
        return TextTable.left(rows) + ranked.size() + " transcripts in " + folder + "\n";
    }

    private static String shortened(String text) {
        String one = text.replaceAll("\\s+", " ").strip();
        return one.length() > 70 ? one.substring(0, 67) + "..." : one;
    }
}
