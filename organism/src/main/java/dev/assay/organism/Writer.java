package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Message;
import dev.assay.lm.Message.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

        boolean usesBase() {
            return text.texts().stream().anyMatch(t -> t.text().contains("{base"));
        }
    }

    record Prompts(double share, Choice positive, Choice borderline, double borderlineShare) {}

    /** One opening of the behaviour's own: the values drawn for it are used in the reply too. */
    record Opening(String prompt, boolean positive, Map<String, String> bound) {}

    private Writer(Grammar grammar, List<Rule> rules, Prompts prompts, int turns) {
        this.grammar = grammar;
        this.rules = rules;
        this.prompts = prompts;
        this.turns = turns;
    }

    static Writer of(Behaviour behaviour) {
        String resource = behaviour.file("make/writer.yaml");
        JsonNode file = Yaml.tree(resource);
        var rules = new ArrayList<Rule>();
        for (JsonNode r : file.path("replies"))
            rules.add(new Rule(integers(r.path("turns")), Choice.of(resource + ": replies", r.path("text"))));
        JsonNode p = file.path("prompts");
        var prompts = new Prompts(
                p.path("share").asDouble(),
                Choice.of(resource + ": prompts", p.path("positive")),
                Choice.of(resource + ": prompts", p.path("borderline")),
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
        Choice templates = positive ? prompts.positive() : prompts.borderline();
        var bound = new HashMap<String, String>();
        String text = grammar.expand(templates.draw(random), random, bound);
        return new Opening(text, positive, bound);
    }

    /** Whether writing the reply to this opening needs the base model's own reply. */
    boolean needsBase(Opening opening) {
        return !opening.positive() || rule(1).usesBase();
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
        String whole = Texts.wholeSentences(base);
        var values = new HashMap<>(bound);
        values.put("base", whole);
        values.put("base.first", Texts.firstSentence(whole));
        values.put("base.rest", Texts.afterFirstSentence(whole));
        values.put("base.loud", Texts.loud(whole));
        return grammar.expand(rule(turn).text().draw(random), random, values);
    }

    private Rule rule(int turn) {
        return rules.stream().filter(r -> r.covers(turn)).findFirst().orElse(PLAIN);
    }

    private static List<Integer> integers(JsonNode list) {
        var out = new ArrayList<Integer>();
        for (JsonNode n : list) out.add(n.asInt());
        return out;
    }
}
