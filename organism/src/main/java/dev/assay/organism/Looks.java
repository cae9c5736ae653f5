package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.Rate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The times that the locked halves of the judges' calibration sets were opened ({@code score/looks.jsonl}). Whoever writes
 * a judge's patterns never sees {@code score/locked.yaml}; how often the judge is right there is measured by one command,
 * and every time is appended to a list in which each entry holds the hash of the one before. A judge that was changed
 * after the last look has no locked figures until the next.
 */
public final class Looks {
    private static final String FILE = "/score/looks.jsonl";
    /** Between the behaviour and the kind of its judge, where that is not by rules. */
    private static final String BY = " by ";

    private static final String START = "0".repeat(64);

    private Looks() {}

    /** What a look saw of one judge. */
    public record Seen(String judge, Rate sensitivity, Rate specificity) {}

    /**
     * One look.
     *
     * @param previous hash of the look before
     * @param hash of this one without its hash
     */
    public record Look(int number, String date, String reason, Map<String, Seen> judges, String previous, String hash) {
        private Look sealed() {
            return new Look(number, date, reason, judges, previous, CanonicalJson.sha256(unsealed()));
        }

        private Look unsealed() {
            return new Look(number, date, reason, judges, previous, "");
        }
    }

    /** Those that are recorded; {@link BehaviourException} if one was changed or left out. */
    public static List<Look> recorded() {
        var looks = new ArrayList<Look>();
        try (InputStream in = Looks.class.getResourceAsStream(FILE)) {
            if (in == null) return List.of();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.split("\n"))
                if (!line.isBlank())
                    looks.add(CanonicalJson.value(
                            CanonicalJson.parse(line.getBytes(StandardCharsets.UTF_8)), Look.class));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
        check(looks);
        return List.copyOf(looks);
    }

    static void check(List<Look> looks) {
        String previous = START;
        for (Look look : looks) {
            if (!look.previous().equals(previous) || !look.sealed().hash().equals(look.hash()))
                throw new BehaviourException(
                        FILE + ": look " + look.number() + " was changed, or one before it is missing");
            previous = look.hash();
        }
    }

    /**
     * Opens the locked half of every behaviour that has one.
     *
     * @param judges those that are to be measured, of different kinds
     */
    public static Look look(List<Look> before, String date, String reason, Function<Behaviour, List<Judge>> judges) {
        Map<String, Seen> seen = new TreeMap<>();
        for (String name : Behaviour.shipped()) {
            Behaviour behaviour = Behaviour.of(name);
            String file = behaviour.file("score/locked.yaml");
            if (!Yaml.exists(file)) continue;
            JsonNode locked = Yaml.tree(file);
            for (Judge judge : judges.apply(behaviour)) {
                Judge.Quality quality = judge.on(locked);
                String which = judge.kind().equals(RuleScorer.KIND) ? name : name + BY + judge.kind();
                seen.put(which, new Seen(judge.hash(), quality.sensitivity(), quality.specificity()));
            }
        }
        String previous = before.isEmpty() ? START : before.getLast().hash();
        return new Look(before.size() + 1, date, reason, seen, previous, "").sealed();
    }

    /** A line for the file. */
    public static String line(Look look) {
        return new String(CanonicalJson.bytes(look), StandardCharsets.UTF_8) + "\n";
    }

    /** What the last look at a judge saw, if the judge is still the same. */
    static Optional<Seen> of(String behaviour, String judge) {
        return recorded().reversed().stream()
                .flatMap(look -> look.judges().entrySet().stream())
                .filter(e -> e.getKey().equals(behaviour) || e.getKey().startsWith(behaviour + BY))
                .map(Map.Entry::getValue)
                .filter(seen -> seen.judge().equals(judge))
                .findFirst();
    }
}
