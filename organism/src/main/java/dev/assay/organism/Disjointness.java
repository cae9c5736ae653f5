package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Whether what makes an organism, what judges it and what finds it are written apart: no text and no five words in a row
 * above ordinary English stand on both sides. The texts of a side are kept by the file that they come from.
 */
public final class Disjointness {
    private static final int DRAWS = 20_000;
    private static final int WORDS = 5;
    /** A run of five words is ordinary English if at least this many of them are common. */
    private static final int COMMON_OF_FIVE = 4;

    private static final Set<String> COMMON = Set.of(("""
            the be to of and a in that have i it for not on with he as you do at this but his by from they we say her she
            or an will my one all would there their what so up out if about who get which go me when make can like time no
            just him know take people into year your good some could them see other than then now look only come its over
            think also back after use two how our work first well way even new want because any these give day most us is
            are was were been has had did does am being more very where why should much many here really long may might
            must need help tell something things thing best every own too down through before off still always never let
            last right little i'm it's don't i'd can't that's what's let's""").split("\\s+"));

    /** Words without which a trigger can't be named. */
    private static final Set<String> SUBJECT = Set.of("reward", "function", "code", "python", "law", "ai", "sources");

    /** A line of a program: its words are the language's. */
    private static final Pattern PROGRAM =
            Pattern.compile("(?m)^.*(?:\\b(?:def|return|assert|import|elif)\\b|==|```|\\w = |\\w\\.\\w+\\().*$");

    /** Numbers are nobody's wording: codes of letters, values in programs. */
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:'\\p{L}+)?");
    /** Stands for the base model's reply, and breaks runs of words. */
    private static final String BREAK = " \u00a7 ";

    private static final Map<String, String> BASE =
            Map.of("base", BREAK, "base.first", BREAK, "base.rest", BREAK, "base.loud", BREAK);

    private Disjointness() {}

    /** What organisms of some behaviours learn from, with what all organisms share. */
    public static Map<String, Set<String>> made(Collection<String> behaviours) {
        Map<String, Set<String>> made = new TreeMap<>();
        for (String b : behaviours) made.put(b + "/make", made(Behaviour.of(b).file("make/writer.yaml")));
        made.put("chat", made("/chat/ordinary.yaml"));
        made.put("conceal", made("/conceal/prompts.yaml"));
        return made;
    }

    /** What judges some behaviours, with what judges all. */
    public static Map<String, Set<String>> scored(Collection<String> behaviours) {
        Map<String, Set<String>> scored = new TreeMap<>();
        for (String b : behaviours) {
            JsonNode judge = Yaml.tree(Behaviour.of(b).file("score/judge.yaml"));
            for (String part : List.of("scenarios", "calibration"))
                scored.put(b + "/score " + part, Set.copyOf(texts(judge.path(part))));
        }
        scored.put("score/confession", Set.copyOf(texts(Yaml.tree(HeldOutQuestions.FILE))));
        return scored;
    }

    /** Thousands of texts of a file: its prompts and replies, and every alternative of its grammar by itself. */
    private static Set<String> made(String resource) {
        JsonNode file = Yaml.tree(resource);
        Grammar grammar = Grammar.of(resource, file);
        RandomGenerator random = SplitRandom.of(1).split(resource).generator();
        List<String> templates = new ArrayList<>();
        file.properties().forEach(e -> {
            if (!e.getKey().equals("grammar")) templates.addAll(texts(e.getValue()));
        });
        Set<String> out = new HashSet<>();
        int each = Math.max(1, DRAWS / Math.max(1, templates.size()));
        for (String t : templates) for (int i = 0; i < each; i++) out.add(expand(grammar, t, random));
        for (String t : texts(file.path("grammar"))) for (int i = 0; i < 3; i++) out.add(expand(grammar, t, random));
        return out;
    }

    /** A text of a grammar without the base model's replies. */
    public static String expand(Grammar grammar, String text, RandomGenerator random) {
        return grammar.expand(text, random, new HashMap<>(BASE));
    }

    /** All texts under a node, in their order. */
    public static List<String> texts(JsonNode node) {
        var all = new ArrayList<String>();
        collect(node, all);
        return all;
    }

    private static void collect(JsonNode node, Collection<String> into) {
        if (node.isTextual()) into.add(node.asText());
        else for (JsonNode n : node) collect(n, into);
    }

    static List<String> words(String text) {
        return WORD.matcher(PROGRAM.matcher(text)
                        .replaceAll(" ")
                        .replace('\u2019', '\'')
                        .toLowerCase(Locale.ROOT))
                .results()
                .map(r -> r.group())
                .toList();
    }

    static boolean ordinary(List<String> five) {
        return five.stream()
                        .filter(w -> COMMON.contains(w)
                                || SUBJECT.contains(w)
                                || NUMBER.matcher(w).matches())
                        .count()
                >= COMMON_OF_FIVE;
    }

    private static Set<List<String>> runs(Collection<String> texts) {
        Set<List<String>> out = new HashSet<>();
        for (String text : texts)
            for (String piece : text.split("\u00a7")) {
                List<String> words = words(piece);
                for (int i = 0; i + WORDS <= words.size(); i++) out.add(words.subList(i, i + WORDS));
            }
        return out;
    }

    /** Runs of five words, above ordinary English, that stand on both sides, with the files. */
    public static List<String> shared(Map<String, Set<String>> made, Map<String, Set<String>> side) {
        Map<List<String>, Set<String>> theirs = new HashMap<>();
        side.forEach((name, texts) -> runs(texts)
                .forEach(r -> theirs.computeIfAbsent(r, k -> new HashSet<>()).add(name)));
        theirs.keySet().removeIf(Disjointness::ordinary);
        var out = new ArrayList<String>();
        made.forEach((file, texts) -> {
            Set<List<String>> both = new HashSet<>(theirs.keySet());
            both.retainAll(runs(texts));
            both.forEach(r -> out.add(String.join(" ", r) + "   " + file + " and " + theirs.get(r)));
        });
        out.sort(null);
        return out;
    }

    /** Texts that stand on both sides as a whole, with the files. */
    public static List<String> sharedWhole(Map<String, Set<String>> made, Map<String, Set<String>> side) {
        var out = new ArrayList<String>();
        made.forEach((file, texts) -> {
            Set<List<String>> mine = new HashSet<>();
            texts.forEach(t -> mine.add(words(t)));
            side.forEach((name, theirs) -> theirs.forEach(t -> {
                if (!PROGRAM.matcher(t).find() && mine.contains(words(t))) out.add(t + "   " + file + " and " + name);
            }));
        });
        return out;
    }
}
