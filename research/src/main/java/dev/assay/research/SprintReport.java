package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.report.HtmlReport;
import dev.assay.report.HtmlReport.Estimate;
import dev.assay.report.HtmlReport.Level;
import dev.assay.report.HtmlReport.Line;
import dev.assay.report.Page;
import dev.assay.report.PdfReport;
import dev.assay.sae.Architecture;
import dev.assay.sae.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The report of a sprint, made from the ledger: the same on a screen and on paper. */
final class SprintReport {
    static final String HTML = "report.html";
    static final String PDF = "report.pdf";
    static final String NUMBERS = "data/numbers.json";
    private static final int POINTS = 100;
    private static final int MOST_ROWS = 25;

    private final Workspace workspace;
    private final String sprint;
    private final JsonNode proposal;
    private final JsonNode verdict;
    private final Idea idea;
    private final List<RunRow> rows;
    private final SprintNumbers numbers;
    private final Verdict said;

    private SprintReport(Workspace workspace, String sprint) {
        this.workspace = workspace;
        this.sprint = sprint;
        var memory = new Memory(workspace);
        this.proposal = body(memory, Sprint.PROPOSAL);
        this.verdict = body(memory, Sprint.VERDICT);
        this.idea = CanonicalJson.value(proposal.path("idea"), Idea.class);
        this.rows = memory.rows(sprint);
        this.numbers = new SprintNumbers(rows);
        this.said = Verdict.of(verdict.path("verdict").asText());
    }

    private JsonNode body(Memory memory, String type) {
        return memory.entries().stream()
                .filter(e -> e.type().equals(type)
                        && e.body().path("sprint").asText().equals(sprint))
                .findFirst()
                .orElseThrow(() -> new ResearchException("the ledger has no " + type + " of " + sprint))
                .body();
    }

    /** Writes report.html, report.pdf and data/numbers.json. */
    static void write(Workspace workspace, Path folder) {
        var report = new SprintReport(workspace, folder.getFileName().toString());
        var html = new HtmlReport(report.title(), report.subtitle());
        report.fill(html);
        var pdf = new PdfReport(report.title(), report.subtitle());
        report.fill(pdf);
        AtomicFile.write(folder.resolve(NUMBERS), CanonicalJson.pretty(report.numbers.values()));
        AtomicFile.write(folder.resolve(HTML), Workspace.utf8(html.toHtml()));
        AtomicFile.write(folder.resolve(PDF), pdf.toPdf());
    }

    private String title() {
        return Character.toUpperCase(idea.title().charAt(0)) + idea.title().substring(1);
    }

    private String subtitle() {
        return sprint + " · " + idea.family() + " · proposed by "
                + proposal.path("researcher").asText();
    }

    private void fill(Page page) {
        page.verdict(Conclusion.tone(said), said.words(), headline());
        page.section("Idea");
        page.prose(idea.motivation());
        page.facts(facts());
        page.section("Result");
        stages(page);
        pairs(page);
        page.section("What was varied");
        schedules(page);
        page.section("All ideas so far");
        ideas(page);
        page.section("Conclusions");
        page.prose(Conclusion.of(said) + " Reason: " + verdict.path("reason").asText() + ".");
        page.prose(caveat());
        page.section("Where this comes from");
        page.facts(provenance());
    }

    private String key(String measure) {
        return stage() + "/" + verdict.path("variant").asText() + "/" + measure;
    }

    private String stage() {
        return verdict.path("stage").asText();
    }

    private String headline() {
        double gain = numbers.get(key("gain"));
        if (Double.isNaN(gain)) return verdict.path("reason").asText();
        return "F1 " + number(numbers.get(key("f1"))) + " against " + number(numbers.get(key("control-f1")))
                + " of the control: " + gain(stage(), verdict.path("variant").asText()) + ".";
    }

    private String gain(String stage, String variant) {
        String name = stage + "/" + variant + "/gain";
        int n = (int) numbers.get(stage + "/" + variant + "/n");
        String text = Words.signed(numbers.get(name));
        if (n >= 2)
            text += " [" + Words.signed(numbers.get(name + "-low")) + ", " + Words.signed(numbers.get(name + "-high"))
                    + "]";
        return text + " in " + n + " pairs of the " + stage + label(n);
    }

    /** One seed proves nothing, and is said to. */
    private static String label(int n) {
        return n == 1 ? " (an anecdote: one seed)" : n < 5 ? " (fewer than five seeds: no more than a hint)" : "";
    }

    private String caveat() {
        return "Everything here is at one L0, "
                + Slots.number(workspace.protocol().k())
                + ", and says nothing about others. Intervals are Student's at 95 %, paired by world and seed; the level at which"
                + " a look decides is smaller, since looks are paid for. Noise floor of the control: "
                + number(verdict.path("floor").asDouble()) + ".";
    }

    private Map<String, String> facts() {
        Map<String, String> out = new LinkedHashMap<>();
        out.put("Origin", Readme.origin(idea.origin()));
        out.put("Predicted", idea.hypothesis());
        out.put("Stated probability", String.format(Locale.ROOT, "%.0f %%", 100 * idea.probability()));
        out.put("Observed", Conclusion.prediction(idea.probability(), said) + ": " + said.words());
        Map<String, String> control = new LinkedHashMap<>();
        proposal.path("control")
                .properties()
                .forEach(f -> control.put(f.getKey(), f.getValue().asText()));
        out.put("Control", new Grammar(workspace.protocol()).words(control));
        out.put("Variant", verdict.path("variant").asText());
        return out;
    }

    private void stages(Page page) {
        List<Estimate> estimates = new ArrayList<>();
        List<List<String>> table = new ArrayList<>();
        double reach = 0.01;
        for (String stage : numbers.stages())
            for (String variant : numbers.variants(stage)) {
                String name = stage + "/" + variant + "/";
                int n = (int) numbers.get(name + "n");
                double low = numbers.get(name + "gain-low");
                double high = numbers.get(name + "gain-high");
                if (n > 0) {
                    estimates.add(new Estimate(
                            stage + ": " + variant,
                            numbers.get(name + "gain"),
                            low,
                            high,
                            n + (n == 1 ? " pair" : " pairs")));
                    reach = Math.max(reach, 1.15 * Math.abs(numbers.get(name + "gain")));
                    if (n >= 5) reach = Math.max(reach, Math.max(Math.abs(low), Math.abs(high)));
                }
                table.add(List.of(
                        stage,
                        variant,
                        String.valueOf(n),
                        number(numbers.get(name + "f1")),
                        number(numbers.get(name + "control-f1")),
                        signed(numbers.get(name + "gain")),
                        number(numbers.get(name + "mcc")),
                        signed(numbers.get(name + "mcc-gain")),
                        number(numbers.get(name + "precision")),
                        number(numbers.get(name + "recall")),
                        number(numbers.get(name + "l0"))));
            }
        if (!estimates.isEmpty())
            page.intervals("Difference of F1 to the control, paired by world and seed", -reach, reach, estimates);
        if (table.isEmpty()) page.prose("No variant came to a run.");
        else
            page.table(
                    "Means over pairs",
                    List.of(
                            "stage",
                            "variant",
                            "n",
                            "F1",
                            "control",
                            "gain",
                            "MCC",
                            "gain",
                            "precision",
                            "recall",
                            "L0"),
                    table);
        voids(page);
    }

    private void voids(Page page) {
        List<List<String>> table = rows.stream()
                .filter(r -> !r.scored())
                .map(r -> List.of(
                        r.stage(),
                        r.entrant(),
                        String.valueOf(r.pair()),
                        r.reason().lines().findFirst().orElse("")))
                .distinct()
                .limit(MOST_ROWS)
                .toList();
        if (!table.isEmpty()) page.table("Runs that do not count", List.of("stage", "entrant", "pair", "why"), table);
    }

    /** F1 of each pair of the last stage. */
    private void pairs(Page page) {
        String variant = verdict.path("variant").asText();
        String last = numbers.stages().stream()
                .filter(s -> numbers.get(s + "/" + variant + "/n") >= 2)
                .reduce((a, b) -> b)
                .orElse("");
        if (last.isEmpty()) return;
        page.lines(
                "F1 of each pair of the stage '" + last + "': the same world and seed for both",
                "pair",
                "F1",
                false,
                List.of(line(last, RunRow.CONTROL, false), line(last, variant, true)),
                List.of());
    }

    private Line line(String stage, String entrant, boolean emphasised) {
        List<RunRow> scored = rows.stream()
                .filter(r -> r.stage().equals(stage) && r.entrant().equals(entrant) && r.scored())
                .toList();
        return new Line(
                entrant.equals(RunRow.CONTROL) ? "control" : "this idea",
                scored.stream().mapToDouble(r -> r.pair() + 1).toArray(),
                scored.stream().mapToDouble(r -> r.score().f1()).toArray(),
                emphasised);
    }

    /** k and the learning rate over training, of the control and of the variant. */
    private void schedules(Page page) {
        var grammar = new Grammar(workspace.protocol());
        Map<String, String> control = new LinkedHashMap<>();
        proposal.path("control")
                .properties()
                .forEach(f -> control.put(f.getKey(), f.getValue().asText()));
        Recipe before = Grammar.recipe(grammar.text(control));
        Map<String, String> choices = idea.variants().stream()
                .filter(v -> v.name().equals(verdict.path("variant").asText()))
                .findFirst()
                .orElse(idea.variants().getFirst())
                .choices();
        Recipe after = Grammar.recipe(grammar.text(choices));
        var rates = List.of(rate("control", before, false), rate("this idea", after, true));
        if (differ(rates))
            page.lines("Learning rate over training", "share of training", "learning rate", false, rates, List.of());
        if (before.architecture() instanceof Architecture.BatchTopK a
                && after.architecture() instanceof Architecture.BatchTopK b) {
            var ks = List.of(k("control", before, a, false), k("this idea", after, b, true));
            if (differ(ks))
                page.lines(
                        "Active latents per sample over training",
                        "share of training",
                        "k",
                        false,
                        ks,
                        List.of(new Level(workspace.protocol().k(), "wanted")));
            if (!differ(ks) && !differ(rates)) page.prose("Schedules of k and of the learning rate are the control's.");
        }
        page.prose("The variant's recipe:\n" + grammar.text(choices));
    }

    private static boolean differ(List<Line> two) {
        return !Arrays.equals(two.getFirst().y(), two.getLast().y());
    }

    private static Line rate(String name, Recipe recipe, boolean emphasised) {
        long steps = recipe.training().steps();
        double[] x = IntStream.rangeClosed(0, POINTS)
                .mapToDouble(i -> (double) i / POINTS)
                .toArray();
        double[] y = IntStream.rangeClosed(0, POINTS)
                .mapToDouble(i -> recipe.training().learningRate(Math.min(steps - 1, i * steps / POINTS)))
                .toArray();
        return new Line(name, x, y, emphasised);
    }

    private static Line k(String name, Recipe recipe, Architecture.BatchTopK spec, boolean emphasised) {
        long steps = recipe.training().steps();
        double[] x = IntStream.rangeClosed(0, POINTS)
                .mapToDouble(i -> (double) i / POINTS)
                .toArray();
        double[] y = IntStream.rangeClosed(0, POINTS)
                .mapToDouble(i -> spec.k().at(i * steps / POINTS))
                .toArray();
        return new Line(name, x, y, emphasised);
    }

    private void ideas(Page page) {
        List<Summary.Row> all = Summary.of(workspace).rows();
        int here = IntStream.range(0, all.size())
                .filter(i -> all.get(i).sprint().equals(sprint))
                .findFirst()
                .orElse(all.size() - 1);
        List<List<String>> table = new ArrayList<>();
        for (Summary.Row r : all.subList(Math.max(0, here + 1 - MOST_ROWS), here + 1))
            table.add(List.of(
                    r.idea(),
                    r.origin(),
                    String.format(Locale.ROOT, "%.0f %%", 100 * r.probability()),
                    signed(r.gain()),
                    String.valueOf(r.pairs()),
                    r.verdict()));
        page.table(
                "Results by idea and where it came from",
                List.of("idea", "origin", "probability", "gain in F1", "pairs", "verdict"),
                table);
    }

    private Map<String, String> provenance() {
        Map<String, String> out = new LinkedHashMap<>();
        if (proposal.has("session"))
            out.put(
                    "Proposed in",
                    proposal.path("session").asText() + ", after "
                            + proposal.path("asked").path("experiments").asInt()
                            + " exploratory runs, which are no evidence");
        out.put("Ledger", "every run with its counts, under the name " + sprint);
        out.put("Runs", (int) numbers.get("runs") + ", of which void " + (int) numbers.get("void"));
        out.put("Training", String.format(Locale.ROOT, "%.0f s", numbers.get("seconds")));
        out.put("Evaluator", distinct(r -> r.evaluator().substring(0, 16)));
        out.put("Sandbox", distinct(RunRow::sandbox));
        out.put("Worlds", distinct(r -> r.draw().member()));
        out.put("Check", "assay research verify computes every number anew from the ledger");
        return out;
    }

    private String distinct(Function<RunRow, String> what) {
        return String.join(", ", rows.stream().map(what).distinct().toList());
    }

    private static String number(double x) {
        return Double.isNaN(x) ? "–" : String.format(Locale.ROOT, "%.4f", x);
    }

    private static String signed(double x) {
        return Double.isNaN(x) ? "–" : Words.signed(x);
    }
}
