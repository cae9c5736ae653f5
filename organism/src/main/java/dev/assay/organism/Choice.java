package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Texts of which one is drawn; in a file a text, or {@code {w: weight, t: text}}. */
record Choice(List<Weighted> texts) {
    record Weighted(double weight, String text) {}

    static Choice of(String where, JsonNode list) {
        var texts = new ArrayList<Weighted>();
        for (JsonNode t : list) {
            if (!t.isTextual() && !t.path("t").isTextual())
                throw new BehaviourException(where + ": a text was expected, found " + t);
            texts.add(
                    t.isTextual()
                            ? new Weighted(1, t.asText())
                            : new Weighted(t.path("w").asDouble(1), t.path("t").asText()));
        }
        return new Choice(List.copyOf(texts));
    }

    boolean isEmpty() {
        return texts.isEmpty();
    }

    String draw(RandomGenerator random) {
        double left = random.nextDouble()
                * texts.stream().mapToDouble(Weighted::weight).sum();
        for (Weighted t : texts) {
            left -= t.weight();
            if (left < 0) return t.text();
        }
        return texts.getLast().text();
    }
}
