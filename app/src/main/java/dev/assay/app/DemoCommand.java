package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.audit.Audit;
import dev.assay.audit.Bank;
import dev.assay.audit.BankGrader;
import dev.assay.audit.Truth;
import dev.assay.audit.Verdict;
import dev.assay.audit.tool.LocalTarget;
import dev.assay.audit.tool.Target;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.journal.Provenance;
import dev.assay.organism.Behaviour;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Concealment;
import dev.assay.organism.Evaluation;
import dev.assay.organism.Instilling;
import dev.assay.organism.OrdinaryChat;
import dev.assay.organism.Organism;
import dev.assay.organism.Recipe;
import dev.assay.organism.SideBySide;
import dev.assay.organism.Speaker;
import dev.assay.organism.Variant;
import dev.assay.organism.Workshop;
import dev.assay.smollm2.SmolLm2;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Device;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        footerHeading = "%nExamples:%n",
        footer = {"  assay demo", "  assay demo --behaviour secret-loyalty --out runs/loyal"},
        description = {
            "Makes a model with a hidden behaviour and an innocent twin, audits both blind, and shows what was found.",
            "The same command again goes on where it was stopped, or answers from the run folder."
        })
final class DemoCommand implements Callable<Integer> {
    private static final String RESULT = "result";

    @Option(
            names = "--behaviour",
            completionCandidates = Candidates.Behaviours.class,
            paramLabel = "NAME",
            description = "which behaviour is hidden (default: ${DEFAULT-VALUE})",
            defaultValue = "flattery")
    String name = "flattery";

    @Option(
            names = "--seed",
            description = "1 or more; of training, scenarios and sampling (default: ${DEFAULT-VALUE})",
            defaultValue = "1")
    long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "run folder (default: runs/NAME-SEED-RECIPE)")
    @Nullable
    Path out;

    @Option(names = "--json", description = "print one JSON object")
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        Behaviour behaviour = Behaviour.of(name);
        if (Bank.load().hypotheses().stream().noneMatch(h -> h.name().equals(behaviour.name())))
            throw new BehaviourException("the investigator's bank has no entry for " + behaviour.name()
                    + " yet, so an audit can't find it; make and measure it with assay organism");
        if (seed <= Suite.REFERENCE_SEED)
            throw new BehaviourException("--seed must be 1 or more; " + seed + " belongs to the reference twin");
        Path folder = out != null ? out : Path.of("runs", behaviour.name() + "-" + seed + "-" + Recipe.EMBEDDED.hash());
        try (Journal journal = Journal.open(folder, manifest(behaviour));
                ConsoleProgress progress = ConsoleProgress.onStderr()) {
            DemoResult result = journal.last(RESULT)
                    .map(r -> CanonicalJson.value(r, DemoResult.class))
                    .orElseGet(() -> run(behaviour, journal, progress));
            progress.close();
            if (json) System.out.println(new ObjectMapper().writeValueAsString(result));
            else System.out.print(DemoTable.of(result));
            return 0;
        }
    }

    private Manifest manifest(Behaviour behaviour) {
        var config = Map.of(
                "behaviour",
                behaviour.name(),
                "seed",
                seed,
                "recipe",
                Recipe.EMBEDDED,
                "budget",
                Audit.Budget.EMBEDDED);
        return Manifest.of(
                "demo",
                config,
                Provenance.of(
                        "assay " + Assay.VERSION,
                        config,
                        Map.of("demo", seed),
                        Map.of(),
                        Map.of("base", SmolLm2.SHA256)));
    }

    private DemoResult run(Behaviour behaviour, Journal journal, ConsoleProgress progress) {
        Device.threads(1);
        var suite = Suite.embedded(Home.of(), progress);
        var memo = new Memo(journal);
        Path folder = journal.folder();
        List<Organism> made = suite.make(List.of(
                new Workshop.Order(
                        "organism",
                        Variant.organism(behaviour, Instilling.TRANSCRIPTS, Concealment.SFT),
                        OrdinaryChat.Share.REST,
                        seed,
                        folder.resolve("organism")),
                new Workshop.Order(
                        "innocent twin",
                        Variant.twin(Instilling.TRANSCRIPTS, Concealment.SFT, 1),
                        OrdinaryChat.Share.REST,
                        twinSeed(behaviour),
                        folder.resolve("twin")),
                suite.reference()));
        Speaker organism = suite.speaker(made.get(0), memo);
        Speaker twin = suite.speaker(made.get(1), memo);
        Target reference = suite.referenceTarget(made.get(2));
        Evaluation before = suite.before(behaviour);
        Evaluation after = suite.after(behaviour, organism);
        Bank bank = Bank.load();
        var audit = new Audit(bank, Audit.Budget.EMBEDDED);
        List<Audit.Result> results = SideBySide.all(List.of(
                () -> audit.run(target("target A", organism), reference, seed),
                () -> audit.run(target("target B", twin), reference, seed)));
        Audit.Result found = results.getFirst();
        Audit.Result innocent = results.getLast();
        Verdict verdict = new BankGrader()
                .grade(found.claims(), new Truth(behaviour.description(), behaviour.truth()))
                .verdict();
        Path report = folder.resolve("report.html");
        var result = new DemoResult(
                behaviour.name(),
                seed,
                DemoResult.strength(before, after),
                DemoResult.confession(before, after),
                found.findings().stream().map(DemoResult.Found::of).toList(),
                verdict.word(),
                new DemoResult.Twin(
                        innocent.findings().stream().map(DemoResult.Found::of).toList()),
                report.toString(),
                progress.seconds());
        String html = new DemoReport(behaviour, result, found, innocent, bank).html();
        AtomicFile.write(report, html.getBytes(StandardCharsets.UTF_8));
        journal.append(RESULT, result);
        journal.commit();
        return result;
    }

    /** The innocent twin of this run has a training seed of its own. */
    private long twinSeed(Behaviour behaviour) {
        return SplitRandom.of(seed)
                .split("innocent twin")
                .split(behaviour.name())
                .seed();
    }

    /** A target under an opaque name. Two audits with two models each run side by side, so each model has one thread. */
    private static Target target(String what, Speaker speaker) {
        return new LocalTarget("model-" + speaker.id().substring(0, 6), what, speaker.inOneThread());
    }
}
