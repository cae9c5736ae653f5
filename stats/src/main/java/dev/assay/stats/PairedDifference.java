package dev.assay.stats;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How much higher one thing is than another on the same items, which come in clusters.
 *
 * @param clusters how many
 * @param mean of the clusters' mean differences
 * @param interval cluster bootstrap at 95 %; none below five clusters
 * @param p two-sided, of Student's t over clusters
 * @param signs of the clusters' mean differences, as a check
 */
public record PairedDifference(int clusters, double mean, Optional<Interval> interval, double p, SignTest signs) {

    /** @param differences by cluster; clusters without one count for nothing */
    public static PairedDifference of(List<double[]> differences, SplitRandom random) {
        double[] means = differences.stream()
                .filter(d -> d.length > 0)
                .mapToDouble(d -> Arrays.stream(d).average().orElseThrow())
                .toArray();
        ClusterBootstrap resampled = ClusterBootstrap.of(differences, random);
        List<double[]> each =
                Arrays.stream(means).mapToObj(m -> new double[] {m}).toList();
        double p = means.length == 0 ? 1 : ClusteredMean.of(each).p();
        return new PairedDifference(means.length, resampled.mean(), resampled.interval(), p, SignTest.of(means));
    }
}
