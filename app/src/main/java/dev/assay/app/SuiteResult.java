package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.suite.RunFolder;
import dev.assay.audit.suite.Suite;
import dev.assay.audit.suite.SuiteForecast;
import dev.assay.audit.suite.SuitePlan;
import dev.assay.audit.suite.SuiteStatistics;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Evaluation;
import dev.assay.organism.Variant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a folder of runs holds, and what is known of its targets.
 *
 * @param folder as the user calls it
 * @param runs that count, in the plan's order
 * @param forecast of a suite
 * @param organisms where they lie
 */
record SuiteResult(
        String name,
        String folder,
        List<RunFolder.Run> runs,
        SuiteStatistics statistics,
        Optional<SuiteForecast> forecast,
        Optional<Pocket> organisms) {

    /** Of a suite or of other audits. {@link UserException} if nothing has ended there. */
    static SuiteResult read(Path folder) {
        Optional<Suite> suite =
                Files.exists(folder.resolve(Suite.FILE)) ? Optional.of(Suite.read(folder)) : Optional.empty();
        List<RunFolder.Run> runs = RunFolder.read(folder);
        if (runs.isEmpty()) throw new UserException("no run has ended in " + folder + " yet");
        List<AuditRecord> records = runs.stream().map(RunFolder.Run::record).toList();
        List<String> tools = suite.map(s -> s.plan().tools())
                .orElseGet(
                        () -> records.stream().map(AuditRecord::tool).distinct().toList());
        return new SuiteResult(
                folder.toAbsolutePath().normalize().getFileName().toString(),
                folder.toString(),
                runs,
                SuiteStatistics.of(
                        records,
                        tools,
                        AuditTable::behaviour,
                        suite.flatMap(s -> s.plan().judge())),
                suite.map(SuiteText::forecast),
                organisms(suite));
    }

    List<AuditRecord> records() {
        return runs.stream().map(RunFolder.Run::record).toList();
    }

    String distinct(Function<AuditRecord, String> what) {
        return runs.stream().map(RunFolder.Run::record).map(what).distinct().collect(Collectors.joining(", "));
    }

    /** What was measured of an organism; empty of other models, and where its folder is not here. */
    Optional<Evaluation.Full> measured(String target) {
        return organisms.flatMap(p -> variant(target).flatMap(p::evaluation));
    }

    /** How strongly it shows its behaviour at a dose. */
    Optional<Double> strength(String target, double dose) {
        return organisms.flatMap(p -> variant(target).flatMap(v -> p.knownStrength(v.name(), dose)));
    }

    private static Optional<Variant> variant(String target) {
        try {
            return Optional.of(Variant.of(target)).filter(v -> v.behaviour().isPresent());
        } catch (BehaviourException e) {
            return Optional.empty();
        }
    }

    /** The suite's, if its model and folder are on this machine. */
    private static Optional<Pocket> organisms(Optional<Suite> suite) {
        var options = new SuiteOptions();
        options.seed = 1;
        suite.map(Suite::plan).map(SuitePlan::ground).ifPresent(where -> {
            options.seed = where.seed();
            options.model = where.model();
            options.recipe = where.recipe();
            options.folder = where.dir().map(Path::of).orElse(null);
        });
        try (var silent = ConsoleProgress.onStderr()) {
            return Optional.of(options.pocket(silent)).filter(p -> Files.isDirectory(p.folder()));
        } catch (UserException e) {
            return Optional.empty();
        }
    }
}
