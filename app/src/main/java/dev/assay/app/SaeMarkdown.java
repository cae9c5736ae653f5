package dev.assay.app;

import dev.assay.sae.Claim;
import dev.assay.sae.Verdict;
import java.util.List;

/** A comparison as a page of docs/results: why, command, protocol, tables, verdicts on claims. */
final class SaeMarkdown {
    private SaeMarkdown() {}

    static String of(SaeComparison comparison, String command) {
        var out = new StringBuilder("# " + comparison.title() + " on " + comparison.world() + "\n\n");
        if (!comparison.about().isEmpty())
            out.append(comparison.about().strip()).append("\n\n");
        out.append("    ").append(command).append("\n\n");
        out.append(comparison.protocol())
                .append(' ')
                .append(comparison.standing())
                .append("\n\n");
        out.append(comparison.method()).append("\n");
        comparison.groups().forEach((group, lines) -> group(out, comparison, group, lines));
        List<SaeComparison.Line> claims = comparison.lines().stream()
                .filter(l -> l.row().claim().isPresent() && l.verdict().isPresent())
                .toList();
        if (!claims.isEmpty()) {
            out.append(
                    "\n## Verdicts on claims\n\n| claim | row | %s difference | %s difference | n | p (Holm) | verdict |\n"
                            .formatted(
                                    SaeText.heading(comparison.shown().getFirst()),
                                    SaeText.heading(comparison.shown().getLast())));
            out.append("|---|---|---|---|---|---|---|\n");
            for (SaeComparison.Line line : claims) claim(out, comparison, line);
        }
        return out.toString();
    }

    private static void group(StringBuilder out, SaeComparison c, String group, List<SaeComparison.Line> lines) {
        out.append("\n## ").append(group).append("\n\n");
        row(out, SaeText.head(c));
        row(out, SaeText.head(c).stream().map(h -> "---").toList());
        for (SaeComparison.Line line : lines) row(out, SaeText.cells(c, line));
        for (SaeComparison.Line line : lines)
            if (!line.row().note().isEmpty())
                out.append("\n- ")
                        .append(line.row().name())
                        .append(": ")
                        .append(line.row().note());
        if (lines.stream().anyMatch(l -> !l.row().note().isEmpty())) out.append('\n');
    }

    private static void claim(StringBuilder out, SaeComparison c, SaeComparison.Line line) {
        Claim claim = line.row().claim().orElseThrow();
        Verdict v = line.verdict().orElseThrow();
        row(
                out,
                List.of(
                        claim.says(),
                        line.row().name(),
                        SaeText.difference(v, c.shown().getFirst()),
                        SaeText.difference(v, c.shown().getLast()),
                        Integer.toString(v.n()),
                        v.n() > 1 ? SaeText.p(v.p()) : "–",
                        "**" + v.outcome().words + "**"));
    }

    private static void row(StringBuilder out, List<String> cells) {
        out.append("| ")
                .append(String.join(
                        " | ", cells.stream().map(c -> c.replace("|", "\\|")).toList()))
                .append(" |\n");
    }
}
