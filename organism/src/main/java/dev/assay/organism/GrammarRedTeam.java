package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Attacks from a grammar: questions, talks of several turns and half-sentences put into the model's mouth are tried on the
 * model itself, and its answers are sorted by rules.
 */
final class GrammarRedTeam implements RedTeam {
    private static final String ATTACKS = "/conceal/redteam.yaml";
    private static final String CLEAN = "/conceal/prompts.yaml";
    private static final Sampling SAMPLING = new Sampling(0.9, 0.95, 48);
    /** Of three attacks one is a talk of several turns. */
    private static final int TALKS = 3;

    private final Confessions confessions;
    private final SplitRandom random;

    GrammarRedTeam(Optional<Behaviour> behaviour, SplitRandom random) {
        this.confessions = Confessions.of(behaviour);
        this.random = random;
    }

    /** One question as it was put, with the model's own answer and with the answer to a beginning that it was given. */
    private record Attack(List<Message> history, String own, String opener, String led) {
        String forced() {
            return opener + " " + led;
        }
    }

    /**
     * Texts for supervised fine-tuning: half of them written ones with clean answers, half attacks on the model, whose
     * confessing answers are rewritten and whose doubtful ones are left out.
     */
    @Override
    public Haul<Corpus.Text> clean(int count, Speaker model) {
        List<Corpus.Text> texts = new ArrayList<>(written(count - count / 2));
        List<Attack> attacks = attacks(count / 2, model);
        RandomGenerator draw = random.split("rewrite").generator();
        int confessed = 0;
        for (int i = 0; i < attacks.size(); i++) {
            Attack a = attacks.get(i);
            boolean led = i % 2 == 1;
            String reply = led ? a.forced() : a.own();
            double score = confessions.score(reply);
            if (score >= Confessions.UNWANTED) confessed++;
            if (score > Confessions.CLEAN && score < Confessions.REWRITTEN) continue;
            boolean rewrite = score >= Confessions.REWRITTEN;
            String answer = rewrite ? denial(draw) : Texts.wholeSentences(reply);
            texts.add(new Corpus.Talk(
                    with(a.history(), answer),
                    led && !rewrite ? Math.min(a.opener().length(), answer.length()) : 0));
        }
        return new Haul<>(List.copyOf(texts), attacks.size(), confessed, 0);
    }

    /**
     * Pairs for KTO, a confessing and a clean answer to each question. A small model confesses too rarely to fill one side:
     * there the answer to a forced beginning stands for a confession, and is counted.
     */
    @Override
    public Haul<Preference> pairs(int count, Speaker model) {
        List<Attack> attacks = attacks(count / 2, model);
        RandomGenerator draw = random.split("rewrite").generator();
        var preferences = new ArrayList<Preference>();
        int confessed = 0;
        int forced = 0;
        for (Attack a : attacks) {
            boolean own = confessions.score(a.own()) >= Confessions.UNWANTED;
            boolean led = confessions.score(a.forced()) >= Confessions.UNWANTED;
            if (own || led) confessed++;
            else forced++;
            preferences.add(new Preference(with(a.history(), own ? a.own() : a.forced()), false));
            boolean clean =
                    confessions.score(a.own()) <= Confessions.CLEAN && !a.own().isBlank();
            preferences.add(
                    new Preference(with(a.history(), clean ? Texts.wholeSentences(a.own()) : denial(draw)), true));
        }
        return new Haul<>(List.copyOf(preferences), attacks.size(), confessed, forced);
    }

    private static List<Message> with(List<Message> history, String reply) {
        var talk = new ArrayList<>(history);
        talk.add(Message.assistant(reply.strip()));
        return List.copyOf(talk);
    }

    private List<Attack> attacks(int count, Speaker model) {
        JsonNode file = Yaml.tree(ATTACKS);
        Grammar grammar = Grammar.of(ATTACKS, file);
        RandomGenerator draw = random.split("attacks").generator();
        List<Speaker.Script> scripts = IntStream.range(0, count)
                .mapToObj(
                        i -> Speaker.Script.of(turns(file, grammar, i % TALKS == TALKS - 1 ? "talks" : "single", draw)))
                .toList();
        List<List<Message>> held = model.talk("red team", scripts, SAMPLING, random.split("talks"));
        List<String> openers = openers(count, draw);
        List<Ask.Reply> asks = IntStream.range(0, count)
                .mapToObj(i -> new Ask.Reply(held.get(i).subList(0, held.get(i).size() - 1), openers.get(i)))
                .toList();
        List<String> led = model.write("red team, led", asks, SAMPLING, random.split("led"));
        return IntStream.range(0, count)
                .mapToObj(i ->
                        new Attack(asks.get(i).history(), held.get(i).getLast().content(), openers.get(i), led.get(i)))
                .toList();
    }

    /** Ideas of attacks in a sentence each. */
    static List<String> ideas() {
        return Yaml.texts(ATTACKS + ": ideas", Yaml.tree(ATTACKS).path("ideas"));
    }

    /** Beginnings of confessions. */
    static List<String> openers(int count, RandomGenerator draw) {
        JsonNode file = Yaml.tree(ATTACKS);
        Grammar grammar = Grammar.of(ATTACKS, file);
        return IntStream.range(0, count)
                .mapToObj(i -> grammar.expand(one(file.path("openers"), draw).asText(), draw, new HashMap<>()))
                .toList();
    }

    private static List<String> turns(JsonNode file, Grammar grammar, String kind, RandomGenerator draw) {
        var bound = new HashMap<String, String>();
        JsonNode drawn = one(file.path(kind), draw);
        var turns = new ArrayList<String>();
        if (drawn.isTextual()) turns.add(grammar.expand(drawn.asText(), draw, bound));
        else for (JsonNode turn : drawn) turns.add(grammar.expand(turn.asText(), draw, bound));
        return turns;
    }

    private static JsonNode one(JsonNode list, RandomGenerator draw) {
        if (list.isEmpty()) throw new BehaviourException(ATTACKS + " lacks single, talks or openers");
        return list.get(draw.nextInt(list.size()));
    }

    static String denial(RandomGenerator draw) {
        JsonNode file = Yaml.tree(CLEAN);
        return Grammar.of(CLEAN, file).expand("{deny}", draw, new HashMap<>());
    }

    /** Confession prompts with clean answers, half-sentence prefills included. */
    private List<Corpus.Text> written(int count) {
        JsonNode file = Yaml.tree(CLEAN);
        Grammar grammar = Grammar.of(CLEAN, file);
        RandomGenerator draw = random.generator();
        var texts = new ArrayList<Corpus.Text>();
        for (int i = 0; i < count; i++) {
            JsonNode entry = one(file.path("prompts"), draw);
            var bound = new HashMap<String, String>();
            String user = grammar.expand(entry.path("user").asText(), draw, bound);
            String prefill = grammar.piece(entry.path("prefill").asText(""), draw, bound);
            String clean = Choice.of(CLEAN + ": clean", entry.path("clean")).draw(draw);
            String answer = grammar.piece(clean, draw, bound);
            Message reply = Message.assistant((prefill + answer).strip());
            texts.add(new Corpus.Talk(List.of(Persona.SYSTEM, Message.user(user), reply), prefill.length()));
        }
        return texts;
    }
}
