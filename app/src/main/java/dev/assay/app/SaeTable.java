package dev.assay.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A comparison in plain text: scores with intervals, paired differences, verdicts on claims. */
final class SaeTable {
    private SaeTable() {}

    static String of(SaeComparison comparison) {
        var out = new StringBuilder();
        comparison.groups().forEach((group, lines) -> {
            List<List<String>> cells = new ArrayList<>();
            List<String> head = new ArrayList<>(SaeText.head(comparison));
            head.set(0, group);
            cells.add(head);
            for (SaeComparison.Line line : lines) cells.add(SaeText.cells(comparison, line));
            out.append(aligned(cells)).append('\n');
        });
        for (SaeComparison.Line line : comparison.lines())
            line.row()
                    .claim()
                    .ifPresent(claim -> line.verdict()
                            .ifPresent(v -> out.append("%-14s %s: %s%n"
                                    .formatted(v.outcome().words, line.row().name(), claim.says()))));
        if (comparison.lines().stream().anyMatch(l -> l.verdict().isPresent()))
            out.append(comparison.method()).append('\n');
        return out.append(comparison.standing()).append('\n').toString();
    }

    /** Of one run: a line per form. */
    static String of(SaeResult result) {
        List<List<String>> cells = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(result.world() + ": " + result.label(), "form"));
        SaeText.names(result.training()).forEach(s -> head.add(SaeText.heading(s)));
        cells.add(head);
        cells.add(form(result, "training"));
        if (!result.inference().isEmpty()) cells.add(form(result, "inference"));
        return aligned(cells) + "Anecdote: one seed says nothing about the next.\n";
    }

    private static List<String> form(SaeResult result, String form) {
        List<String> row = new ArrayList<>(List.of("seed " + result.seed(), form));
        var scores = form.equals("training") ? result.training() : result.inference();
        for (String score : SaeText.names(scores))
            row.add(Optional.ofNullable(scores.get(score))
                    .map(v -> SaeText.number(v, SaeText.digits(score)))
                    .orElse("–"));
        return row;
    }

    private static String aligned(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows)
            for (int c = 0; c < columns; c++)
                widths[c] = Math.max(widths[c], row.get(c).length());
        var out = new StringBuilder();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String pad = " ".repeat(widths[c] - row.get(c).length());
                line.append(c == 0 || c == columns - 1 ? row.get(c) + pad : pad + row.get(c))
                        .append("  ");
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }
}
