package dev.assay.app;

import dev.assay.stats.Interval;
import java.util.Locale;
import java.util.Optional;

/** How tables of audits write numbers. */
final class Figures {
    private Figures() {}

    /** A share in points; nothing where there is none. */
    static String points(double share) {
        return Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    /** A difference of shares in points; nothing where there is none. */
    static String signed(double share) {
        return Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%+.0f", 100 * share);
    }

    static String interval(Optional<Interval> i) {
        return i.map(Interval::toString).orElse("-");
    }
}
