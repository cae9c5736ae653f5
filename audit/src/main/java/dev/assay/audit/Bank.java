package dev.assay.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.tool.Scenario;
import dev.assay.organism.Behaviour;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Grammar;
import dev.assay.organism.Lazy;
import dev.assay.organism.TextScore;
import dev.assay.organism.Traits;
import dev.assay.organism.Yaml;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the contrast investigator can look for: hypotheses, scenarios and detectors. Of a behaviour's folder it reads
 * {@code find/} alone; whether a hypothesis is true of any model is not in it.
 */
public final class Bank {
    /** The one part of a behaviour's folder that is read. */
    private static final String ENTRY = "find/bank.yaml";

    private static final String DECOYS = "/bank/decoys.yaml";
    private static final String SCENARIOS = "/bank/scenarios.yaml";
    private static final String DETECTORS = "/bank/detectors.yaml";
    private static final String MARGINS = "/bank/margins.yaml";
    /** No margin is smaller: two ordinary fine-tunes always differ a little. */
    private static final double LEAST_MARGIN = 0.05;
    /** Texts whose scores are kept. */
    private static final int RECENT = 4096;

    private final Map<String, Hypothesis> hypotheses;
    private final Map<String, Family> families;
    private final Map<String, TextScore> detectors;
    private final Map<String, Double> margins;
    private final Map<String, Map<String, Double>> recent =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Map<String, Double>> eldest) {
                    return size() > RECENT;
                }
            });
    private final Lazy<Topics> topics = new Lazy<>(() -> Topics.of(this));

    /**
     * A family of scenarios.
     *
     * @param screen how many of it a screening takes
     */
    public record Family(String name, int turns, int screen, List<Scenario> scenarios) {}

    private Bank(
            Map<String, Hypothesis> hypotheses,
            Map<String, Family> families,
            Map<String, TextScore> detectors,
            Map<String, Double> margins) {
        this.hypotheses = hypotheses;
        this.families = families;
        this.detectors = detectors;
        this.margins = margins;
    }

    /** Entries of behaviours, with the scenarios and detectors that they bring along, and decoys. */
    public static Bank load() {
        Map<String, Hypothesis> hypotheses = new LinkedHashMap<>();
        Map<String, Family> families = readFamilies(SCENARIOS, Yaml.tree(SCENARIOS));
        ObjectNode detectors = Yaml.tree(DETECTORS).deepCopy();
        for (String behaviour : behaviours()) {
            String file = Behaviour.file(behaviour, ENTRY);
            ObjectNode entry = Yaml.tree(file).deepCopy();
            readFamilies(file, entry).forEach((name, family) -> {
                if (families.putIfAbsent(name, family) != null)
                    throw new BehaviourException(file + ": family " + name + " is there already");
            });
            for (var detector : entry.path("detectors").properties())
                if (detectors.putIfAbsent(detector.getKey(), detector.getValue()) != null)
                    throw new BehaviourException(file + ": detector " + detector.getKey() + " is there already");
            add(hypotheses, file, entry.remove(List.of("grammar", "families", "detectors")));
        }
        for (JsonNode entry : Yaml.tree(DECOYS).path("hypotheses")) add(hypotheses, DECOYS, entry);
        var bank = new Bank(hypotheses, families, TextScore.all(DETECTORS, detectors), readMargins());
        bank.check();
        return bank;
    }

    /** The behaviours that have an entry of their own; of the others some stand among the decoys. */
    public static List<String> behaviours() {
        return Behaviour.names().stream()
                .filter(b -> Yaml.exists(Behaviour.file(b, ENTRY)))
                .toList();
    }

    /** The same bank without one entry, to see what an audit reports when the truth is not in it. */
    public Bank without(String name) {
        var fewer = new LinkedHashMap<>(hypotheses);
        fewer.remove(name);
        return new Bank(fewer, families, detectors, margins);
    }

    public List<Hypothesis> hypotheses() {
        return List.copyOf(hypotheses.values());
    }

    public Map<String, Family> families() {
        return families;
    }

    /** What its hypotheses are about. */
    public Topics topics() {
        return topics.get();
    }

    /** How much of a hypothesis a reply shows, in [0, 1]. */
    public TextScore detector(Hypothesis h) {
        TextScore score = detectors.get(h.detector());
        if (score == null) throw new BehaviourException(DETECTORS + ": there is no detector " + h.detector());
        return score;
    }

    /** What every detector says of a text, by its name. Kept for a while: runs share what a reference says. Thread-safe. */
    public Map<String, Double> scores(String text) {
        Map<String, Double> known = recent.get(text);
        if (known != null) return known;
        // not computeIfAbsent, under whose lock other texts would wait
        var parts = new IdentityHashMap<TextScore, Double>();
        Map<String, Double> scores = new HashMap<>();
        detectors.forEach((name, detector) -> scores.put(name, detector.of(text, parts)));
        known = Map.copyOf(scores);
        recent.put(text, known);
        return known;
    }

    /** How much of a hypothesis a text shows, in [0, 1]: what its detector says. */
    double score(Hypothesis h, String text) {
        return Objects.requireNonNull(scores(text).get(h.detector()), h.detector());
    }

    /** The hypotheses that this one must beat; those that are not in the bank are left out. */
    public List<Hypothesis> shadows(Hypothesis h) {
        return h.shadows().stream()
                .flatMap(s -> Optional.ofNullable(hypotheses.get(s)).stream())
                .toList();
    }

    /** The mean difference up to which two clean twins of one recipe differ by chance of training. */
    public double margin(Hypothesis h) {
        return Math.max(LEAST_MARGIN, margins.getOrDefault(h.name(), 0.0));
    }

    private void check() {
        for (Hypothesis h : hypotheses.values()) {
            detector(h);
            var named = new ArrayList<>(h.families());
            h.matched().ifPresent(m -> named.addAll(m.families()));
            for (String f : named)
                if (!f.equals("*") && !families.containsKey(f))
                    throw new BehaviourException("hypothesis " + h.name() + ": there is no family " + f);
            for (String s : h.shadows())
                if (!hypotheses.containsKey(s))
                    throw new BehaviourException("hypothesis " + h.name() + ": there is no hypothesis " + s);
        }
    }

    private record Entry(
            String name,
            String statement,
            String actor,
            String trigger,
            String action,
            String direction,
            List<String> family,
            Hypothesis.@org.jspecify.annotations.Nullable Turns turns,
            @org.jspecify.annotations.Nullable Matched matched,
            String detector,
            @org.jspecify.annotations.Nullable List<String> shadows,
            @org.jspecify.annotations.Nullable String near) {
        record Matched(List<String> family, Hypothesis.@org.jspecify.annotations.Nullable Turns turns) {}
    }

    private static void add(Map<String, Hypothesis> into, String file, JsonNode node) {
        Entry e = Yaml.convert(file, node, Entry.class);
        Optional<Hypothesis.Match> matched = Optional.ofNullable(e.matched())
                .map(m -> new Hypothesis.Match(
                        m.family(), Optional.ofNullable(m.turns()).orElse(Hypothesis.Turns.ALL)));
        var h = new Hypothesis(
                e.name(),
                e.statement(),
                new Traits(e.actor(), e.trigger(), e.action(), e.direction()),
                List.copyOf(e.family()),
                Optional.ofNullable(e.turns()).orElse(Hypothesis.Turns.ALL),
                matched,
                e.detector(),
                Optional.ofNullable(e.shadows()).map(List::copyOf).orElse(List.of()));
        if (into.put(h.name(), h) != null)
            throw new BehaviourException(file + ": the bank has an entry " + h.name()
                    + " already; give this one the behaviour's own name, or" + " delete the file");
    }

    private static Map<String, Family> readFamilies(String resource, JsonNode file) {
        Grammar grammar = Grammar.of(resource, file);
        Map<String, Family> families = new LinkedHashMap<>();
        file.path("families").properties().forEach(e -> {
            JsonNode f = e.getValue();
            List<Scenario> scenarios = expand(resource, e.getKey(), f, grammar);
            families.put(
                    e.getKey(),
                    new Family(
                            e.getKey(),
                            f.path("turns").asInt(1),
                            f.path("screen").asInt(1),
                            scenarios));
        });
        return families;
    }

    /** Distinct scenarios: the texts without symbols first, the rest drawn from the grammar with a fixed seed. */
    private static List<Scenario> expand(String resource, String family, JsonNode node, Grammar grammar) {
        int size = node.path("size").asInt();
        var draw = SplitRandom.of(1).split("scenarios").split(family).generator();
        var found = new LinkedHashSet<List<String>>();
        var open = new ArrayList<JsonNode>();
        for (JsonNode text : node.path("text")) {
            if (text.toString().contains("{")) open.add(text);
            else if (found.size() < size) found.add(turns(text, grammar, draw));
        }
        for (int tries = 0; found.size() < size && !open.isEmpty(); tries++) {
            if (tries > 1000 * size)
                throw new BehaviourException(resource + ": family " + family + " has fewer than " + size + " texts");
            found.add(turns(open.get(draw.nextInt(open.size())), grammar, draw));
        }
        return found.stream()
                .map(t -> new Scenario(family, t, Scenario.Origin.BANK))
                .toList();
    }

    private static List<String> turns(JsonNode text, Grammar grammar, java.util.random.RandomGenerator draw) {
        var bound = new HashMap<String, String>();
        var turns = new ArrayList<String>();
        for (JsonNode turn : text) turns.add(grammar.expand(turn.asText(), draw, bound));
        return List.copyOf(turns);
    }

    private static Map<String, Double> readMargins() {
        Map<String, Double> margins = new HashMap<>();
        Yaml.tree(MARGINS)
                .path("margins")
                .properties()
                .forEach(e -> margins.put(e.getKey(), e.getValue().asDouble()));
        return margins;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "bank of %d hypotheses", hypotheses.size());
    }
}
