package dev.assay.sae.model;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.TrainingText;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.SaeException;
import dev.assay.sae.probe.Perturbation;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * TPP and SCR on a model, on tasks of sae-probes in the place of SAEBench's own data, which no package brings: classes of one
 * kind (kinds of news, languages of code, sports), and historical figures that are politicians or not and men or not. The
 * last token's activation is taken, where SAEBench averages over tokens. See {@link Perturbation#WARNING}.
 */
public final class ModelPerturbation {
    private static final List<List<String>> CLASSES = List.of(
            List.of("139_news_class_Politics", "140_news_class_Technology", "141_news_class_Entertainment"),
            List.of("158_code_C", "159_code_Python", "160_code_HTML"),
            List.of("154_athlete_sport_football", "155_athlete_sport_basketball", "156_athlete_sport_baseball"));
    private static final List<List<String>> PAIRS = List.of(
            List.of("7_hist_fig_ispolitician", "5_hist_fig_ismale"),
            List.of("6_hist_fig_isamerican", "5_hist_fig_ismale"));

    private final LanguageModel model;
    private final Source source;
    private final Map<String, ProbeTask> tasks = new HashMap<>();
    private final int examples;
    private final int context;
    private final SplitRandom random;
    private final Core.Progress progress;

    /** @param examples texts of each class, or of each pair, at most */
    public ModelPerturbation(
            LanguageModel model,
            Source source,
            ProbeFolder folder,
            int examples,
            int context,
            SplitRandom random,
            Core.Progress progress) {
        this.model = model;
        this.source = source;
        this.examples = examples;
        this.context = context;
        this.random = random;
        this.progress = progress;
        List<String> wanted = Stream.of(CLASSES, PAIRS)
                .flatMap(List::stream)
                .flatMap(List::stream)
                .toList();
        for (ProbeFolder.Task task : folder.tasks())
            if (wanted.contains(task.name())) tasks.put(task.name(), ProbeTask.of(task, ProbeFolder.READ));
    }

    /** Texts with a class or two yes-or-no answers each, and their activations. */
    private record Data(Vectors vectors, int[] of, boolean[] target, boolean[] spurious) {}

    private ProbeTask task(String name) {
        ProbeTask task = tasks.get(name);
        if (task == null) throw new SaeException("the folder of sae-probes lacks the task " + name);
        return task;
    }

    private Vectors read(List<String> texts, String what) {
        List<Vectors.Place> places = texts.stream()
                .map(t -> {
                    int[] ids = TrainingText.of(model.tokenizer(), t).ids();
                    int[] end = ids.length > context ? Arrays.copyOfRange(ids, ids.length - context, ids.length) : ids;
                    return new Vectors.Place(end, end.length - 1);
                })
                .toList();
        return Vectors.read(source, places, progress, what);
    }

    /** TPP of some autoencoders by name: {@code tpp n=…}, means over data sets. */
    public Map<String, Map<String, Double>> tpp(Map<String, InferenceSae> saes) {
        Map<String, Map<String, Double>> out = none(saes);
        for (List<String> family : CLASSES) {
            Data data = classes(family);
            saes.forEach((name, sae) ->
                    tpp(sae, data, family).forEach((n, v) -> add(out, name, "tpp n=" + n, v / CLASSES.size())));
        }
        return out;
    }

    /** SCR likewise: {@code scr n=…}. */
    public Map<String, Map<String, Double>> scr(Map<String, InferenceSae> saes) {
        Map<String, Map<String, Double>> out = none(saes);
        for (List<String> pair : PAIRS) {
            Data data = pair(pair);
            saes.forEach((name, sae) ->
                    scr(sae, data, pair).forEach((n, v) -> add(out, name, "scr n=" + n, v / PAIRS.size())));
        }
        return out;
    }

    private static Map<String, Map<String, Double>> none(Map<String, InferenceSae> saes) {
        Map<String, Map<String, Double>> out = new LinkedHashMap<>();
        saes.keySet().forEach(name -> out.put(name, new LinkedHashMap<>()));
        return out;
    }

    private static void add(Map<String, Map<String, Double>> out, String name, String score, double value) {
        Map<String, Double> scores = out.get(name);
        if (scores != null) scores.merge(score, value, Double::sum);
    }

    private Data classes(List<String> family) {
        var texts = new ArrayList<String>();
        var of = new ArrayList<Integer>();
        for (int c = 0; c < family.size(); c++) {
            ProbeTask task = task(family.get(c));
            int taken = 0;
            for (int i = 0; i < task.y().length && taken < examples; i++) {
                if (!task.y()[i]) continue;
                texts.add(task.texts().get(i));
                of.add(c);
                taken++;
            }
        }
        List<Integer> order = shuffled(texts.size(), family);
        return new Data(
                read(order.stream().map(texts::get).toList(), "classes of " + family.getFirst() + ", texts"),
                order.stream().mapToInt(of::get).toArray(),
                new boolean[0],
                new boolean[0]);
    }

    private List<Integer> shuffled(int count, List<String> names) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(order, new Random(random.split(names.getFirst()).seed()));
        return order;
    }

    private Data pair(List<String> names) {
        ProbeTask target = task(names.get(0));
        ProbeTask spurious = task(names.get(1));
        Map<String, Boolean> other = new HashMap<>();
        for (int i = 0; i < spurious.y().length; i++) other.put(spurious.texts().get(i), spurious.y()[i]);
        int[] both = IntStream.range(0, target.y().length)
                .filter(i -> other.containsKey(target.texts().get(i)))
                .limit(2L * examples)
                .toArray();
        List<Integer> order = shuffled(both.length, names);
        var yes = new boolean[both.length];
        var also = new boolean[both.length];
        var texts = new ArrayList<String>();
        for (int i = 0; i < both.length; i++) {
            int row = both[order.get(i)];
            texts.add(target.texts().get(row));
            yes[i] = target.y()[row];
            also[i] = Boolean.TRUE.equals(other.get(target.texts().get(row)));
        }
        return new Data(read(texts, "pairs of " + names.getFirst() + ", texts"), new int[0], yes, also);
    }

    private Map<Integer, Double> tpp(InferenceSae sae, Data data, List<String> family) {
        int half = data.of.length * 4 / 5;
        int[] train = IntStream.range(0, half).toArray();
        int[] test = IntStream.range(half, data.of.length).toArray();
        Perturbation.Samples all = samples(sae, data.vectors);
        return Perturbation.tpp(
                sae.decoder(),
                all.at(train),
                Arrays.copyOf(data.of, half),
                all.at(test),
                Arrays.copyOfRange(data.of, half, data.of.length),
                family.size(),
                Perturbation.NS,
                random.split("tpp").split(family.getFirst()));
    }

    private Map<Integer, Double> scr(InferenceSae sae, Data data, List<String> names) {
        int all = data.target.length;
        int half = all * 4 / 5;
        Perturbation.Samples samples = samples(sae, data.vectors);
        return Perturbation.scr(
                sae.decoder(),
                samples.at(IntStream.range(0, half).toArray()),
                new Perturbation.Pair(Arrays.copyOf(data.target, half), Arrays.copyOf(data.spurious, half)),
                samples.at(IntStream.range(half, all).toArray()),
                new Perturbation.Pair(
                        Arrays.copyOfRange(data.target, half, all), Arrays.copyOfRange(data.spurious, half, all)),
                Perturbation.NS,
                random.split("scr").split(names.getFirst()));
    }

    private static Perturbation.Samples samples(InferenceSae sae, Vectors vectors) {
        return new Perturbation.Samples(vectors.rows(), vectors.latents(sae::encode, sae.latents()));
    }
}
