package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.organism.Judge;
import dev.assay.organism.Organism;
import dev.assay.organism.Variant;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "organism",
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay organism build flattery-td-sft twin-td-sft",
            "  assay organism evaluate flattery-td-sft --json",
            "  assay organism card flattery-td-sft"
        },
        description = {
            "Makes and measures model organisms, models with a known hidden behaviour, and their clean twins.",
            "A name says behaviour, how it is instilled and how it is concealed: flattery-td-sft, twin-sdf-kto-2."
        },
        mixinStandardHelpOptions = true,
        subcommands = {BehaviourCheckCommand.class, JudgesCommand.class, OrganismImportCommand.class},
        synopsisSubcommandLabel = "COMMAND")
final class OrganismCommand {
    private static final String NAMES = "such as flattery-td-sft: BEHAVIOUR-(td|sdf)-(none|sft|kto)";

    /** Where the organisms lie, and which models write their texts. */
    static final class Where extends SuiteOptions {
        @Mixin
        AuthorOptions authors = new AuthorOptions();

        @Override
        String suffix() {
            return authors.suffix();
        }

        /** Does work with the suite and, if some are named, the models that write its texts. */
        <T> T withAuthors(ConsoleProgress progress, Function<Pocket, T> work) {
            Named named = named();
            return authors.with(
                    named.folder(),
                    progress,
                    writing -> work.apply(pocket(progress, named, writing, Judge::of, Judges.RULES)));
        }
    }

    /** Which organisms. */
    static final class Which {
        @Parameters(
                paramLabel = "NAME",
                completionCandidates = Candidates.Organisms.class,
                arity = "0..*",
                description = NAMES)
        List<String> names = new ArrayList<>();

        @Option(names = "--suite", paramLabel = "NAME", description = "pocket: all targets and clean twins")
        @Nullable
        String suite;

        List<Variant> variants() {
            return Pocket.variants(names, Optional.ofNullable(suite));
        }
    }

    @Command(name = "list", description = "The suite's organisms and twins: what is made and what was measured.")
    int list(@Mixin Where where, @Option(names = "--json", description = ModelCommand.JSON) boolean json)
            throws JsonProcessingException {
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            Pocket pocket = where.pocket(progress);
            var table = new OrganismTable(pocket);
            if (json) ModelCommand.print(Map.of("organisms", table.json(Variant.pocket())));
            else System.out.print(table.list());
        }
        return 0;
    }

    @Command(
            name = "build",
            description = {
                "Makes organisms: corpus, instilling, concealment.",
                "Stopped at any moment and started again, it goes on; what is finished stays."
            })
    int build(
            @Mixin Which which,
            @Mixin Where where,
            @Option(
                            names = "--at-once",
                            paramLabel = "N",
                            description = "trainings side by side, a thread each (default: one for each processor)")
                    @Nullable
                    Integer atOnce,
            @Option(names = "--json", description = ModelCommand.JSON) boolean json)
            throws JsonProcessingException {
        List<Variant> variants = which.variants();
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            Pocket pocket = where.withAuthors(progress, p -> {
                p.make(variants, atOnce == null ? Device.processors() : Math.max(1, atOnce));
                return p;
            });
            progress.close();
            if (json) ModelCommand.print(Map.of("organisms", new OrganismTable(pocket).json(variants)));
            else variants.forEach(v -> System.out.println(pocket.organism(v).folder()));
        }
        return 0;
    }

    @Command(
            name = "evaluate",
            description = {
                "Measures what organisms really do, beside the untrained model: strength, confession, side effects.",
                "Twins are measured on every behaviour. What was measured once is not measured again."
            })
    int evaluate(
            @Mixin Which which,
            @Mixin Where where,
            @Option(
                            names = "--doses",
                            split = ",",
                            paramLabel = "X",
                            description = "strength at these scales of the instilling adapter, such as .25,.5,.75,1")
                    @Nullable
                    List<Double> doses,
            @Option(names = "--report", paramLabel = "FILE", description = "with --doses: draws them on an HTML page")
                    @Nullable
                    Path report,
            @Option(names = "--markdown", paramLabel = "FILE", description = "writes the table to a page") @Nullable
                    Path markdown,
            @Option(
                            names = "--by",
                            paramLabel = "KIND",
                            defaultValue = Judges.RULES,
                            description = "judges: " + Judges.KINDS)
                    String kind,
            @Option(names = "--json", description = ModelCommand.JSON) boolean json)
            throws JsonProcessingException {
        try (ConsoleProgress progress = ConsoleProgress.onStderr();
                var judges = new Judges(Home.of(), kind, Optional.ofNullable(where.authors.roles), progress)) {
            Pocket pocket = where.pocket(progress, judges);
            List<Variant> made = which.variants().stream()
                    .filter(v -> which.suite == null || pocket.organism(v).complete())
                    .toList();
            made.forEach(v -> complete(pocket, v));
            if (doses != null) return doses(DoseResponse.of(pocket, made, doses), Optional.ofNullable(report), json);
            for (Variant v : made) {
                progress.say(v.name());
                if (v.behaviour().isEmpty()) pocket.evaluateTwin(v);
                else {
                    pocket.base(v.behaviour().get());
                    pocket.evaluateBefore(v);
                    pocket.evaluate(v);
                }
            }
            progress.close();
            var table = new OrganismTable(pocket);
            if (markdown != null)
                AtomicFile.write(markdown, table.markdown(made).getBytes(StandardCharsets.UTF_8));
            if (json)
                ModelCommand.print(Map.of(
                        "organisms",
                        table.json(made),
                        "summary",
                        SuiteSummary.of(pocket, made).json()));
            else System.out.print(table.text(made));
        }
        return 0;
    }

    private static int doses(DoseResponse measured, Optional<Path> report, boolean json)
            throws JsonProcessingException {
        report.ifPresent(f -> AtomicFile.write(f, measured.html().getBytes(StandardCharsets.UTF_8)));
        if (json) ModelCommand.print(Map.of("doses", measured.json()));
        else System.out.print(measured.text());
        return 0;
    }

    @Command(name = "card", description = "Writes an organism's model card, card.html and card.json, into its folder.")
    int card(
            @Parameters(paramLabel = "NAME", completionCandidates = Candidates.Organisms.class, description = NAMES)
                    String name,
            @Mixin Where where,
            @Option(names = "--json", description = "print the card as JSON") boolean json)
            throws JsonProcessingException {
        Variant v = Variant.of(name);
        if (v.behaviour().isEmpty()) throw new UserException("a clean twin has no card; see assay organism evaluate");
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            Pocket pocket = where.pocket(progress);
            complete(pocket, v);
            var card = OrganismCard.of(pocket, v);
            Path folder = pocket.organism(v).folder();
            String stem = "card-" + v.concealment().slug();
            AtomicFile.write(folder.resolve(stem + ".html"), card.html().getBytes(StandardCharsets.UTF_8));
            AtomicFile.write(folder.resolve(stem + ".json"), CanonicalJson.pretty(card.json()));
            progress.close();
            if (json) System.out.println(new ObjectMapper().writeValueAsString(card.json()));
            else System.out.println(folder.resolve(stem + ".html"));
        }
        return 0;
    }

    @Command(
            name = "export",
            description = "Copies an organism's adapters, as PEFT reads them, and its card to a folder.")
    int export(
            @Parameters(paramLabel = "NAME", completionCandidates = Candidates.Organisms.class, description = NAMES)
                    String name,
            @Mixin Where where,
            @Option(names = "--out", paramLabel = "DIR", required = true, description = "where to") Path out) {
        Variant v = Variant.of(name);
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            Pocket pocket = where.pocket(progress);
            complete(pocket, v);
            Organism organism = pocket.organism(v);
            for (String stage : organism.stages()) copy(organism.folder().resolve(stage), out.resolve(stage));
            for (String kind : List.of(".html", ".json")) {
                Path card = organism.folder().resolve("card-" + v.concealment().slug() + kind);
                if (Files.exists(card)) copyFile(card, out.resolve("card" + kind));
            }
        }
        System.out.println(out);
        return 0;
    }

    private static void complete(Pocket pocket, Variant v) {
        if (!pocket.organism(v).complete())
            throw new UserException(
                    v.name() + " is not made in " + pocket.folder() + ": assay organism build " + v.name());
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            files.forEach(f -> copyFile(f, to.resolve(f.getFileName())));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy " + from + " to " + to + ": " + e.getMessage(), e);
        }
    }

    private static void copyFile(Path from, Path to) {
        try {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy " + from + " to " + to + ": " + e.getMessage(), e);
        }
    }
}
