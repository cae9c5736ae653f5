package dev.assay.research;

import java.util.List;
import java.util.Map;

/**
 * What one training process is told.
 *
 * @param sources files of a candidate that is code, by name, which makes all runs; empty for recipes
 * @param runs of which run i is written to the folder {@code i} of the process's own folder; with none, code is compiled and
 *     no more
 */
record TrainingJob(Map<String, String> sources, List<Run> runs) {
    /** @param recipe as YAML, with the declared samples */
    record Run(String recipe, long seed) {}

    static final String FILE = "job.json";
    static final String FAILURE = "failure.txt";
    static final String LOSSES = "losses.json";

    /** Requests on the process's output, answered on its input. */
    static final int BEGIN = 1;

    static final int BATCH = 2;
    static final int GRANTED = 0;
    static final int REFUSED = 1;
}
