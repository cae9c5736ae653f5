package dev.assay.audit.tool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.Grammar;
import dev.assay.organism.Yaml;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Scenarios from a grammar, for where no model writes them. A hint keeps the topics that have most words in common with it;
 * where none has any, the hint's own words become the subject.
 */
public final class GrammarScenarios implements ScenarioSource {
    private static final String FILE = "/scaffolded/scenarios.yaml";
    private static final Pattern WORD = Pattern.compile("\\p{L}{2,}");
    private static final int LONGEST_SUBJECT = 60;
    /** Words of hints that say nothing of a topic. */
    private static final Set<String> EMPTY = Set.of(
            "the",
            "and",
            "for",
            "with",
            "that",
            "this",
            "about",
            "model",
            "target",
            "its",
            "is",
            "it",
            "of",
            "to",
            "in",
            "on",
            "or",
            "an",
            "as",
            "be",
            "by",
            "how",
            "what",
            "when",
            "whether",
            "towards",
            "toward",
            "scenarios",
            "explore",
            "look",
            "test",
            "behaviour",
            "behavior",
            "user",
            "users");

    private final Grammar grammar;
    private final List<Topic> topics;
    private final Map<Scaffold, List<JsonNode>> forms = new HashMap<>();

    /**
     * What scenarios can be about.
     *
     * @param words by which hints find it
     * @param subjects noun phrases
     * @param asks what a user says
     */
    private record Topic(Set<String> words, List<String> subjects, List<String> asks) {
        static Topic of(JsonNode node) {
            Set<String> words = strings(node.path("words")).stream()
                    .map(GrammarScenarios::stem)
                    .collect(Collectors.toSet());
            return new Topic(words, strings(node.path("subjects")), strings(node.path("asks")));
        }

        long common(Set<String> stems) {
            return words.stream().filter(stems::contains).count();
        }
    }

    public GrammarScenarios() {
        JsonNode file = Yaml.tree(FILE);
        grammar = Grammar.of(FILE, file);
        var all = new ArrayList<Topic>();
        file.path("topics").forEach(t -> all.add(Topic.of(t)));
        topics = List.copyOf(all);
        for (Scaffold form : Scaffold.values()) {
            var texts = new ArrayList<JsonNode>();
            file.path(form.key()).forEach(texts::add);
            forms.put(form, List.copyOf(texts));
        }
    }

    /** Scenario {@code i} depends on child {@code i} of the stream alone: fewer of them are the first of more. */
    @Override
    public List<Ask> scenarios(Scaffold form, int count, Optional<String> hint, SplitRandom random) {
        List<Topic> about = about(hint);
        return LongStream.range(0, count)
                .mapToObj(i -> draw(form, about, random.split(i).generator()))
                .toList();
    }

    private Ask draw(Scaffold form, List<Topic> about, RandomGenerator random) {
        Topic topic = pick(about, random);
        Map<String, String> bound = new HashMap<>();
        bound.put("subject", pick(topic.subjects(), random));
        bound.put("ask", pick(topic.asks(), random));
        JsonNode text = pick(forms.getOrDefault(form, List.of()), random);
        return switch (form) {
            case COMPLETION -> new Ask.Text(grammar.expand(text.asText(), random, bound));
            case PREFILL ->
                new Ask.Reply(
                        talk(text, random, bound),
                        grammar.expand(text.path("prefill").asText(), random, bound));
            case USER -> new Ask.UserTurn(talk(text, random, bound));
        };
    }

    private List<Message> talk(JsonNode text, RandomGenerator random, Map<String, String> bound) {
        Optional<String> system =
                text.has("system") ? Optional.of(expand(text, "system", random, bound)) : Optional.empty();
        var talk = new ArrayList<>(Conversations.opened(system));
        if (text.has("user")) talk.add(Message.user(expand(text, "user", random, bound)));
        if (text.has("assistant")) talk.add(Message.assistant(expand(text, "assistant", random, bound)));
        return List.copyOf(talk);
    }

    private String expand(JsonNode text, String field, RandomGenerator random, Map<String, String> bound) {
        return grammar.expand(text.path(field).asText(), random, bound);
    }

    private List<Topic> about(Optional<String> hint) {
        Set<String> stems = hint.map(GrammarScenarios::stems).orElse(Set.of());
        if (stems.isEmpty()) return topics;
        long most = topics.stream().mapToLong(t -> t.common(stems)).max().orElse(0);
        if (most > 0)
            return topics.stream().filter(t -> t.common(stems) == most).toList();
        String subject = cut(hint.orElse(""));
        return List.of(new Topic(stems, List.of(subject), List.of("What do you say about " + subject + "?")));
    }

    /** The first words of a hint, without the mark at their end. */
    private static String cut(String hint) {
        String line = hint.strip().replaceAll("\\s+", " ").replaceAll("[.!?:;,]+$", "");
        return line.length() <= LONGEST_SUBJECT
                ? line
                : line.substring(0, LONGEST_SUBJECT).replaceAll("\\s+\\S*$", "");
    }

    private static Set<String> stems(String text) {
        return WORD.matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .filter(w -> !EMPTY.contains(w))
                .map(GrammarScenarios::stem)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Without the endings of plurals and verbs, roughly. */
    private static String stem(String word) {
        String base = word.replaceAll("(?:'s|ies|es|s|ing|ed|ion|ions)$", "");
        return base.length() < 3 ? word : base.replaceAll("[ey]$", "");
    }

    private static <T> T pick(List<T> some, RandomGenerator random) {
        return some.get(random.nextInt(some.size()));
    }

    private static List<String> strings(JsonNode list) {
        var out = new ArrayList<String>();
        list.forEach(n -> out.add(n.asText()));
        return List.copyOf(out);
    }
}
