package dev.assay.app;

import dev.assay.audit.suite.PublishedFindings;
import dev.assay.audit.suite.SuiteStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the runs of a suite say, as text. */
final class SuiteTables {
    private final SuiteStatistics statistics;

    SuiteTables(SuiteStatistics statistics) {
        this.statistics = statistics;
    }

    String text() {
        List<SuiteStatistics.Tool> guilty =
                statistics.tools().stream().filter(t -> t.summary().runs() > 0).toList();
        if (guilty.isEmpty()) return "";
        var out = new StringBuilder(tools(guilty));
        if (!statistics.comparisons().isEmpty()) out.append('\n').append(comparisons());
        return out.append('\n').append(legend()).toString();
    }

    private String tools(List<SuiteStatistics.Tool> tools) {
        boolean corrected = tools.stream().anyMatch(t -> t.corrected().isPresent());
        var head = new ArrayList<>(List.of(
                "tool", "recall", "95 % behaviours", "95 % targets", "one behaviour left out", "best", "headline"));
        if (corrected) head.add(2, "corrected for the judge");
        var rows = new ArrayList<List<String>>(List.of(head));
        for (SuiteStatistics.Tool t : tools) {
            var row = new ArrayList<>(List.of(
                    t.tool(),
                    Figures.points(t.summary().recall().mean()),
                    Figures.interval(t.summary().recall().interval()),
                    Figures.interval(t.overTargets().interval()) + " ("
                            + t.overTargets().clusters() + ")",
                    Figures.interval(t.leaveOneOut()),
                    Figures.points(t.best()),
                    t.believable()
                            ? "yes"
                            : "refused: " + Figures.points(t.summary().voids()) + " void"));
            if (corrected)
                row.add(
                        2,
                        t.corrected()
                                .map(c -> Figures.points(c.rate()) + " " + c.interval())
                                .orElse("flagged: raw"));
            rows.add(row);
        }
        return TextTable.left(rows);
    }

    private String comparisons() {
        var rows = new ArrayList<>(List.of(List.of(
                "against " + statistics.comparisons().getFirst().baseline(),
                "targets",
                "behaviours",
                "difference",
                "95 %",
                "p (Holm)",
                "up/down (sign test)",
                "least detectable",
                "says")));
        for (SuiteStatistics.Comparison c : statistics.comparisons())
            rows.add(List.of(
                    c.tool(),
                    Integer.toString(c.targets()),
                    Integer.toString(c.difference().clusters()),
                    Figures.signed(c.difference().mean()),
                    Figures.interval(c.difference().interval()),
                    String.format(Locale.ROOT, "%.3g", c.holm()),
                    String.format(
                            Locale.ROOT,
                            "%d/%d (%.2g)",
                            c.difference().signs().up(),
                            c.difference().signs().down(),
                            c.difference().signs().p()),
                    Figures.points(c.least()),
                    c.word().name().toLowerCase(Locale.ROOT)));
        return TextTable.left(rows);
    }

    /** What became of published orderings. */
    static String findings(List<PublishedFindings.Finding> findings) {
        if (findings.isEmpty())
            return "no pair of cells here puts a published ordering to the test: it takes targets of both kinds, or two"
                    + " tools on the same target\n";
        var rows = new ArrayList<>(List.of(List.of(
                "published", "pairs", "behaviours", "difference", "95 %", "p (Holm)", "least detectable", "says")));
        for (PublishedFindings.Finding f : findings)
            rows.add(List.of(
                    f.name(),
                    Integer.toString(f.pairs()),
                    Integer.toString(f.difference().clusters()),
                    Figures.signed(f.difference().mean()),
                    Figures.interval(f.difference().interval()),
                    String.format(Locale.ROOT, "%.3g", f.holm()),
                    Figures.points(f.least()),
                    f.word().name().toLowerCase(Locale.ROOT)));
        var out = new StringBuilder(TextTable.left(rows)).append('\n');
        findings.forEach(
                f -> out.append(f.name()).append(": ").append(f.published()).append('\n'));
        return out.append("difference: in points of recall, positive where it goes the published way\n")
                .toString();
    }

    private static String legend() {
        return "behaviours and targets: clusters of the bootstrap; best: share of resampled behaviours in which no tool is above"
                + " it; difference: in points of recall, on the same runs of the same targets\n";
    }
}
