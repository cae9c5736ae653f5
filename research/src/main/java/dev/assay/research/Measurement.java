package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.Interval;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * What was found, beside what was published: the loop's recipe, BatchTopK and LISTA-Matryoshka on the same held-out worlds,
 * seeds and samples, drawn after the recipe stood.
 */
public final class Measurement {
    /** Of a table with a row for each recipe. */
    public static final List<String> HEAD =
            List.of("recipe", "pairs", "F1", "MCC", "gain over BatchTopK", "share of LISTA-Matryoshka's gain");

    private static final int RESAMPLES = 10_000;
    private static final String FOUND = "found";
    static final String LISTA = "lista-matryoshka";
    static final String BATCHTOPK = "batchtopk";
    static final String TYPE = "measure";

    private Measurement() {}

    /**
     * One recipe.
     *
     * @param share of the gain from BatchTopK to LISTA-Matryoshka, of means over pairs
     * @param interval of the share at 95 %, by bootstrap over pairs
     */
    public record Line(
            String recipe,
            int pairs,
            double f1,
            double mcc,
            double gain,
            double low,
            double high,
            double share,
            Interval interval) {
        /** A row of a table under {@link #HEAD}. */
        public List<String> cells() {
            return List.of(
                    recipe,
                    String.valueOf(pairs),
                    String.format(Locale.ROOT, "%.3f", f1),
                    String.format(Locale.ROOT, "%.3f", mcc),
                    String.format(Locale.ROOT, "%+.3f [%+.3f, %+.3f]", gain, low, high),
                    String.format(
                            Locale.ROOT,
                            "%.0f %% [%.0f, %.0f]",
                            100 * share,
                            100 * interval.low(),
                            100 * interval.high()));
        }
    }

    /**
     * @param seeds of each held-out world
     * @param others recipes of other workspaces of the same family, by name
     */
    public static List<Line> of(
            Workspace workspace, int seeds, int parallel, Map<String, Workspace> others, Consumer<String> progress) {
        var memory = new Memory(workspace);
        Grammar grammar = memory.grammar();
        List<Stage.Entrant> entrants = new ArrayList<>(List.of(Stage.Entrant.control(grammar.batchTopK())));
        entrants.add(new Stage.Entrant(LISTA, grammar.listaMatryoshka(), Map.of()));
        entrants.add(new Stage.Entrant(FOUND, memory.control(), Map.of()));
        others.forEach((name, other) -> entrants.add(new Stage.Entrant(name, new Memory(other).control(), Map.of())));
        String name = "measure " + workspace.ledger().entries(TYPE).size();
        LedgerEntry from = workspace
                .ledger()
                .last(Sprint.PROMOTE)
                .or(() -> workspace.ledger().last("init"))
                .orElseThrow();
        List<WorldFamily.Member> heldOut =
                WorldFamily.named(workspace.protocol().family()).heldOut();
        List<Draw> draws = Draw.of(from.hash(), name, 0, seeds * heldOut.size(), heldOut);
        List<RunRow> rows = new ArrayList<>();
        try (var harness = new Harness(workspace, Sandbox.detect(), Evaluator.class, parallel, progress)) {
            for (int at = 0; at < draws.size(); at += heldOut.size()) // a part at a time, so that a kill costs little
            rows = harness.run(new Stage(
                    name,
                    workspace.folder().resolve("measured"),
                    name,
                    1,
                    at,
                    draws.subList(at, at + heldOut.size()),
                    entrants));
        }
        List<Line> lines = lines(rows, entrants);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("rows", name);
        body.put("lines", lines);
        workspace.ledger().append(TYPE, body);
        return lines;
    }

    /** What an entry of the ledger has. */
    static List<Line> lines(JsonNode body) {
        List<Line> out = new ArrayList<>();
        body.path("lines").forEach(l -> out.add(CanonicalJson.value(l, Line.class)));
        return out;
    }

    private static List<Line> lines(List<RunRow> rows, List<Stage.Entrant> entrants) {
        List<Integer> whole = rows.stream()
                .map(RunRow::pair)
                .distinct()
                .filter(p ->
                        rows.stream().filter(r -> r.pair() == p && r.scored()).count() == entrants.size())
                .toList();
        if (whole.size() < 2)
            throw new ResearchException(
                    "fewer than two pairs were scored for all recipes; the ledger's last runs say why: "
                            + rows.stream()
                                    .filter(r -> !r.scored())
                                    .map(r -> r.entrant() + ": " + r.reason())
                                    .findFirst()
                                    .orElse(""));
        double[] base = f1(rows, RunRow.CONTROL, whole);
        double[] top = f1(rows, LISTA, whole);
        List<Line> out = new ArrayList<>();
        for (Stage.Entrant e : entrants) {
            double[] ours = f1(rows, e.name(), whole);
            double[] gains = new double[ours.length];
            double mcc = 0;
            for (int i = 0; i < gains.length; i++) {
                gains[i] = ours[i] - base[i];
                mcc += row(rows, e.name(), whole.get(i)).score().mcc() / gains.length;
            }
            Optional<Interval> gain =
                    Rules.interval(Arrays.stream(gains).boxed().toList());
            double[] full = new double[gains.length];
            for (int i = 0; i < full.length; i++) full[i] = top[i] - base[i];
            out.add(new Line(
                    e.name().equals(RunRow.CONTROL) ? BATCHTOPK : e.name(),
                    gains.length,
                    mean(ours),
                    mcc,
                    mean(gains),
                    gain.map(Interval::low).orElse(Double.NaN),
                    gain.map(Interval::high).orElse(Double.NaN),
                    mean(gains) / mean(full),
                    bootstrap(gains, full)));
        }
        return out;
    }

    private static Interval bootstrap(double[] gains, double[] full) {
        RandomGenerator random = SplitRandom.of(1).split("share").generator();
        double[] shares = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            double a = 0;
            double b = 0;
            for (int i = 0; i < gains.length; i++) {
                int pick = random.nextInt(gains.length);
                a += gains[pick];
                b += full[pick];
            }
            shares[r] = b == 0 ? 0 : a / b;
        }
        Arrays.sort(shares);
        return new Interval(shares[RESAMPLES / 40], shares[RESAMPLES - 1 - RESAMPLES / 40]);
    }

    private static double[] f1(List<RunRow> rows, String entrant, List<Integer> pairs) {
        return pairs.stream()
                .mapToDouble(p -> row(rows, entrant, p).score().f1())
                .toArray();
    }

    private static RunRow row(List<RunRow> rows, String entrant, int pair) {
        return rows.stream()
                .filter(r -> r.entrant().equals(entrant) && r.pair() == pair)
                .findFirst()
                .orElseThrow();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}
