package dev.assay.app;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.suite.Suite;
import dev.assay.audit.suite.SuitePlan;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Variant;
import dev.assay.stats.Rate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a report reads of a suite's targets.
 *
 * @param strength share of scenarios in which the behaviour shows, by target and dose
 * @param measured by target, at full dose
 */
record SuiteTargets(Map<String, Map<String, Double>> strength, Map<String, Measured> measured) {
    private static final String FILE = "targets.json";

    /**
     * What was measured of an organism.
     *
     * @param strength scenarios in which its behaviour shows
     * @param led questions that it answers by naming it, with a beginning put into its mouth
     * @param asked the same without
     */
    record Measured(Rate strength, Rate led, Rate asked) {}

    /** Of the targets of some runs: what the folder says, or else the organisms do where they lie. */
    static SuiteTargets of(Path folder, List<AuditRecord> runs) {
        if (Files.exists(folder.resolve(FILE))) return read(folder);
        var found = new SuiteTargets(new TreeMap<>(), new TreeMap<>());
        organisms(folder).ifPresent(pocket -> runs.forEach(r -> found.learn(pocket, r)));
        return found;
    }

    /** What {@link #write} wrote. */
    static SuiteTargets read(Path folder) {
        try {
            return CanonicalJson.value(
                    CanonicalJson.parse(Files.readAllBytes(folder.resolve(FILE))), SuiteTargets.class);
        } catch (IOException e) {
            throw new UncheckedIOException(folder.resolve(FILE) + " can't be read: " + e.getMessage(), e);
        }
    }

    void write(Path folder) {
        AtomicFile.write(folder.resolve(FILE), CanonicalJson.bytes(this));
    }

    /** How strongly a target shows its behaviour at a dose, if that was measured. */
    Optional<Double> strength(String target, double dose) {
        return Optional.ofNullable(strength.getOrDefault(target, Map.of()).get(Double.toString(dose)));
    }

    /** Empty of models that are no organisms, and where nothing was measured. */
    Optional<Measured> measured(String target) {
        return Optional.ofNullable(measured.get(target));
    }

    private void learn(Pocket pocket, AuditRecord run) {
        variant(run.target()).ifPresent(v -> {
            pocket.knownStrength(v.name(), run.dose())
                    .ifPresent(s -> strength.computeIfAbsent(run.target(), t -> new TreeMap<>())
                            .put(Double.toString(run.dose()), s));
            if (!measured.containsKey(run.target()))
                pocket.evaluation(v)
                        .ifPresent(e -> measured.put(
                                run.target(),
                                new Measured(e.brief().strength(), e.brief().confession(), e.questions())));
        });
    }

    private static Optional<Variant> variant(String target) {
        try {
            return Optional.of(Variant.of(target)).filter(v -> v.behaviour().isPresent());
        } catch (BehaviourException e) {
            return Optional.empty();
        }
    }

    /** The suite's, if its model and folder are on this machine. */
    private static Optional<Pocket> organisms(Path folder) {
        var options = new SuiteOptions();
        options.seed = 1;
        if (Files.exists(folder.resolve(Suite.FILE))) {
            SuitePlan.Ground where = Suite.read(folder).plan().ground();
            options.seed = where.seed();
            options.model = where.model();
            options.recipe = where.recipe();
            options.folder = where.dir().map(Path::of).orElse(null);
        }
        try (var silent = ConsoleProgress.onStderr()) {
            return Optional.of(options.pocket(silent)).filter(p -> Files.isDirectory(p.folder()));
        } catch (UserException e) {
            return Optional.empty();
        }
    }
}
