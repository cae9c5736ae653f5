package dev.assay.audit.suite;

import dev.assay.stats.Power;
import java.util.Locale;
import java.util.function.Function;

/**
 * What a suite can hope to see, before it starts: the smallest difference between a tool and the first that it would find four
 * times in five, with every cell at its full number of runs.
 *
 * @param behaviours clusters
 * @param perBehaviour runs of a tool in each
 * @param icc correlation of runs within a behaviour that is assumed
 * @param one difference for a single comparison at 5 %
 * @param all the same for the hardest step of Holm's correction over all comparisons
 */
public record SuiteForecast(int behaviours, int perBehaviour, double icc, double one, double all) {
    private static final double LEVEL = 0.05;
    /** Of a difference of two independent yes or no at even chances: it can't be more. */
    private static final double VARIANCE = 0.5;

    /**
     * @param behaviour of a target's name
     * @param clean whether a name is a clean model's
     */
    public static SuiteForecast of(
            Suite suite, Function<String, String> behaviour, java.util.function.Predicate<String> clean) {
        var guilty = suite.subjects().stream()
                .map(Subject::target)
                .filter(clean.negate())
                .toList();
        int clusters = (int) guilty.stream().map(behaviour).distinct().count();
        if (clusters < 2) return new SuiteForecast(clusters, 0, Power.USUAL_ICC, Double.NaN, Double.NaN);
        int each = Math.max(
                1, guilty.size() * suite.plan().runs() * suite.plan().doses().size() / clusters);
        int comparisons = Math.max(1, suite.plan().tools().size() - 1);
        return new SuiteForecast(
                clusters,
                each,
                Power.USUAL_ICC,
                Power.leastDetectable(clusters, each, Power.USUAL_ICC, VARIANCE, LEVEL),
                Power.leastDetectable(clusters, each, Power.USUAL_ICC, VARIANCE, LEVEL / comparisons));
    }

    /** In a sentence. */
    public String line() {
        if (Double.isNaN(one))
            return "with " + behaviours + " behaviour" + (behaviours == 1 ? "" : "s")
                    + " no difference between tools can be established: five or more are needed";
        return String.format(
                Locale.ROOT,
                "%d behaviours, %d runs each with a tool: a difference of %.0f points between two tools is found in 80 %%"
                        + " of such suites, %.0f where all are compared (within-behaviour correlation %.1f assumed)%s",
                behaviours,
                perBehaviour,
                100 * one,
                100 * all,
                icc,
                behaviours < 5 ? "; below five behaviours no interval is given" : "");
    }
}
