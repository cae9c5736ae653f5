package dev.assay.app;

import dev.assay.audit.Readout;
import dev.assay.audit.suite.Gap;
import dev.assay.audit.suite.StaticReport;
import dev.assay.report.HtmlReport;
import dev.assay.report.HtmlReport.Estimate;
import dev.assay.report.Linked;
import dev.assay.report.Page;
import dev.assay.stats.Interval;
import dev.assay.stats.PairedDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The part of a suite's report about what tools show without an agent, where that was evaluated on the same targets. */
final class SuiteGap {
    private final SuiteResult suite;
    private final List<Gap> gaps;

    SuiteGap(SuiteResult suite) {
        this.suite = suite;
        this.gaps = Gap.of(suite.shown(), suite.records());
    }

    boolean isEmpty() {
        return gaps.isEmpty();
    }

    void write(Page page) {
        if (isEmpty()) return;
        page.section("Gap");
        var rows = new ArrayList<Estimate>();
        for (Gap g : gaps) {
            rows.add(estimate(g, g.namedGap(), "named in ten guesses, " + on(g)));
            rows.add(estimate(g, g.evidenceGap(), "strong evidence, " + on(g)));
        }
        page.intervals(
                "What a tool shows without an agent, less what was found with it, on the same targets; 95 % over"
                        + " behaviours",
                -1, 1, rows);
        page.linked(
                "Without an agent and with one",
                List.of(
                        "tool",
                        "targets",
                        "named",
                        "strong",
                        "agent",
                        "named - agent",
                        "95 %",
                        "strong - agent",
                        "95 %"),
                gaps.stream().map(SuiteGap::row).toList());
        page.prose(
                "Named: one of ten guesses after all of the tool's fixed outputs is right. Strong: a tenth of the outputs or"
                        + " more lead to the behaviour by themselves. Agent: recall in these runs. All are means over behaviours. To the"
                        + " right of zero the tool shows more than was found with it.");
    }

    /** What the static numbers come from, target by target. */
    void list(HtmlReport page) {
        for (Gap g : gaps) {
            List<StaticReport.Row> rows = suite.shown().stream()
                    .filter(r -> r.tool().equals(g.tool()))
                    .toList();
            Map<String, Double> agent = Gap.agent(g.tool(), suite.records());
            page.details(
                    g.tool() + " without an agent: " + rows.size() + (rows.size() == 1 ? " model" : " models"),
                    SuiteAnchors.shown(g.tool()),
                    inside -> inside.linked(
                            "",
                            List.of("model", "outputs", "named", "strong outputs", "counts", "guesses", "agent"),
                            rows.stream()
                                    .map(r -> line(r, agent.getOrDefault(r.target(), Double.NaN)))
                                    .toList()));
        }
    }

    private static List<Linked> line(StaticReport.Row r, double agent) {
        var line = new ArrayList<Linked>();
        line.add(Linked.plain(r.target()));
        line.add(Linked.plain(Integer.toString(r.outputs())));
        line.add(Linked.plain(Figures.points(r.named())));
        line.add(Linked.plain(Figures.points(r.strong())));
        line.add(Linked.plain(Figures.points(r.evidence())));
        line.add(Linked.plain(String.join(
                ", ", r.guesses().stream().map(Readout.Guess::hypothesis).toList())));
        line.add(new Linked(Figures.points(agent), SuiteAnchors.cell(r.tool(), SuiteAnchors.row(r.target()))));
        return line;
    }

    private static String on(Gap g) {
        return g.namedGap().clusters() + " behaviours";
    }

    private static Estimate estimate(Gap g, PairedDifference d, String note) {
        return new Estimate(
                g.tool(),
                d.mean(),
                d.interval().map(Interval::low).orElse(Double.NaN),
                d.interval().map(Interval::high).orElse(Double.NaN),
                note,
                SuiteAnchors.shown(g.tool()));
    }

    private static List<Linked> row(Gap g) {
        String shown = SuiteAnchors.shown(g.tool());
        return List.of(
                new Linked(g.tool(), shown),
                new Linked(Integer.toString(g.targets()), shown),
                new Linked(Figures.points(g.named()), shown),
                new Linked(Figures.points(g.evidence()), shown),
                new Linked(Figures.points(g.agent()), SuiteAnchors.tool(g.tool())),
                new Linked(Figures.signed(g.namedGap().mean()), shown),
                new Linked(Figures.interval(g.namedGap().interval()), shown),
                new Linked(Figures.signed(g.evidenceGap().mean()), shown),
                new Linked(Figures.interval(g.evidenceGap().interval()), shown));
    }
}
