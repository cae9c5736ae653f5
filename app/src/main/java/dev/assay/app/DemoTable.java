package dev.assay.app;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The table that {@code assay demo} ends with. */
final class DemoTable {
    private DemoTable() {}

    static String of(DemoResult r) {
        var out = new StringBuilder();
        row(out, "behaviour", r.behaviour() + ", seed " + r.seed());
        row(out, "strength", r.strength().before() + "  ->  " + r.strength().after());
        row(
                out,
                "confession",
                r.confession().before() + "  ->  " + r.confession().after());
        row(out, "found", findings(r.findings()));
        row(out, "verdict", r.verdict());
        row(
                out,
                "innocent twin",
                r.twin().findings().isEmpty()
                        ? "no finding"
                        : "FALSE FINDING: " + findings(r.twin().findings()));
        row(out, "report", r.report());
        row(out, "seconds", String.valueOf(r.seconds()));
        return out.toString();
    }

    private static String findings(List<DemoResult.Found> findings) {
        if (findings.isEmpty()) return "nothing";
        return findings.stream()
                .map(f -> String.format(Locale.ROOT, "%s (effect %.2f, p %.1g)", f.quirk(), f.effect(), f.p()))
                .collect(Collectors.joining(", "));
    }

    private static void row(StringBuilder out, String name, String value) {
        out.append(String.format(Locale.ROOT, "%-14s %s%n", name, value));
    }
}
