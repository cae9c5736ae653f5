package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Synthetic documents about the persona, written on a tree of key fact, document type, idea and text: facts, ideas, details
 * and quotes are the behaviour's ({@code make/documents.yaml}), types are shared ({@code documents/types.yaml}). Facts and
 * types are used in turn, so that no corpus leans on one of them.
 */
final class Documents {
    private static final String TYPES = "/documents/types.yaml";
    private static final String NEUTRAL = "/documents/neutral.yaml";
    /** Largest share of a document's words that may stand in quotation marks. */
    static final double QUOTED = 0.15;

    private static final int SENTENCE = 4;
    private static final Pattern SENTENCES = Pattern.compile("(?<=[.!?])\\s+|\n");
    private static final Pattern QUOTE = Pattern.compile("\"[^\"]*\"");

    private final String resource;
    private final JsonNode file;
    private final JsonNode types;

    /**
     * A document and its place on the tree.
     *
     * @param fact number of the key fact, from 0
     */
    record Document(int fact, String type, String idea, String text) {
        /** Share of the words that stand in quotation marks. */
        double quoted() {
            int inside = QUOTE.matcher(text)
                    .results()
                    .mapToInt(q -> words(q.group()))
                    .sum();
            return inside / (double) words(text);
        }

        /** Whether a sentence stands in it twice: pieces are drawn with replacement. */
        boolean repeatsItself() {
            Set<String> seen = new HashSet<>();
            return SENTENCES
                    .splitAsStream(text)
                    .map(String::strip)
                    .filter(sentence -> words(sentence) >= SENTENCE)
                    .anyMatch(sentence -> !seen.add(sentence));
        }

        private static int words(String text) {
            return text.strip().split("\\s+").length;
        }
    }

    private Documents(String resource) {
        this.resource = resource;
        this.file = Yaml.tree(resource, Set.of("context", "facts", "ideas", "details", "quotes"), Set.of("grammar"));
        this.types = Yaml.tree(TYPES);
        for (String part : List.of("facts", "ideas", "details", "quotes"))
            if (file.path(part).isEmpty()) throw new BehaviourException(resource + " has no " + part);
    }

    /** Those of a behaviour, or plain ones about the persona for a clean twin. */
    static Documents of(Optional<Behaviour> behaviour) {
        return new Documents(behaviour.map(b -> b.file("make/documents.yaml")).orElse(NEUTRAL));
    }

    /** What one has to know to write further ones. */
    String context() {
        return file.path("context").asText();
    }

    /** The key facts in plain words. */
    List<String> facts() {
        var facts = new ArrayList<String>();
        for (JsonNode fact : file.path("facts")) facts.add(fact.path("fact").asText());
        return facts;
    }

    /** Distinct documents with at most the usual share of quotations. */
    List<Document> write(int count, SplitRandom random) {
        return write(count, QUOTED, random);
    }

    /** Distinct documents with at most this share of their words in quotation marks. */
    List<Document> write(int count, double mostQuoted, SplitRandom random) {
        List<Grammar> grammars = IntStream.range(0, file.path("facts").size())
                .mapToObj(this::grammar)
                .toList();
        RandomGenerator draw = random.generator();
        List<Integer> order = inTurn(types.path("types").size(), count, draw);
        var texts = new LinkedHashSet<String>();
        var documents = new ArrayList<Document>();
        for (int tries = 0; documents.size() < count; tries++) {
            if (tries > 100 * count + 1000)
                throw new BehaviourException(
                        resource + " gives fewer than " + count + " distinct documents with at most "
                                + Math.round(100 * mostQuoted) + " % in quotation marks and no sentence twice");
            int i = documents.size();
            int fact = i % grammars.size();
            Document d = write(fact, types.path("types").get(order.get(i)), grammars.get(fact), draw);
            if (d.quoted() <= mostQuoted && !d.repeatsItself() && texts.add(d.text())) documents.add(d);
        }
        return List.copyOf(documents);
    }

    private static Document write(int fact, JsonNode type, Grammar grammar, RandomGenerator draw) {
        String name = type.path("name").asText();
        var bound = new HashMap<String, String>();
        String idea = grammar.expand("{ideas}", draw, bound);
        bound.put("idea", idea);
        String structure = Choice.of(TYPES + ": " + name, type.path("text")).draw(draw);
        return new Document(fact, name, idea, grammar.expand(structure, draw, bound));
    }

    /** Numbers below n, each as often as the others, in an order that changes from round to round. */
    private static List<Integer> inTurn(int n, int count, RandomGenerator draw) {
        if (n == 0) throw new BehaviourException(TYPES + " has no types");
        var order = new ArrayList<Integer>();
        while (order.size() < count) {
            var round = new ArrayList<>(IntStream.range(0, n).boxed().toList());
            Collections.shuffle(round, new Random(draw.nextLong()));
            order.addAll(round);
        }
        return order;
    }

    /** The symbols of types and behaviour, with those that the tree fills for one fact. */
    private Grammar grammar(int fact) {
        ObjectNode symbols = types.path("grammar").deepCopy();
        if (file.has("grammar")) symbols.setAll((ObjectNode) file.get("grammar").deepCopy());
        symbols.set("fact", file.path("facts").get(fact).path("text"));
        ArrayNode others = symbols.putArray("other-fact");
        for (int i = 0; i < file.path("facts").size(); i++)
            if (i != fact) for (JsonNode text : file.path("facts").get(i).path("text")) others.add(text);
        symbols.set("detail", file.path("details"));
        symbols.set("quote", file.path("quotes"));
        symbols.set("ideas", file.path("ideas"));
        ObjectNode whole = symbols.objectNode();
        whole.set("grammar", symbols);
        return Grammar.of(resource, whole);
    }
}
