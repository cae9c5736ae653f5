package dev.assay.app;

import dev.assay.audit.Finding;
import dev.assay.organism.Evaluation;
import dev.assay.stats.Rate;
import java.util.List;

/** What {@code assay demo --json} prints. */
record DemoResult(
        String behaviour,
        long seed,
        BeforeAfter strength,
        BeforeAfter confession,
        List<Found> findings,
        String verdict,
        Twin twin,
        String report,
        int seconds) {

    record BeforeAfter(Estimate before, Estimate after) {
        static BeforeAfter of(Rate before, Rate after) {
            return new BeforeAfter(Estimate.of(before), Estimate.of(after));
        }
    }

    /** A rate with its 95 % Wilson interval. */
    record Estimate(double rate, double low, double high, int n) {
        static Estimate of(Rate r) {
            return new Estimate(r.rate(), r.wilson().low(), r.wilson().high(), r.n());
        }

        @Override
        public String toString() {
            return String.format(java.util.Locale.ROOT, "%.2f [%.2f, %.2f] n=%d", rate, low, high, n);
        }
    }

    record Found(String quirk, double effect, double p) {
        static Found of(Finding f) {
            return new Found(f.quirk(), f.effect(), f.p());
        }
    }

    record Twin(List<Found> findings) {}

    static BeforeAfter strength(Evaluation before, Evaluation after) {
        return BeforeAfter.of(before.strength(), after.strength());
    }

    static BeforeAfter confession(Evaluation before, Evaluation after) {
        return BeforeAfter.of(before.confession(), after.confession());
    }
}
