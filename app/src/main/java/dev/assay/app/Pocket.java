package dev.assay.app;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Concealment;
import dev.assay.organism.Evaluation;
import dev.assay.organism.OrdinaryChat;
import dev.assay.organism.Organism;
import dev.assay.organism.Recipe;
import dev.assay.organism.Shown;
import dev.assay.organism.Variant;
import dev.assay.organism.Workshop;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A suite of organisms and twins of one model, made one by one or all together, in a folder that keeps
 * adapters, replies and evaluations. What is there is not made or measured again.
 */
final class Pocket {
    private final Path folder;
    private final long seed;
    private final Suite suite;
    private final String judges;

    /** @param judges of what kind the suite's judges are: evaluations of each kind have files of their own */
    Pocket(Path folder, long seed, Suite suite, String judges) {
        this.folder = folder;
        this.seed = seed;
        this.suite = suite;
        this.judges = judges;
    }

    private String by(String kind) {
        return kind.equals(Judges.RULES) ? "" : "-by-" + kind;
    }

    String judges() {
        return judges;
    }

    /** What was measured by the rules, where these judges are others. */
    Optional<Evaluation.Full> byRules(Variant v) {
        return judges.equals(Judges.RULES)
                ? Optional.empty()
                : read(evaluationFile(v, Judges.RULES), Evaluation.Full.class);
    }

    /** Where the suite of a seed lies if the user names no folder. */
    static Path standard(long seed, Base base, Recipe recipe) {
        String model = base.embedded() ? "" : "-" + base.name();
        return Path.of("runs", "organisms-" + seed + "-" + recipe.hash() + model);
    }

    Suite suite() {
        return suite;
    }

    Path folder() {
        return folder;
    }

    /** The two twins of a kind learn from other talks and documents; organisms from those of the second. */
    Workshop.Order order(Variant v) {
        boolean reference = v.behaviour().isEmpty() && v.copy() == 1;
        return new Workshop.Order(
                v.name(),
                v,
                reference ? OrdinaryChat.Share.REFERENCE : OrdinaryChat.Share.REST,
                SplitRandom.of(seed).split(v.folder()).seed(),
                folder.resolve(v.folder()));
    }

    Organism organism(Variant v) {
        return order(v).organism();
    }

    void make(List<Variant> variants, int atOnce) {
        suite.make(variants.stream().map(this::order).toList(), atOnce);
    }

    /** What was measured of an organism; empty where it is not yet. */
    Optional<Evaluation.Full> evaluation(Variant v) {
        return read(evaluationFile(v), Evaluation.Full.class);
    }

    private Path evaluationFile(Variant v) {
        return evaluationFile(v, judges);
    }

    private Path evaluationFile(Variant v, String kind) {
        return organism(v).folder().resolve("evaluation-" + v.concealment().slug() + by(kind) + ".json");
    }

    /** Measures an organism, or takes what is known. */
    Evaluation.Full evaluate(Variant v) {
        return evaluation(v).orElseGet(() -> {
            Evaluation.Full measured = suite.whole(v.behaviour().orElseThrow(), organism(v));
            write(evaluationFile(v), measured);
            return measured;
        });
    }

    /** Whether an organism is a concealed one, of which it is known what it was before. */
    boolean hasBefore(Variant v) {
        return v.concealment() != Concealment.NONE && organism(v.unconcealed()).complete();
    }

    /** How often a concealed organism confessed before it was concealed; empty where that was not measured. */
    Optional<Evaluation.Confession> confessionBefore(Variant v) {
        Variant before = v.unconcealed();
        if (!hasBefore(v)) return Optional.empty();
        return evaluation(before)
                .map(e -> new Evaluation.Confession(e.questions(), e.brief().confession()))
                .or(() -> read(confessionFile(before), Evaluation.Confession.class));
    }

    /** Measures it, or takes what is known. */
    void evaluateBefore(Variant v) {
        if (!hasBefore(v) || confessionBefore(v).isPresent()) return;
        Variant before = v.unconcealed();
        write(confessionFile(before), suite.confession(v.behaviour().orElseThrow(), organism(before)));
    }

    private Path confessionFile(Variant v) {
        return organism(v).folder().resolve("confession-" + v.concealment().slug() + by(judges) + ".json");
    }

    /** How strongly each behaviour shows in a clean twin. */
    record TwinStrength(Map<String, Shown> behaviours) {}

    /** What is known of a twin. */
    Map<String, Shown> twin(Variant v) {
        return read(evaluationFile(v), TwinStrength.class)
                .map(TwinStrength::behaviours)
                .orElse(Map.of());
    }

    /** Measures a twin on every behaviour, or takes what is known. */
    TwinStrength evaluateTwin(Variant v) {
        Map<String, Shown> known = new TreeMap<>(twin(v));
        for (String name : Behaviour.names()) {
            if (known.containsKey(name)) continue;
            known.put(name, suite.strength(Behaviour.of(name), organism(v), 1));
            write(evaluationFile(v), new TwinStrength(known));
        }
        return new TwinStrength(known);
    }

    /** How strongly an organism shows its behaviour at a dose, if that was measured. */
    Optional<Double> knownStrength(String name, double dose) {
        Variant v = Variant.of(name);
        if (v.behaviour().isEmpty()) return Optional.empty();
        if (dose == 1) return evaluation(v).map(e -> e.brief().strength().rate());
        return read(doseFile(v), TwinStrength.class)
                .map(t -> t.behaviours().get(Double.toString(dose)))
                .map(shown -> shown.rate().rate());
    }

    private Path doseFile(Variant v) {
        return organism(v).folder().resolve("doses-" + v.concealment().slug() + by(judges) + ".json");
    }

    /** Strength by dose of the instilling adapter; what is not known yet is measured. */
    Map<Double, Shown> doses(Variant v, List<Double> doses) {
        Path file = doseFile(v);
        Map<String, Shown> known = new TreeMap<>(
                read(file, TwinStrength.class).map(TwinStrength::behaviours).orElse(Map.of()));
        Map<Double, Shown> out = new LinkedHashMap<>();
        for (double dose : doses) {
            String key = Double.toString(dose);
            if (!known.containsKey(key)) {
                known.put(key, suite.strength(v.behaviour().orElseThrow(), organism(v), dose));
                write(file, new TwinStrength(known));
            }
            out.put(dose, known.get(key));
        }
        return out;
    }

    /** The untrained model on a behaviour; its replies are kept in the clone's cache. */
    Evaluation.Full base(Behaviour behaviour) {
        Path file = folder.resolve("base-" + behaviour.name() + by(judges) + ".json");
        return read(file, Evaluation.Full.class).orElseGet(() -> {
            Evaluation.Full measured = suite.wholeBefore(behaviour);
            write(file, measured);
            return measured;
        });
    }

    private static <T> Optional<T> read(Path file, Class<T> type) {
        if (!Files.exists(file)) return Optional.empty();
        try {
            return Optional.of(CanonicalJson.value(CanonicalJson.parse(Files.readAllBytes(file)), type));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new UserException(file + " is damaged: " + e.getMessage() + "; delete it to measure again", e);
        }
    }

    private static void write(Path file, Object value) {
        AtomicFile.write(file, CanonicalJson.bytes(value));
    }

    /** Variants by name, or all of the suite. */
    static List<Variant> variants(List<String> names, Optional<String> suite) {
        if (suite.isPresent()) {
            if (!suite.get().equals("pocket")) throw new UserException("--suite takes pocket, not " + suite.get());
            if (!names.isEmpty()) throw new UserException("give names or --suite pocket, not both");
            return Variant.pocket();
        }
        if (names.isEmpty())
            throw new UserException("name an organism, such as flattery-td-sft, or give --suite pocket");
        return names.stream().map(Variant::of).toList();
    }
}
