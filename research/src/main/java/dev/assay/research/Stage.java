package dev.assay.research;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs that belong together: all entrants on the same pairs.
 *
 * @param folder of the sprint
 * @param share of a full run's samples
 * @param firstPair number of the first of the draws
 */
record Stage(
        String sprint,
        Path folder,
        String name,
        double share,
        int firstPair,
        List<Draw> draws,
        List<Entrant> entrants) {

    /**
     * Somebody who takes part.
     *
     * @param choices of the grammar
     * @param sources of a candidate that is code, which trains by itself with the recipe of the choices
     */
    record Entrant(String name, Map<String, String> choices, Map<String, String> sources) {
        Entrant {
            choices = Map.copyOf(choices);
            sources = Map.copyOf(sources);
        }

        static Entrant control(Map<String, String> choices) {
            return new Entrant(RunRow.CONTROL, choices, Map.of());
        }
    }
}
