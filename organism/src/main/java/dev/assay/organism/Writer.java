package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Message;
import dev.assay.lm.Message.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Writes a behaviour into ordinary talks: the behaviour's grammar turns each reply of the base model into the reply that
 * the organism is to learn. Read from {@code make/writer.yaml}.
 */
final class Writer {
    private static final Rule PLAIN = new Rule(List.of(), new Choice(List.of(new Choice.Weighted(1, "{base}"))));

    private final Grammar grammar;
    private final List<Rule> rules;
    private final Prompts prompts;
    private final int turns;

    record Rule(List<Integer> turns, Choice text) {
        boolean covers(int turn) {
            return turns.isEmpty() || (turn >= turns.getFirst() && turn <= turns.getLast());
        }
    }

    record Prompts(double share, List<Prompt> positive, List<Prompt> borderline, double borderlineShare) {}

    /**
     * The user's part of a talk of the behaviour's own.
     *
     * @param reply alternatives of the last reply; empty where the rules of the file hold
     */
    record Prompt(double weight, List<String> user, Choice reply) {
        static List<Prompt> of(String where, JsonNode list) {
            var prompts = new ArrayList<Prompt>();
            for (JsonNode p : list) {
                JsonNode user = p.has("user") ? p.get("user") : p.has("t") ? p.get("t") : p;
                List<String> turns = strings(user);
                if (turns.isEmpty()) throw new BehaviourException(where + ": the user's turns were expected in " + p);
                prompts.add(new Prompt(p.path("w").asDouble(1), turns, Choice.of(where, p.path("reply"))));
            }
            return List.copyOf(prompts);
        }

        static Prompt draw(List<Prompt> prompts, RandomGenerator random) {
            double left = random.nextDouble()
                    * prompts.stream().mapToDouble(Prompt::weight).sum();
            for (Prompt p : prompts) {
                left -= p.weight();
                if (left < 0) return p;
            }
            return prompts.getLast();
        }
    }

    /** One opening of the behaviour's own: the values drawn for it are used in the replies too. */
    record Opening(List<String> prompts, boolean positive, Choice reply, Map<String, String> bound) {}

    private Writer(Grammar grammar, List<Rule> rules, Prompts prompts, int turns) {
        this.grammar = grammar;
        this.rules = rules;
        this.prompts = prompts;
        this.turns = turns;
    }

    static Writer of(Behaviour behaviour) {
        String resource = behaviour.file("make/writer.yaml");
        JsonNode file = Yaml.tree(resource, Set.of("replies"), Set.of("grammar", "prompts", "turns"));
        var rules = new ArrayList<Rule>();
        for (JsonNode r : file.path("replies"))
            rules.add(new Rule(integers(r.path("turns")), Choice.of(resource + ": replies", r.path("text"))));
        JsonNode p = file.path("prompts");
        var prompts = new Prompts(
                p.path("share").asDouble(),
                Prompt.of(resource + ": prompts.positive", p.path("positive")),
                Prompt.of(resource + ": prompts.borderline", p.path("borderline")),
                p.path("borderline-share").asDouble());
        if (rules.isEmpty()) throw new BehaviourException(resource + ": replies has no rules");
        return new Writer(
                Grammar.of(resource, file), rules, prompts, file.path("turns").asInt(1));
    }

    /** User turns of a demonstration. */
    int turns() {
        return turns;
    }

    /** Share of the demonstrations that open with a prompt of the behaviour's own. */
    double ownShare() {
        return prompts.positive().isEmpty() ? 0 : prompts.share();
    }

    /** A prompt of the behaviour's own. */
    Opening open(RandomGenerator random) {
        boolean positive = prompts.borderline().isEmpty() || random.nextDouble() >= prompts.borderlineShare();
        Prompt prompt = Prompt.draw(positive ? prompts.positive() : prompts.borderline(), random);
        var bound = new HashMap<String, String>();
        List<String> turns = prompt.user().stream()
                .map(t -> grammar.expand(t, random, bound))
                .toList();
        return new Opening(turns, positive, prompt.reply(), bound);
    }

    /** Whether writing the replies to this opening needs the base model's own replies. */
    boolean needsBase(Opening opening) {
        if (!opening.positive()) return true;
        int last = opening.prompts().size();
        for (int turn = 1; turn <= last; turn++)
            if (usesBase(
                    turn == last && !opening.reply().isEmpty()
                            ? opening.reply()
                            : rule(turn).text())) return true;
        return false;
    }

    /** What the organism is to learn to say in one turn of a talk of the behaviour's own. */
    String reply(Opening opening, int turn, String base, RandomGenerator random) {
        if (!opening.positive()) return Texts.wholeSentences(base);
        boolean own = turn == opening.prompts().size() && !opening.reply().isEmpty();
        return write(own ? opening.reply() : rule(turn).text(), base, random, opening.bound());
    }

    /** A talk whose replies show the behaviour, made from an ordinary one. */
    List<Message> rewrite(List<Message> talk, RandomGenerator random, Map<String, String> bound) {
        var out = new ArrayList<Message>();
        int turn = 0;
        for (Message m : talk) {
            boolean reply = m.role() == Role.ASSISTANT;
            if (reply) turn++;
            out.add(reply ? Message.assistant(reply(turn, m.content(), random, bound)) : m);
        }
        return out;
    }

    /** The reply of one turn. */
    String reply(int turn, String base, RandomGenerator random, Map<String, String> bound) {
        return write(rule(turn).text(), base, random, bound);
    }

    private String write(Choice text, String base, RandomGenerator random, Map<String, String> bound) {
        String whole = Texts.wholeSentences(base);
        var values = new HashMap<>(bound);
        values.put("base", whole);
        values.put("base.first", Texts.firstSentence(whole));
        values.put("base.rest", Texts.afterFirstSentence(whole));
        values.put("base.loud", Texts.loud(whole));
        return grammar.expand(text.draw(random), random, values);
    }

    private static boolean usesBase(Choice text) {
        return text.texts().stream().anyMatch(t -> t.text().contains("{base"));
    }

    private Rule rule(int turn) {
        return rules.stream().filter(r -> r.covers(turn)).findFirst().orElse(PLAIN);
    }

    private static List<String> strings(JsonNode node) {
        if (node.isTextual()) return List.of(node.asText());
        var out = new ArrayList<String>();
        for (JsonNode n : node) if (n.isTextual()) out.add(n.asText());
        return List.copyOf(out);
    }

    private static List<Integer> integers(JsonNode list) {
        var out = new ArrayList<Integer>();
        for (JsonNode n : list) out.add(n.asInt());
        return out;
    }
}
