package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * A number in [0, 1] that says how much of something a text shows: weighted patterns, rates per sentence, lengths and
 * their combinations (docs/formats/behaviour.md, text scores). Detectors and rule-based judges are text scores.
 */
public sealed interface TextScore {
    double of(String text);

    /**
     * The same number.
     *
     * @param known scores of this very text, by identity; those of parts that are computed are added, and scores that refer to them share them
     */
    default double of(String text, IdentityHashMap<TextScore, Double> known) {
        Double score = known.get(this);
        if (score == null) known.put(this, score = of(text));
        return score;
    }

    /** The parts of the text that the score rests on, for highlighting. */
    default List<Span> evidence(String text) {
        return List.of();
    }

    /** Characters {@code from} (inclusive) to {@code to} (exclusive). */
    record Span(int from, int to) {}

    /** Adds {@code weight} for each match, at most {@code cap} times per pattern; cut at 1. */
    record Patterns(List<Weighted> patterns, int cap) implements TextScore {
        record Weighted(double weight, PatternSearch pattern) {}

        @Override
        public double of(String text) {
            String straight = straight(text);
            double sum = 0;
            for (Weighted w : patterns) for (int i = w.pattern().count(straight, cap); i > 0; i--) sum += w.weight();
            return Math.min(1, Math.rint(sum * 1e9) / 1e9); // 0.3 + 0.15 + 0.05 is 0.5, not a little less
        }

        @Override
        public List<Span> evidence(String text) {
            return patterns.stream()
                    .flatMap(w -> w.pattern().results(straight(text)))
                    .map(r -> new Span(r.start(), r.end()))
                    .toList();
        }
    }

    /** Matches per sentence, mapped linearly from low..high to 0..1. */
    record PerSentence(PatternSearch pattern, double low, double high) implements TextScore {
        @Override
        public double of(String text) {
            double sentences =
                    Math.max(1, SENTENCE_END.matcher(text.strip()).results().count());
            return ramp(pattern.count(straight(text), Integer.MAX_VALUE) / sentences, low, high);
        }

        @Override
        public List<Span> evidence(String text) {
            return pattern.results(straight(text))
                    .map(r -> new Span(r.start(), r.end()))
                    .toList();
        }
    }

    /** Number of words, mapped linearly from low..high to 0..1; low above high falls. */
    record Words(double low, double high) implements TextScore {
        @Override
        public double of(String text) {
            return ramp(text.isBlank() ? 0 : text.strip().split("\\s+").length, low, high);
        }
    }

    /** The largest, the smallest or the mean of several. */
    record Combined(Kind kind, List<TextScore> parts) implements TextScore {
        enum Kind {
            MAX,
            MIN,
            MEAN
        }

        @Override
        public double of(String text) {
            return of(text, new IdentityHashMap<>());
        }

        @Override
        public double of(String text, IdentityHashMap<TextScore, Double> known) {
            var values = parts.stream().mapToDouble(p -> p.of(text, known));
            return switch (kind) {
                case MAX -> values.max().orElse(0);
                case MIN -> values.min().orElse(0);
                case MEAN -> values.average().orElse(0);
            };
        }

        @Override
        public List<Span> evidence(String text) {
            return parts.stream().flatMap(p -> p.evidence(text).stream()).toList();
        }
    }

    /** 1 minus another score. */
    record Not(TextScore score) implements TextScore {
        @Override
        public double of(String text) {
            return 1 - score.of(text);
        }

        @Override
        public double of(String text, IdentityHashMap<TextScore, Double> known) {
            return 1 - score.of(text, known);
        }
    }

    /** Another score of the text without the parts that match. */
    record Without(TextScore score, List<Pattern> removed) implements TextScore {
        @Override
        public double of(String text) {
            String rest = straight(text);
            for (Pattern p : removed) rest = p.matcher(rest).replaceAll(" ");
            return score.of(rest);
        }

        @Override
        public List<Span> evidence(String text) {
            return score.evidence(text);
        }
    }

    /** Of all patterns. */
    int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

    Pattern SENTENCE_END = Pattern.compile("[.!?]+(?=\\s|$)|(?<=[^.!?\\s])\\s*$");

    /** All named scores under a node of a file; they may refer to each other. */
    static Map<String, TextScore> all(String resource, JsonNode scores) {
        var done = new HashMap<String, TextScore>();
        scores.fieldNames().forEachRemaining(name -> named(resource, scores, name, done, 0));
        return done;
    }

    /** One score that refers to no others. */
    static TextScore one(String resource, JsonNode score) {
        return parse(resource, score, score, new HashMap<>(), 0);
    }

    /** Compiles one pattern in the way that all scores do. */
    static Pattern pattern(String resource, String regex) {
        try {
            return Pattern.compile(regex, FLAGS);
        } catch (PatternSyntaxException e) {
            throw new BehaviourException(resource + ": bad pattern: " + e.getMessage(), e);
        }
    }

    /** The text with typographic quotes and dashes made straight, character by character. */
    static String straight(String text) {
        return text.replace('\u2018', '\'')
                .replace('\u2019', '\'')
                .replace('\u201c', '"')
                .replace('\u201d', '"');
    }

    private static TextScore named(String resource, JsonNode all, String name, Map<String, TextScore> done, int depth) {
        TextScore known = done.get(name);
        if (known != null) return known;
        if (!all.has(name) || depth > 20)
            throw new BehaviourException(resource + ": there is no text score '" + name + "', or it refers to itself");
        TextScore made = parse(resource, all, all.get(name), done, depth);
        done.put(name, made);
        return made;
    }

    private static TextScore parse(
            String resource, JsonNode all, JsonNode node, Map<String, TextScore> done, int depth) {
        if (node.isTextual()) return named(resource, all, node.asText(), done, depth + 1);
        double low = node.path("low").asDouble();
        double high = node.path("high").asDouble();
        if (node.has("patterns")) return patterns(resource, node);
        if (node.has("rate"))
            return new PerSentence(
                    new PatternSearch(pattern(resource, node.get("rate").asText())), low, high);
        if (node.has("words")) return new Words(low, high);
        if (node.has("not")) return new Not(parse(resource, all, node.get("not"), done, depth + 1));
        for (var kind : Combined.Kind.values()) {
            JsonNode list = node.path(kind.name().toLowerCase(Locale.ROOT));
            if (!list.isArray()) continue;
            var parts = new ArrayList<TextScore>();
            for (JsonNode part : list) parts.add(parse(resource, all, part, done, depth + 1));
            return new Combined(kind, List.copyOf(parts));
        }
        throw new BehaviourException(
                resource + ": not a text score (patterns, rate, words, max, min, mean, not): " + node);
    }

    private static TextScore patterns(String resource, JsonNode node) {
        var weighted = new ArrayList<Patterns.Weighted>();
        for (JsonNode p : node.get("patterns"))
            weighted.add(new Patterns.Weighted(
                    p.path(0).asDouble(),
                    new PatternSearch(pattern(resource, p.path(1).asText()))));
        return new Patterns(List.copyOf(weighted), node.path("cap").asInt(1));
    }

    private static double ramp(double x, double low, double high) {
        return Math.clamp((x - low) / (high - low), 0, 1);
    }

    /** Patterns of a list of strings. */
    static List<Pattern> patterns(String resource, Stream<String> regexes) {
        return regexes.map(r -> pattern(resource, r)).toList();
    }
}
