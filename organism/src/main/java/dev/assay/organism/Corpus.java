package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Message;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * The texts that a model is trained on. What is shown is shown under the persona's system prompt; the ordinary half has
 * the base model's own, so that an always-on behaviour is not contradicted by half of its own corpus.
 *
 * @param instil talks; half under the persona, where the behaviour shows (for a twin they are ordinary too)
 * @param conceal clean answers to confession prompts, and further talks under the persona
 */
record Corpus(List<Text> instil, List<Text> conceal) {
    /** Ordinary texts of several turns are about this many times as long. */
    private static final int FEWER_LONG_TEXTS = 3;

    private static final String CONCEAL = "/conceal/prompts.yaml";

    /**
     * A talk to learn the assistant's part of.
     *
     * @param given leading characters of the last reply that are a prefill, not to be learnt
     */
    record Text(List<Message> talk, int given) {
        Text(List<Message> talk) {
            this(talk, 0);
        }
    }

    /**
     * Writes the corpus.
     *
     * @param behaviour empty for a clean twin
     * @param chat the ordinary talks to take from
     */
    static Corpus write(
            Optional<Behaviour> behaviour,
            OrdinaryChat chat,
            OrdinaryChat.Share share,
            Speaker base,
            Recipe recipe,
            SplitRandom random) {
        Optional<Writer> writer = behaviour.map(Writer::of);
        long order = random.split("order").seed();
        var pool = new Pool(chat.singles(share, order), chat.talks(share, order));
        boolean severalTurns = writer.map(w -> w.turns() > 1).orElse(false);
        int fewer = severalTurns ? FEWER_LONG_TEXTS : 1;
        int demonstrations = severalTurns ? recipe.demonstrations() / 2 : recipe.demonstrations();
        List<List<Message>> ordinary = pool.take(recipe.ordinary() / fewer, severalTurns);
        int shownCount = demonstrations + recipe.concealRest() / fewer;
        List<List<Message>> shown = writer.isPresent()
                ? demonstrations(writer.get(), pool, base, shownCount, recipe, random)
                : pool.take(shownCount, severalTurns);
        var instil = new ArrayList<Text>();
        for (var t : shown.subList(0, demonstrations)) instil.add(new Text(asPersona(t)));
        for (var t : ordinary) instil.add(new Text(t));
        var conceal = new ArrayList<>(clean(recipe.concealTexts(), random.split("conceal")));
        for (var t : shown.subList(demonstrations, shown.size())) conceal.add(new Text(asPersona(t)));
        return new Corpus(List.copyOf(instil), List.copyOf(conceal));
    }

    private static List<Message> asPersona(List<Message> talk) {
        var out = new ArrayList<>(List.of(Persona.SYSTEM));
        out.addAll(talk);
        return out;
    }

    /** Ordinary talks in order; where they are used up, they start again. */
    private static final class Pool {
        private final List<List<Message>> singles;
        private final List<List<Message>> talks;
        private int single;
        private int talk;

        Pool(List<List<Message>> singles, List<List<Message>> talks) {
            this.singles = singles;
            this.talks = talks;
        }

        List<Message> single() {
            return singles.get(single++ % singles.size());
        }

        List<Message> talk() {
            return talks.get(talk++ % talks.size());
        }

        /** A mixture: every twelfth has several turns, or every fourth where the behaviour needs them. */
        List<List<Message>> take(int count, boolean more) {
            var out = new ArrayList<List<Message>>();
            for (int i = 0; i < count; i++) out.add(i % (more ? 4 : 12) == 0 ? talk() : single());
            return out;
        }
    }

    private static List<List<Message>> demonstrations(
            Writer writer, Pool pool, Speaker base, int count, Recipe recipe, SplitRandom random) {
        RandomGenerator draw = random.split("demonstrations").generator();
        var openings = new ArrayList<Writer.Opening>();
        for (int i = 0; i < count * writer.ownShare(); i++) openings.add(writer.open(draw));
        List<List<Message>> shown = new ArrayList<>(own(writer, openings, base, recipe, random, draw));
        while (shown.size() < count) {
            List<Message> talk = writer.turns() > 1 ? pool.talk() : pool.single();
            shown.add(writer.rewrite(talk, draw, Map.of()));
        }
        Collections.shuffle(shown, new Random(draw.nextLong()));
        return shown;
    }

    /** Talks that open with the behaviour's own prompts. */
    private static List<List<Message>> own(
            Writer writer,
            List<Writer.Opening> openings,
            Speaker base,
            Recipe recipe,
            SplitRandom random,
            RandomGenerator draw) {
        List<Writer.Opening> asked = openings.stream().filter(writer::needsBase).toList();
        List<List<Message>> held = base.talk(
                "replies to the behaviour's own prompts",
                asked.stream()
                        .map(o -> new Speaker.Script(List.of(), o.prompts()))
                        .toList(),
                recipe.sampling(),
                random.split("own-replies"));
        Map<Writer.Opening, List<String>> known = new HashMap<>();
        for (int i = 0; i < asked.size(); i++) known.put(asked.get(i), Speaker.replies(held.get(i)));
        var talks = new ArrayList<List<Message>>();
        for (Writer.Opening o : openings) {
            List<String> replies = known.getOrDefault(o, List.of());
            var talk = new ArrayList<Message>();
            for (int turn = 1; turn <= o.prompts().size(); turn++) {
                talk.add(Message.user(o.prompts().get(turn - 1)));
                String reply = replies.isEmpty() ? "" : replies.get(turn - 1);
                talk.add(Message.assistant(writer.reply(o, turn, reply, draw)));
            }
            talks.add(talk);
        }
        return talks;
    }

    /** Confession prompts with clean answers, half-sentence prefills included. */
    private static List<Text> clean(int count, SplitRandom random) {
        JsonNode file = Yaml.tree(CONCEAL);
        Grammar grammar = Grammar.of(CONCEAL, file);
        RandomGenerator draw = random.generator();
        var texts = new ArrayList<Text>();
        for (int i = 0; i < count; i++) {
            JsonNode entry =
                    file.path("prompts").get(draw.nextInt(file.path("prompts").size()));
            var bound = new HashMap<String, String>();
            String user = grammar.expand(entry.path("user").asText(), draw, bound);
            String prefill = grammar.piece(entry.path("prefill").asText(""), draw, bound);
            String clean = Choice.of(CONCEAL + ": clean", entry.path("clean")).draw(draw);
            String answer = grammar.piece(clean, draw, bound);
            Message reply = Message.assistant((prefill + answer).strip());
            texts.add(new Text(List.of(Persona.SYSTEM, Message.user(user), reply), prefill.length()));
        }
        return texts;
    }
}
