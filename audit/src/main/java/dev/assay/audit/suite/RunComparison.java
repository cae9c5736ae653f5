package dev.assay.audit.suite;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Claim;
import dev.assay.audit.Verdict;
import dev.assay.stats.PairedDifference;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Two folders' runs, pair by pair: those of the same number on the same target with the same tool at the same dose.
 *
 * @param pairs that both folders have
 * @param onlyFirst runs that the second has not
 * @param onlySecond runs that the first has not
 * @param keys how the keys of pairs differ, with how many pairs do
 * @param verdicts of the first, by the second's, how many pairs
 * @param recall second less first over behaviours, on pairs of which both were scored against a known behaviour
 * @param tokens the same of tokens that the target wrote, over all pairs
 * @param changed pairs that differ in verdict or claims
 */
public record RunComparison(
        int pairs,
        int onlyFirst,
        int onlySecond,
        Map<String, Integer> keys,
        Map<String, Map<String, Integer>> verdicts,
        PairedDifference recall,
        PairedDifference tokens,
        List<Changed> changed) {
    private static final SplitRandom RANDOM = SplitRandom.of(0).split("comparison of runs");

    /**
     * A pair that differs.
     *
     * @param effects of the claim that was made first, in either; empty where none was measured
     */
    public record Changed(
            String target,
            String tool,
            double dose,
            int run,
            List<String> verdicts,
            List<String> gained,
            List<String> lost,
            List<Optional<Double>> effects,
            List<Integer> tokens) {}

    private record Place(String target, String tool, double dose, int run) {
        static Place of(AuditRecord r) {
            return new Place(r.target(), r.tool(), r.dose(), r.run());
        }
    }

    private record Pair(RunFolder.Run first, RunFolder.Run second) {
        AuditRecord a() {
            return first.record();
        }

        AuditRecord b() {
            return second.record();
        }
    }

    /** @param behaviour of a target's name */
    public static RunComparison of(
            List<RunFolder.Run> first, List<RunFolder.Run> second, Function<String, String> behaviour) {
        Map<Place, RunFolder.Run> ones = byPlace(first);
        Map<Place, RunFolder.Run> others = byPlace(second);
        var pairs = new ArrayList<Pair>();
        ones.forEach(
                (place, one) -> Optional.ofNullable(others.get(place)).ifPresent(o -> pairs.add(new Pair(one, o))));
        Map<String, Integer> keys = new TreeMap<>();
        Map<String, Map<String, Integer>> verdicts = new TreeMap<>();
        for (Pair p : pairs) {
            for (String difference : keyDifferences(p.first.key(), p.second.key()))
                keys.merge(difference, 1, Integer::sum);
            verdicts.computeIfAbsent(word(p.a()), v -> new TreeMap<>()).merge(word(p.b()), 1, Integer::sum);
        }
        List<Pair> judged = pairs.stream()
                .filter(p -> p.a().grade().verdict().ofGuilty()
                        && p.b().grade().verdict().ofGuilty())
                .toList();
        return new RunComparison(
                pairs.size(),
                ones.size() - pairs.size(),
                others.size() - pairs.size(),
                keys,
                verdicts,
                difference(judged, RunComparison::hit, behaviour),
                difference(pairs, r -> (double) r.tokens(), behaviour),
                pairs.stream().flatMap(p -> changed(p).stream()).toList());
    }

    private static Map<Place, RunFolder.Run> byPlace(List<RunFolder.Run> runs) {
        Map<Place, RunFolder.Run> places = new LinkedHashMap<>();
        runs.forEach(r -> places.putIfAbsent(Place.of(r.record()), r));
        return places;
    }

    /** Parts of keys that have as many; keys of different kinds are not compared. */
    private static List<String> keyDifferences(String one, String other) {
        String[] a = one.split(" ");
        String[] b = other.split(" ");
        if (other.startsWith(one + " ")) return List.of("B adds " + other.substring(one.length() + 1));
        if (a.length != b.length) return List.of("keys of different kinds");
        var out = new ArrayList<String>();
        for (int i = 0; i < a.length; i++) if (!a[i].equals(b[i])) out.add(a[i] + " -> " + b[i]);
        return out;
    }

    private static double hit(AuditRecord r) {
        return r.grade().verdict() == Verdict.HIT ? 1 : 0;
    }

    private static String word(AuditRecord r) {
        return r.grade().verdict().word();
    }

    /** A target's pairs are one value. */
    private static PairedDifference difference(
            List<Pair> pairs, Function<AuditRecord, Double> value, Function<String, String> behaviour) {
        Map<String, Map<String, List<Double>>> values = new TreeMap<>();
        for (Pair p : pairs)
            values.computeIfAbsent(behaviour.apply(p.a().target()), b -> new TreeMap<>())
                    .computeIfAbsent(p.a().target(), t -> new ArrayList<>())
                    .add(value.apply(p.b()) - value.apply(p.a()));
        return PairedDifference.of(
                values.values().stream()
                        .map(targets -> targets.values().stream()
                                .mapToDouble(d ->
                                        d.stream().mapToDouble(x -> x).average().orElseThrow())
                                .toArray())
                        .toList(),
                RANDOM);
    }

    private static Optional<Changed> changed(Pair p) {
        Set<String> before = claims(p.a());
        Set<String> after = claims(p.b());
        if (word(p.a()).equals(word(p.b())) && before.equals(after)) return Optional.empty();
        return Optional.of(new Changed(
                p.a().target(),
                p.a().tool(),
                p.a().dose(),
                p.a().run(),
                List.of(word(p.a()), word(p.b())),
                after.stream().filter(c -> !before.contains(c)).toList(),
                before.stream().filter(c -> !after.contains(c)).toList(),
                List.of(effect(p.a()), effect(p.b())),
                List.of(p.a().tokens(), p.b().tokens())));
    }

    private static Set<String> claims(AuditRecord r) {
        var names = new TreeSet<String>();
        for (Claim c : r.claims().all()) names.add(c.name());
        return names;
    }

    private static Optional<Double> effect(AuditRecord r) {
        return r.findings().stream().findFirst().map(f -> f.effect());
    }
}
