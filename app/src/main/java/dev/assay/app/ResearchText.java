package dev.assay.app;

import dev.assay.research.Measurement;
import dev.assay.research.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What `assay research` prints for people. */
final class ResearchText {
    private ResearchText() {}

    static String of(Summary s) {
        var out = new StringBuilder(s.headline()).append('\n');
        out.append("verdicts: ")
                .append(s.verdicts())
                .append(s.open() > 0 ? ", " + s.open() + " open" : "")
                .append('\n');
        s.facts()
                .forEach((label, words) ->
                        out.append(label).append(": ").append(words).append('\n'));
        if (s.paused()) out.append("paused\n");
        if (!s.rows().isEmpty()) out.append('\n').append(table(s));
        return out.append('\n')
                .append("recipe that stands:\n")
                .append(s.recipe())
                .toString();
    }

    private static String table(Summary s) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("idea", "family", "origin", "said", "gain", "pairs", "stage", "verdict"));
        for (Summary.Row r : s.rows())
            rows.add(List.of(
                    r.idea().length() > 34 ? r.idea().substring(0, 33) + "…" : r.idea(),
                    r.family(),
                    r.origin(),
                    String.format(Locale.ROOT, "%.0f %%", 100 * r.probability()),
                    Double.isNaN(r.gain()) ? "–" : String.format(Locale.ROOT, "%+.4f", r.gain()),
                    String.valueOf(r.pairs()),
                    r.stage(),
                    r.verdict()));
        return TextTable.left(rows);
    }

    static String of(List<Measurement.Line> lines) {
        List<List<String>> rows = new ArrayList<>(List.of(Measurement.HEAD));
        lines.forEach(l -> rows.add(l.cells()));
        return TextTable.right(rows);
    }
}
