package dev.assay.research;

import dev.assay.research.Memory.Past;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a workspace amounts to, computed from its ledger and nothing else.
 *
 * @param control choices of the recipe that stands
 * @param verdicts how many sprints ended with each
 * @param exploratory runs that researchers tried out, which are no evidence
 * @param skipped times that a researcher was asked and nothing came of it
 * @param dollars that language models cost, where their price is known
 * @param builds share of the sprints after the first promotion that are of the same family as it: the measure of anchoring
 * @param brier of stated probabilities, by researcher; lower is better, 0.25 is what always saying one half gets
 */
public record Summary(
        int sprints,
        int open,
        int runs,
        int voidRuns,
        double trainingSeconds,
        int generation,
        Map<String, String> control,
        String recipe,
        Map<String, Integer> verdicts,
        Optional<Double> builds,
        Map<String, Double> brier,
        int hints,
        int exploratory,
        int skipped,
        double dollars,
        boolean paused,
        double secondsPerFullRun,
        List<Row> rows) {
    private static final double FIRST_GUESS = 20;

    /** A sprint in the table. */
    public record Row(
            String sprint,
            String idea,
            String family,
            String origin,
            String researcher,
            double probability,
            double gain,
            int pairs,
            String stage,
            String verdict) {}

    public static Summary of(Workspace workspace) {
        var memory = new Memory(workspace);
        List<Past> past = memory.past();
        Map<String, Integer> verdicts = new LinkedHashMap<>();
        for (Verdict v : Verdict.values()) {
            int count = (int) past.stream().filter(p -> p.verdict() == v).count();
            if (count > 0) verdicts.put(v.words(), count);
        }
        int runs = 0;
        int voids = 0;
        double seconds = 0;
        int full = 0;
        double fullSeconds = 0;
        int exploratory = 0;
        int skipped = 0;
        double dollars = 0;
        for (LedgerEntry e : memory.entries()) {
            if (e.type().equals(Session.EXPLORATION)) exploratory++;
            if (e.type().equals(Session.SKIPPED)) skipped++;
            dollars += e.body().path("asked").path("dollars").asDouble();
            if (!e.type().equals(RunRow.TYPE)) continue;
            runs++;
            seconds += e.body().path("seconds").asDouble();
            if (!e.body().path("outcome").asText().equals(RunRow.SCORED)) voids++;
            if (e.body().path("declared").asLong() < memory.protocol().samples()) continue;
            full++;
            fullSeconds += e.body().path("seconds").asDouble();
        }
        return new Summary(
                past.size(),
                memory.begun() - past.size(),
                runs,
                voids,
                seconds,
                memory.generation(),
                memory.control(),
                memory.grammar().text(memory.control()),
                verdicts,
                builds(memory),
                brier(past),
                memory.hints().size(),
                exploratory,
                skipped,
                dollars,
                java.nio.file.Files.exists(workspace.folder().resolve(Loop.PAUSED)),
                full == 0 ? FIRST_GUESS : fullSeconds / full,
                rows(memory));
    }

    private static Optional<Double> builds(Memory memory) {
        Optional<Past> first = memory.firstKept();
        if (first.isEmpty()) return Optional.empty();
        List<Past> all = memory.past();
        List<Past> after = all.subList(all.indexOf(first.get()) + 1, all.size()).stream()
                .filter(p -> !p.family().equals(Sprint.SIMPLIFICATION))
                .toList();
        if (after.isEmpty()) return Optional.empty();
        long same = after.stream()
                .filter(p -> p.family().equals(first.get().family()))
                .count();
        return Optional.of((double) same / after.size());
    }

    private static Map<String, Double> brier(List<Past> past) {
        Map<String, Double> out = new LinkedHashMap<>();
        for (String who : past.stream().map(Past::researcher).distinct().toList()) {
            List<Past> theirs = past.stream()
                    .filter(p -> p.researcher().equals(who)
                            && p.verdict().counts()
                            && !p.family().equals(Sprint.SIMPLIFICATION))
                    .toList();
            Rules.brier(
                            theirs.stream().map(Past::probability).toList(),
                            theirs.stream().map(p -> p.verdict().good()).toList())
                    .ifPresent(b -> out.put(who, b));
        }
        return out;
    }

    private static List<Row> rows(Memory memory) {
        Map<String, String> origins = new LinkedHashMap<>();
        for (LedgerEntry e : memory.entries())
            if (e.type().equals(Sprint.PROPOSAL))
                origins.put(
                        e.body().path("sprint").asText(),
                        Readme.origin(Idea.Origin.valueOf(
                                e.body().path("idea").path("origin").asText())));
        List<Row> rows = new ArrayList<>();
        for (Past p : memory.past())
            rows.add(new Row(
                    p.sprint(),
                    p.key(),
                    p.family(),
                    origins.getOrDefault(p.sprint(), ""),
                    p.researcher(),
                    p.probability(),
                    p.gain(),
                    p.pairs(),
                    p.stage(),
                    p.verdict().words()));
        return rows;
    }

    /** One line. */
    public String headline() {
        return String.format(
                Locale.ROOT,
                "%d sprints, %d promoted, %d runs (%.1f %% void), %.0f s of training; control %d: %s",
                sprints,
                verdicts.getOrDefault(Verdict.PROMOTED.words(), 0),
                runs,
                runs == 0 ? 0 : 100.0 * voidRuns / runs,
                trainingSeconds,
                generation,
                control.isEmpty() ? "the baseline" : control);
    }

    /** How far to believe it, in words, by label: what `status` prints and the loop's report shows. */
    public Map<String, String> facts() {
        Map<String, String> out = new LinkedHashMap<>();
        brier.forEach((who, b) -> out.put(
                "Brier score of " + who, String.format(Locale.ROOT, "%.3f (always saying one half: 0.250)", b)));
        builds.ifPresent(b -> out.put(
                "Anchoring",
                String.format(
                        Locale.ROOT, "%.0f %% of the sprints after the first promotion are of its family", 100 * b)));
        out.put("Hints", hints == 0 ? "none was given: autonomous" : String.valueOf(hints));
        if (exploratory + skipped > 0)
            out.put(
                    "Tried out",
                    String.format(
                            Locale.ROOT,
                            "%d exploratory runs, which are no evidence; %d times nothing came of asking; $%.4f",
                            exploratory,
                            skipped,
                            dollars));
        return out;
    }
}
