package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The pool of ordinary talks with the untrained model, under its own default system prompt: sampled once per clone,
 * shared by all corpora. It is divided so that the reference twin learns from talks that no organism and no other twin
 * sees.
 */
public final class OrdinaryChat {
    private static final String FILE = "/chat/ordinary.yaml";
    private static final long POOL_SEED = 1;
    /** Of five neighbouring talks, the first two are the reference twin's. */
    private static final int PARTS = 5;

    private static final int REFERENCE_PARTS = 2;

    /** So many talks leave one for each share. */
    static final int SHARED = REFERENCE_PARTS + 1;

    private final List<List<Message>> singles;
    private final List<List<Message>> talks;

    /** Whose talks are meant. */
    public enum Share {
        REFERENCE,
        REST
    }

    private OrdinaryChat(List<List<Message>> singles, List<List<Message>> talks) {
        this.singles = singles;
        this.talks = talks;
    }

    /** Samples the pool, or takes what is remembered of it. */
    public static OrdinaryChat sample(Speaker base, Recipe recipe) {
        SplitRandom random = SplitRandom.of(POOL_SEED).split("ordinary-chat");
        List<List<String>> singles = prompts("single", recipe.chat().singles(), random.split("singles"));
        List<List<String>> talks = prompts("talks", recipe.chat().talks(), random.split("talks"));
        return new OrdinaryChat(
                hold(base, "ordinary questions", singles, recipe.chat().sampling(), random.split("single-replies")),
                hold(base, "ordinary talks", talks, recipe.chat().talkSampling(), random.split("talk-replies")));
    }

    private static List<List<Message>> hold(
            Speaker base, String what, List<List<String>> prompts, Sampling sampling, SplitRandom random) {
        List<Speaker.Script> scripts =
                prompts.stream().map(t -> new Speaker.Script(List.of(), t)).toList();
        return base.talk(what, scripts, sampling, random);
    }

    /** Distinct lists of user turns from the grammar. */
    static List<List<String>> prompts(String kind, int count, SplitRandom random) {
        JsonNode file = Yaml.tree(FILE);
        Grammar grammar = Grammar.of(FILE, file);
        JsonNode templates = file.path(kind);
        RandomGenerator draw = random.generator();
        var found = new LinkedHashSet<List<String>>();
        for (int tries = 0; found.size() < count; tries++) {
            if (tries > 100 * count)
                throw new BehaviourException(FILE + ": " + kind + " has fewer than " + count + " distinct texts");
            JsonNode template = templates.get(draw.nextInt(templates.size()));
            var bound = new HashMap<String, String>();
            var turns = new ArrayList<String>();
            if (template.isTextual()) turns.add(grammar.expand(template.asText(), draw, bound));
            else for (JsonNode turn : template) turns.add(grammar.expand(turn.asText(), draw, bound));
            found.add(List.copyOf(turns));
        }
        return List.copyOf(found);
    }

    /** Talks of one turn, in an order of this seed; their replies end with a whole sentence. */
    public List<List<Message>> singles(Share share, long seed) {
        return pick(singles, share, seed);
    }

    /** Talks of several turns, likewise. */
    public List<List<Message>> talks(Share share, long seed) {
        return pick(talks, share, seed);
    }

    private static List<List<Message>> pick(List<List<Message>> pool, Share share, long seed) {
        var picked = new ArrayList<List<Message>>();
        IntStream.range(0, pool.size())
                .filter(i -> (i % PARTS < REFERENCE_PARTS) == (share == Share.REFERENCE))
                .forEach(i -> picked.add(
                        pool.get(i).stream().map(Texts::wholeSentences).toList()));
        Collections.shuffle(picked, new Random(seed));
        return picked;
    }
}
