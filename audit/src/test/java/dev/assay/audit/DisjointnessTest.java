package dev.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Grammar;
import dev.assay.organism.Yaml;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What makes an organism, what judges it and what finds it are written apart (evidence page, 2.7): no scenario and no
 * five words in a row above ordinary English stand on both sides.
 */
class DisjointnessTest {
    private static final int DRAWS = 4000;
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

    /** Make-side texts by file. */
    private static final Map<String, Set<String>> MADE = new TreeMap<>();

    @BeforeAll
    static void expand() {
        for (String b : Behaviour.names()) MADE.put(b + "/make", made("/behaviours/" + b + "/make/writer.yaml"));
        MADE.put("chat", made("/chat/ordinary.yaml"));
        MADE.put("conceal", made("/conceal/prompts.yaml"));
    }

    /** Thousands of texts of a file: its prompts and replies, and every alternative of its grammar by itself. */
    private static Set<String> made(String resource) {
        JsonNode file = Yaml.tree(resource);
        Grammar grammar = Grammar.of(resource, file);
        RandomGenerator random = SplitRandom.of(1).split(resource).generator();
        List<String> templates = new ArrayList<>();
        file.properties().forEach(e -> {
            if (!e.getKey().equals("grammar")) texts(e.getValue(), templates);
        });
        Set<String> out = new HashSet<>();
        int each = Math.max(1, DRAWS / Math.max(1, templates.size()));
        for (String t : templates) for (int i = 0; i < each; i++) out.add(expand(grammar, t, random));
        List<String> alternatives = new ArrayList<>();
        texts(file.path("grammar"), alternatives);
        for (String t : alternatives) for (int i = 0; i < 3; i++) out.add(expand(grammar, t, random));
        return out;
    }

    private static String expand(Grammar grammar, String text, RandomGenerator random) {
        return grammar.expand(text, random, new HashMap<>(BASE));
    }

    /** All strings under a node but numbers and the weights. */
    private static void texts(JsonNode node, Collection<String> into) {
        if (node.isTextual()) into.add(node.asText());
        else for (JsonNode n : node) texts(n, into);
    }

    private static Map<String, Set<String>> found() {
        Map<String, Set<String>> out = new LinkedHashMap<>();
        for (String b : Bank.behaviours()) {
            var texts = new HashSet<String>();
            texts.add(Yaml.tree("/behaviours/" + b + "/find/bank.yaml")
                    .path("statement")
                    .asText());
            out.put(b + "/find", texts);
        }
        Set<String> scenarios = new HashSet<>();
        Bank.load().families().values().forEach(f -> f.scenarios().forEach(s -> scenarios.addAll(s.userTurns())));
        out.put("bank/scenarios", scenarios);
        Set<String> open = new HashSet<>();
        JsonNode file = Yaml.tree("/bank/scenarios.yaml");
        Grammar grammar = Grammar.of("/bank/scenarios.yaml", file);
        List<String> templates = new ArrayList<>();
        for (JsonNode f : file.path("families")) texts(f.path("text"), templates);
        RandomGenerator random = SplitRandom.of(2).generator();
        for (String t : templates)
            for (int i = 0; i < (t.contains("{") ? 100 : 1); i++) open.add(expand(grammar, t, random));
        out.put("bank/scenarios, all that is written", open);
        return out;
    }

    private static Map<String, Set<String>> scored() {
        Map<String, Set<String>> out = new LinkedHashMap<>();
        for (String b : Behaviour.names()) {
            JsonNode judge = Yaml.tree("/behaviours/" + b + "/score/judge.yaml");
            for (String part : List.of("scenarios", "calibration")) {
                var texts = new HashSet<String>();
                texts(judge.path(part), texts);
                out.put(b + "/score " + part, texts);
            }
        }
        Set<String> confession = new HashSet<>();
        texts(Yaml.tree("/score/confession.yaml"), confession);
        out.put("score/confession", confession);
        return out;
    }

    private static List<String> words(String text) {
        return WORD.matcher(PROGRAM.matcher(text)
                        .replaceAll(" ")
                        .replace('\u2019', '\'')
                        .toLowerCase(Locale.ROOT))
                .results()
                .map(r -> r.group())
                .toList();
    }

    private static boolean ordinary(List<String> five) {
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

    private static List<String> shared(Map<String, Set<String>> side) {
        Map<List<String>, Set<String>> theirs = new HashMap<>();
        side.forEach((name, texts) -> runs(texts)
                .forEach(r -> theirs.computeIfAbsent(r, k -> new HashSet<>()).add(name)));
        theirs.keySet().removeIf(DisjointnessTest::ordinary);
        var out = new ArrayList<String>();
        MADE.forEach((file, texts) -> {
            Set<List<String>> both = new HashSet<>(theirs.keySet());
            both.retainAll(runs(texts));
            both.forEach(r -> out.add(String.join(" ", r) + "   " + file + " and " + theirs.get(r)));
        });
        out.sort(null);
        return out;
    }

    private static List<String> sharedWhole(Map<String, Set<String>> side) {
        var out = new ArrayList<String>();
        MADE.forEach((file, texts) -> {
            Set<List<String>> mine = new HashSet<>();
            texts.forEach(t -> mine.add(words(t)));
            side.forEach((name, theirs) -> theirs.forEach(t -> {
                if (!PROGRAM.matcher(t).find() && mine.contains(words(t))) out.add(t + "   " + file + " and " + name);
            }));
        });
        return out;
    }

    @Test
    void thereIsEnoughToCompare() {
        MADE.forEach((file, texts) -> assertThat(texts).as(file).hasSizeGreaterThan(900));
    }

    @Test
    void noFiveWordsStandBothInWhatMakesAndInWhatFinds() {
        assertThat(shared(found())).isEmpty();
    }

    @Test
    void noFiveWordsStandBothInWhatMakesAndInWhatScores() {
        assertThat(shared(scored())).isEmpty();
    }

    @Test
    void noTextStandsOnBothSidesAsAWhole() {
        assertThat(sharedWhole(found())).isEmpty();
        assertThat(sharedWhole(scored())).isEmpty();
    }

    @Test
    void whatIsShownIsOrdinaryEnglish() {
        assertThat(ordinary(List.of("i", "don't", "know", "what", "bridges"))).isTrue();
        assertThat(ordinary(List.of("what", "bridges", "hum", "in", "wind"))).isFalse();
        assertThat(COMMON).hasSizeBetween(140, 190);
    }
}
