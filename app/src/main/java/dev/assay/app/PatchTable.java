package dev.assay.app;

import dev.assay.lm.Metric;
import dev.assay.lm.Patch;
import dev.assay.lm.Patching;
import dev.assay.lm.Site;
import dev.assay.lm.TokenText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What patches did, as text and as JSON.
 *
 * @param sites patched at each of the positions, which the result begins with, site by site; then come heads
 */
record PatchTable(
        TokenText tokens,
        int[] clean,
        int[] corrupted,
        boolean reverse,
        Metric metric,
        List<Site> sites,
        List<Integer> positions,
        Patching.Result result) {
    private static final int HEAD = 10;

    String text() {
        var out = new StringBuilder();
        String from = reverse ? "corrupted" : "clean";
        String into = reverse ? "clean" : "corrupted";
        out.append(AnswerOptions.words(metric, tokens)).append(" after the last position\n");
        out.append(String.format(Locale.ROOT, "%-10s %9.4f%n", "clean", reverse ? result.into() : result.from()));
        out.append(String.format(Locale.ROOT, "%-10s %9.4f%n", "corrupted", reverse ? result.from() : result.into()));
        out.append("%nPatched from %s into %s: 1 is as %s, 0 is as %s, · is less than 0.005 from 0.%n"
                .formatted(from, into, from, into));
        kinds().forEach((kind, places) -> out.append('\n').append(TextTable.right(grid(kind, places))));
        if (heads() > 0) out.append("\nEach head at all positions.\n").append(TextTable.right(byHead()));
        return out.toString();
    }

    /** The rows of the result that belong to each kind of site. */
    private Map<Site.Kind, List<Integer>> kinds() {
        return IntStream.range(0, sites.size())
                .boxed()
                .collect(Collectors.groupingBy(i -> sites.get(i).kind(), LinkedHashMap::new, Collectors.toList()));
    }

    private List<List<String>> grid(Site.Kind kind, List<Integer> places) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(row(kind.key(), positions.stream().map(String::valueOf).toList()));
        rows.add(row("clean", positions.stream().map(p -> head(clean[p])).toList()));
        rows.add(
                row("corrupted", positions.stream().map(p -> head(corrupted[p])).toList()));
        for (int i : places)
            rows.add(row(
                    kind.layered() ? "block " + sites.get(i).layer() : "",
                    of(result.recovered(), i).stream().map(PatchTable::number).toList()));
        return rows;
    }

    private List<List<String>> byHead() {
        List<List<String>> rows = new ArrayList<>();
        Map<Integer, List<String>> blocks = new LinkedHashMap<>();
        List<String> heads = new ArrayList<>();
        for (int i = result.patches().size() - heads(); i < result.patches().size(); i++) {
            Patch patch = result.patches().get(i);
            if (patch.site().layer() == 0) heads.add("head " + patch.head().orElseThrow());
            blocks.computeIfAbsent(patch.site().layer(), l -> new ArrayList<>())
                    .add(number(result.recovered().get(i)));
        }
        rows.add(row("attn_z", heads));
        blocks.forEach((layer, values) -> rows.add(row("block " + layer, values)));
        return rows;
    }

    private int heads() {
        return result.patches().size() - sites.size() * positions.size();
    }

    /** A site's values, position by position. */
    private List<Double> of(List<Double> values, int site) {
        return values.subList(site * positions.size(), (site + 1) * positions.size());
    }

    private static List<String> row(String name, List<String> cells) {
        List<String> out = new ArrayList<>(List.of(name));
        out.addAll(cells);
        return out;
    }

    private String head(int token) {
        String text = tokens.plain(token);
        return text.length() <= HEAD ? text : text.substring(0, HEAD - 1) + "…";
    }

    private static String number(double recovered) {
        return Math.abs(recovered) < 0.005 ? "·" : String.format(Locale.ROOT, "%.2f", recovered);
    }

    Map<String, Object> json(String model) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("model", model);
        out.putAll(AnswerOptions.json(metric, tokens));
        out.put("from", reverse ? "corrupted" : "clean");
        out.put("into", reverse ? "clean" : "corrupted");
        out.put("clean", prompt(clean, reverse ? result.into() : result.from()));
        out.put("corrupted", prompt(corrupted, reverse ? result.from() : result.into()));
        out.put("positions", positions);
        Map<String, Object> places = new LinkedHashMap<>();
        for (int i = 0; i < sites.size(); i++)
            places.put(sites.get(i).toString(), values(of(result.metrics(), i), of(result.recovered(), i)));
        out.put("sites", places);
        if (heads() > 0) out.put("heads", jsonHeads());
        return out;
    }

    private Map<String, Object> jsonHeads() {
        Map<String, Object> out = new LinkedHashMap<>();
        int first = sites.size() * positions.size();
        List<Patch> patches = result.patches();
        for (int from = first; from < patches.size(); ) {
            Site site = patches.get(from).site();
            int to = from;
            while (to < patches.size() && patches.get(to).site().equals(site)) to++;
            out.put(
                    site.toString(),
                    values(
                            result.metrics().subList(from, to),
                            result.recovered().subList(from, to)));
            from = to;
        }
        return out;
    }

    private static Map<String, Object> values(List<Double> metrics, List<Double> recovered) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("metric", metrics);
        out.put("recovered", recovered);
        return out;
    }

    private Map<String, Object> prompt(int[] ids, double value) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("ids", ids);
        out.put("tokens", Arrays.stream(ids).mapToObj(tokens::raw).toList());
        out.put("metric", value);
        return out;
    }
}
