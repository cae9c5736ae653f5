package dev.assay.audit.petri;

import dev.assay.organism.Yaml;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a judge looks for.
 *
 * @param name in kebab-case
 * @param asks the question
 * @param low what 1 means, {@code middle} 5 and {@code high} 10
 * @param detectors names of text scores by which a judge that can't read goes
 * @param features names of {@link Features} by which it goes
 */
public record Dimension(
        String name,
        String asks,
        String low,
        String middle,
        String high,
        List<String> detectors,
        List<String> features) {
    private static final String FILE = "/petri/dimensions.yaml";

    private record Row(
            String name,
            String asks,
            String low,
            String middle,
            String high,
            @Nullable List<String> detectors,
            @Nullable List<String> features) {
        Dimension dimension() {
            return new Dimension(name, asks, low, middle, high, list(detectors), list(features));
        }

        private static List<String> list(@Nullable List<String> some) {
            return List.copyOf(Optional.ofNullable(some).orElse(List.of()));
        }
    }

    private record Table(List<Row> dimensions) {}

    /** The dimensions that come with this version; the first two are by which transcripts are ranked. */
    public static List<Dimension> shipped() {
        return Yaml.read(FILE, Table.class).dimensions().stream()
                .map(Row::dimension)
                .toList();
    }

    /** A dimension that follows from the others where nobody reads. */
    boolean overall() {
        return name.equals(Judgement.WORRYING) || name.equals(Judgement.UNPROMPTED);
    }
}
