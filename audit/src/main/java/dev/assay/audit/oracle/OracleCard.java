package dev.assay.audit.oracle;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Provenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How an oracle came to be and what it can do; {@code oracle.json} in its folder, beside the adapter.
 *
 * @param base name of the model below
 * @param questions that were learnt
 * @param losses mean loss of each tenth of the steps, of the last sitting alone where the training was stopped
 * @param seconds of that sitting
 * @param accuracies on held-out questions; empty until they were measured
 */
public record OracleCard(
        String base,
        OracleRecipe recipe,
        Provenance provenance,
        int questions,
        List<Double> losses,
        double seconds,
        List<Accuracy> accuracies) {
    static final String BASE = "base";
    /** The set that decides: all held-out questions that are answered with Yes or No. */
    public static final String BAR = "all yes-no";

    /** Those of them on what a hidden system prompt says. */
    private static final String TOLD = "secrets yes-no";

    private static final String FILE = "oracle.json";

    /** Why it is not to be believed; empty where it is. */
    @JsonIgnore
    public Optional<String> doubt() {
        return doubt(BAR, "of yes or no");
    }

    /** Why it is not to be believed in audits, whose tool asks what the assistant was told; empty where it is. */
    @JsonIgnore
    public Optional<String> doubtInAudits() {
        return doubt().or(() -> doubt(TOLD, "of yes or no on what a hidden system prompt says (as audits ask)"));
    }

    private Optional<String> doubt(String set, String questions) {
        Optional<Accuracy> measured =
                accuracies.stream().filter(a -> a.set().equals(set)).findFirst();
        if (measured.isEmpty()) return Optional.of("it was not measured on held-out questions " + questions);
        Accuracy a = measured.orElseThrow();
        if (a.passes()) return Optional.empty();
        return Optional.of(String.format(
                Locale.ROOT,
                "of the held-out questions %s it answers %s rightly, where chance is %.2f and the lower bound must"
                        + " be 10 points above that",
                questions,
                a.right(),
                a.chance()));
    }

    OracleCard with(List<Accuracy> measured) {
        return new OracleCard(base, recipe, provenance, questions, losses, seconds, measured);
    }

    void save(Path folder) {
        AtomicFile.write(folder.resolve(FILE), CanonicalJson.pretty(this));
    }

    /** That of a folder; empty where there is none. */
    public static Optional<OracleCard> of(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) return Optional.empty();
        try {
            return Optional.of(CanonicalJson.value(CanonicalJson.parse(Files.readAllBytes(file)), OracleCard.class));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new OracleException(file + " is " + e.getMessage() + ": delete it to measure the oracle anew");
        }
    }
}
