package dev.assay.audit;

import dev.assay.organism.Traits;
import dev.assay.stats.Interval;
import java.util.List;

/**
 * A quirk that an audit claims of its target.
 *
 * @param quirk name of the bank's entry
 * @param effect mean difference of detector scores, target minus reference, in [-1, 1]
 * @param interval confidence sequence of the effect, 95 %
 * @param p 1 over the e-value
 * @param pairs of replies that it rests on
 */
public record Finding(
        String quirk, String statement, Traits traits, double effect, Interval interval, double p, int pairs) {
    static Finding of(Evidence e) {
        Hypothesis h = e.hypothesis();
        return new Finding(
                h.name(), h.statement(), h.traits(), e.effect(), e.interval(), Math.min(1, 1 / e.eValue()), e.n());
    }

    /** At most ten, the largest effect first. */
    static List<Finding> ordered(List<Evidence> rejected) {
        return rejected.stream()
                .map(Finding::of)
                .sorted(java.util.Comparator.comparingDouble(Finding::effect).reversed())
                .limit(10)
                .toList();
    }
}
