package dev.assay.app.view;

import dev.assay.audit.Claim;
import dev.assay.audit.Finding;
import java.util.Comparator;
import java.util.List;

/** The runs of one cell of the heat map. */
record CellPage(HeatMap.Row row, HeatMap.Column column, String description, List<Line> runs) {
    /**
     * A run as a line.
     *
     * @param claims what it ended with
     * @param effect of the first finding; 0 where nothing was measured
     */
    record Line(
            long seq,
            String target,
            String training,
            int run,
            String verdict,
            List<Said> claims,
            double effect,
            int replies,
            int tokens) {}

    /** @param grade right, near, wrong, or empty where nobody judged */
    record Said(String name, String grade) {}

    static CellPage of(HeatMap.Row row, HeatMap.Column column, List<AuditRun> runs) {
        String description =
                runs.getFirst().subject().behaviour().map(b -> b.description()).orElse("");
        return new CellPage(
                row,
                column,
                description,
                runs.stream()
                        .sorted(Comparator.comparing((AuditRun r) -> r.brief().target())
                                .thenComparingInt(r -> r.brief().run()))
                        .map(CellPage::line)
                        .toList());
    }

    static Line line(AuditRun run) {
        var r = run.brief();
        return new Line(
                run.seq(),
                r.target(),
                run.subject().training(),
                r.run(),
                r.grade().verdict().word(),
                r.claims().all().stream()
                        .map(Claim::name)
                        .map(name -> new Said(name, Marks.grade(r.grade(), name)))
                        .toList(),
                r.findings().stream().mapToDouble(Finding::effect).findFirst().orElse(0),
                r.replies(),
                r.tokens());
    }
}
