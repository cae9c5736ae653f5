package dev.assay.app;

import dev.assay.sae.Recipe;
import dev.assay.sae.Training;
import dev.assay.sae.Verdict;
import dev.assay.stats.Interval;
import dev.assay.stats.SampleMean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Scores, differences and verdicts as the cells of tables. */
final class SaeText {
    /** What tables and records show of runs on worlds, in their order. */
    static final List<String> SCORES = List.of("f1", "mcc", "ev", "l0", "uniqueness", "dead", "precision", "recall");

    /** The same of runs on models, where true features are not known. */
    static final List<String> MODEL_SCORES =
            List.of("ev", "ce-recovered", "kl-recovered", "l0", "dead", "cosine", "ev-legacy");

    private SaeText() {}

    /** Those that some scores have. */
    static List<String> names(Map<String, Double> scores) {
        return scores.containsKey("f1") ? SCORES : MODEL_SCORES;
    }

    /** What counts most, in a few words. */
    static String shortly(Map<String, Double> scores) {
        return names(scores).stream()
                .filter(n -> List.of("f1", "mcc", "ev").contains(n))
                .map(n -> heading(n) + " " + number(scores.getOrDefault(n, Double.NaN), 3))
                .collect(Collectors.joining(", "));
    }

    static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    static int digits(String score) {
        return score.equals("l0") || score.equals("dead") ? 1 : 3;
    }

    /** Mean ± half of the interval; the mean alone for one seed. */
    static String mean(SampleMean mean, String score) {
        int digits = digits(score);
        return number(mean.mean(), digits)
                + mean.interval(SaeComparison.LEVEL)
                        .map(i -> "±" + number(i.width() / 2, digits))
                        .orElse("");
    }

    /** Difference with its interval: {@code +0.012 [+0.008, +0.016]}. */
    static String difference(SampleMean d) {
        return signed(d.mean())
                + d.interval(SaeComparison.LEVEL)
                        .map((Interval i) -> " [" + signed(i.low()) + ", " + signed(i.high()) + "]")
                        .orElse("");
    }

    private static String signed(double value) {
        String text = String.format(Locale.ROOT, "%+.3f", value);
        return text.equals("-0.000") ? "+0.000" : text;
    }

    static String p(double p) {
        return p < 0.001 ? "<.001" : String.format(Locale.ROOT, "%.3f", p).replaceFirst("^0", "");
    }

    /** How runs of a recipe are made, in a sentence. */
    static String protocol(SaeGround ground, Recipe recipe, long scored) {
        Training t = recipe.training();
        return String.format(
                Locale.ROOT,
                "On %s; %,d latents, %,d samples in batches of %,d, Adam at %s (falling to 0 over the last %.0f %%),"
                        + " scored on %s.",
                ground.name(),
                recipe.latents(),
                t.steps() * t.batch(),
                t.batch(),
                t.learningRate(),
                100 * t.decayShare(),
                ground.scoredOn(scored));
    }

    /** Head of the table of a group: scores, then differences. */
    static List<String> head(SaeComparison c) {
        List<String> head = new ArrayList<>(List.of("row", "n"));
        for (String score : c.scores()) head.add(heading(score));
        if (c.onWorld()) head.add(heading(c.primary()) + " as used");
        head.add("less");
        for (String score : c.shown()) head.add(heading(score) + " difference");
        head.addAll(List.of("p (Holm)", "verdict"));
        return head;
    }

    static String heading(String score) {
        return switch (score) {
            case "f1", "mcc", "ev", "l0" -> score.toUpperCase(Locale.ROOT);
            case "ce-recovered" -> "CE recovered";
            case "kl-recovered" -> "KL recovered";
            case "ev-legacy" -> "EV, legacy";
            default -> score;
        };
    }

    static List<String> cells(SaeComparison c, SaeComparison.Line line) {
        SaeRow row = line.row();
        List<String> cells =
                new ArrayList<>(List.of(row.name(), Integer.toString(row.runs().size())));
        for (String score : c.scores()) cells.add(mean(row.training(score), score));
        if (c.onWorld())
            cells.add(row.inference(c.primary()).map(m -> mean(m, c.primary())).orElse("–"));
        cells.add(line.verdict().map(v -> row.against()).orElse("–"));
        for (String score : c.shown())
            cells.add(line.verdict().map(v -> difference(v, score)).orElse("–"));
        cells.add(line.verdict().map(v -> v.n() > 1 ? p(v.p()) : "–").orElse("–"));
        cells.add(line.verdict().map(v -> v.outcome().words).orElse("–"));
        return cells;
    }

    static String difference(Verdict v, String score) {
        Map<String, SampleMean> all = v.differences();
        return Optional.ofNullable(all.get(score)).map(SaeText::difference).orElse("–");
    }
}
