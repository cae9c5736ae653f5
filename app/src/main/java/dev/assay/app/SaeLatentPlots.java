package dev.assay.app;

import dev.assay.report.HtmlReport;
import dev.assay.report.HtmlReport.Line;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** What single latents do: F1 by how often their features fire, and how the frequent ones lie to each other's features. */
final class SaeLatentPlots {
    private static final int BINS = 16;
    private static final int ROWS = 8;

    private SaeLatentPlots() {}

    /** Of the first row of each recipe, at most eight of them; more would not be seen. */
    static Map<SaeRow, List<SaeLatents>> read(SaeComparison comparison) {
        Map<SaeRow, List<SaeLatents>> out = new LinkedHashMap<>();
        Set<String> recipes = new HashSet<>();
        boolean all = comparison.lines().size() <= ROWS;
        for (SaeComparison.Line line : comparison.lines()) {
            SaeRow row = line.row();
            if (row.runs().isEmpty() || out.size() == ROWS) continue;
            if (!recipes.add(row.runs().firstEntry().getValue().label()) && !all) continue;
            List<SaeLatents> latents = row.runs().values().stream()
                    .flatMap(r -> SaeLatents.read(Path.of(r.folder())).stream())
                    .toList();
            if (!latents.isEmpty()) out.put(row, latents);
        }
        return out;
    }

    static void add(HtmlReport page, Map<SaeRow, List<SaeLatents>> rows) {
        page.section("Latents")
                .prose("Each latent is a detector of the feature that its decoder row is nearest to. "
                        + "Shown are the first rows of their recipes.");
        List<Line> lines = new ArrayList<>();
        rows.forEach((row, latents) -> lines.add(byFrequency(row.name(), latents)));
        page.lines(
                "F1 of latents by how often their features fire; bands: the middle half of the latents, all seeds",
                "rank of the latent, the most frequent feature first",
                "F1",
                false,
                lines,
                List.of());
        rows.forEach((row, latents) -> maps(page, row, latents.getFirst()));
    }

    private static Line byFrequency(String name, List<SaeLatents> seeds) {
        int width = seeds.getFirst().feature().length;
        int bins = Math.min(BINS, width);
        double[][] f1 = seeds.stream().map(SaeLatentPlots::sorted).toArray(double[][]::new);
        var series = new SaeReport.Series(bins);
        for (int b = 0; b < bins; b++) {
            int from = b * width / bins;
            int to = (b + 1) * width / bins;
            double[] values = Arrays.stream(f1)
                    .flatMapToDouble(seed -> Arrays.stream(seed, from, to))
                    .sorted()
                    .toArray();
            series.set(
                    b,
                    (from + to - 1) / 2.0,
                    Arrays.stream(values).average().orElse(Double.NaN),
                    values[values.length / 4],
                    values[(3 * values.length - 1) / 4]);
        }
        return series.line(name);
    }

    /** F1 of the latents of a run, the most frequent feature first. */
    private static double[] sorted(SaeLatents latents) {
        return IntStream.range(0, latents.feature().length)
                .boxed()
                .sorted(Comparator.comparingDouble(l -> -latents.frequency(l)))
                .mapToDouble(latents::f1)
                .toArray();
    }

    private static void maps(HtmlReport page, SaeRow row, SaeLatents latents) {
        double[][] cosines = latents.map().cosines();
        double[][] off = new double[cosines.length][];
        double largest = 0;
        double sum = 0;
        for (int i = 0; i < off.length; i++) {
            off[i] = cosines[i].clone();
            off[i][i] = Double.NaN;
            double most = Arrays.stream(off[i]).filter(Double::isFinite).max().orElse(0);
            largest = Math.max(largest, most);
            sum += most;
        }
        double top = Math.max(0.1, Math.ceil(10 * largest) / 10);
        String about = String.format(
                Locale.ROOT,
                "mean cosine with the own feature %.3f, largest with another one %.3f on average, %.3f at most",
                IntStream.range(0, off.length)
                        .mapToDouble(i -> cosines[i][i])
                        .average()
                        .orElse(0),
                sum / Math.max(1, off.length),
                largest);
        page.details(
                row.name() + ", seed " + row.runs().firstKey() + ": " + about,
                inside -> inside.heatMap(
                                "Cosines of the " + cosines.length + " latents with the most frequent features",
                                "their features, in the same order",
                                "latents, the most frequent feature first",
                                0,
                                1,
                                cosines)
                        .heatMap(
                                "The same without the diagonal",
                                "their features, in the same order",
                                "latents, the most frequent feature first",
                                0,
                                top,
                                off));
    }
}
