package dev.assay.audit.oracle;

import dev.assay.organism.Progress;
import dev.assay.organism.Speaker;
import dev.assay.stats.Rate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Measures an oracle with questions that it never saw. */
final class HeldOutCheck {
    private final Oracle oracle;
    private final Speaker base;
    private final Progress progress;

    HeldOutCheck(Oracle oracle, Speaker base, Progress progress) {
        this.oracle = oracle;
        this.base = base;
        this.progress = progress;
    }

    /** A question with what the oracle said about its own activations, and about another text's. */
    private record Answered(Item item, boolean right, boolean swapped) {}

    /** Accuracies by set and form, after that of all questions of the mix that are answered with Yes or No. */
    List<Accuracy> measure(Map<String, List<Item>> sets, List<Item> training) {
        Map<String, String> commonest = commonest(training);
        var accuracies = new ArrayList<Accuracy>();
        var deciding = new ArrayList<Answered>();
        sets.forEach((name, items) -> {
            List<Answered> answered = ask(name, items);
            for (Item.Form form : Item.Form.values()) {
                List<Answered> some =
                        answered.stream().filter(a -> a.item().form() == form).toList();
                if (some.isEmpty()) continue;
                accuracies.add(accuracy(name + " " + form.key(), some, commonest));
                if (form == Item.Form.YES_NO && !name.equals("planted")) deciding.addAll(some);
            }
        });
        if (!deciding.isEmpty()) accuracies.addFirst(accuracy(OracleCard.BAR, deciding, commonest));
        return accuracies;
    }

    private List<Answered> ask(String name, List<Item> items) {
        List<Activations> own = ActivationReader.read(
                base, items.stream().map(ActivationReader.Place::of).toList(), "held-out activations", progress);
        List<Activations> others = swapped(items, own);
        List<String> questions = items.stream().map(Item::question).toList();
        List<String> said = oracle.answers(own, questions, name + " answers", progress);
        List<String> elsewhere = oracle.answers(others, questions, name + " answers to swapped activations", progress);
        return IntStream.range(0, items.size())
                .mapToObj(i -> new Answered(
                        items.get(i),
                        items.get(i).accepts(said.get(i)),
                        items.get(i).accepts(elsewhere.get(i))))
                .toList();
    }

    /** Each question gets the activations of the next one of its set and form. */
    private static List<Activations> swapped(List<Item> items, List<Activations> own) {
        Map<String, List<Integer>> groups = IntStream.range(0, items.size())
                .boxed()
                .collect(Collectors.groupingBy(i -> items.get(i).group(), LinkedHashMap::new, Collectors.toList()));
        var out = new ArrayList<>(own);
        groups.values().forEach(g -> {
            for (int k = 0; k < g.size(); k++) out.set(g.get(k), own.get(g.get((k + 1) % g.size())));
        });
        return out;
    }

    private static Accuracy accuracy(String set, List<Answered> answered, Map<String, String> commonest) {
        int n = answered.size();
        long blind = answered.stream()
                .filter(a -> a.item().right().equals(commonest.get(a.item().group())))
                .count();
        long yes = answered.stream().filter(a -> a.item().named().equals("Yes")).count();
        boolean binary = answered.stream().allMatch(a -> a.item().form() == Item.Form.YES_NO);
        return new Accuracy(
                set,
                new Rate((int) answered.stream().filter(Answered::right).count(), n),
                (double) (binary ? Math.max(yes, n - yes) : blind) / n,
                new Rate((int) answered.stream().filter(Answered::swapped).count(), n));
    }

    /** The commonest answer to the training questions of each set and form. */
    private static Map<String, String> commonest(List<Item> training) {
        Map<String, Map<String, Long>> counts = training.stream()
                .collect(Collectors.groupingBy(Item::group, Collectors.groupingBy(Item::right, Collectors.counting())));
        Map<String, String> out = new HashMap<>();
        counts.forEach((group, answers) -> out.put(
                group,
                answers.entrySet().stream()
                        .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                        .map(Map.Entry::getKey)
                        .orElseThrow()));
        return out;
    }
}
