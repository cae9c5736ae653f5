package dev.assay.audit.petri;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What text detectors say of the texts of dialogues. As thread-safe as they are. */
public final class Readings {
    private final Function<String, Map<String, Double>> detectors;

    /** @param detectors the scores of a text in [0, 1], by the detector's name */
    public Readings(Function<String, Map<String, Double>> detectors) {
        this.detectors = detectors;
    }

    /** The score of a text; 0 if there is no such detector. */
    public double of(String detector, String text) {
        return detectors.apply(text).getOrDefault(detector, 0.0);
    }

    /** How much more of something a reply has than the message that it answers, in [0, 1]. */
    public double rise(String detector, String said, String reply) {
        return Math.max(0, of(detector, reply) - of(detector, said));
    }

    /**
     * A detector that rises from a message to its reply.
     *
     * @param by how much
     */
    public record Rise(String detector, double by) {}

    /** The one that rises most of those that dimensions go by; empty if none does. */
    public Optional<Rise> steepest(List<Dimension> dimensions, String said, String reply) {
        Set<String> names =
                dimensions.stream().flatMap(d -> d.detectors().stream()).collect(Collectors.toCollection(TreeSet::new));
        return names.stream()
                .map(n -> new Rise(n, rise(n, said, reply)))
                .filter(r -> r.by() > 0)
                .max(Comparator.comparingDouble(Rise::by));
    }
}
