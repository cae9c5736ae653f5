package dev.assay.organism;

import dev.assay.journal.CanonicalJson;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.TrainingText;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The texts that a behaviour is instilled with. Talks that show it stand under the persona's system prompt; ordinary ones
 * have the base model's own, so that an always-on behaviour is not contradicted by half of its own corpus.
 *
 * @param instil of the instilling stage
 * @param rest further ones that show the behaviour (for a twin: ordinary talks, or neutral documents), to be mixed into
 *     concealment
 */
record Corpus(List<Text> instil, List<Text> rest) {
    /** Ordinary texts of several turns are about this many times as long. */
    private static final int FEWER_LONG_TEXTS = 3;

    /** Something to be learnt. */
    sealed interface Text {
        TrainingText encode(LanguageModel model);

        /** What stands in it, for counting. */
        String words();
    }

    /**
     * A talk, of which the assistant's part is learnt.
     *
     * @param given leading characters of the last reply that are a prefill, not to be learnt
     */
    record Talk(List<Message> talk, int given) implements Text {
        Talk(List<Message> talk) {
            this(talk, 0);
        }

        @Override
        public TrainingText encode(LanguageModel model) {
            return model.template().encodeForTraining(talk, given);
        }

        @Override
        public String words() {
            return String.join("\n", Speaker.replies(talk));
        }
    }

    /** A plain text, all of which is learnt. */
    record Document(String text) implements Text {
        @Override
        public TrainingText encode(LanguageModel model) {
            return TrainingText.of(model.tokenizer(), text);
        }

        @Override
        public String words() {
            return text;
        }
    }

    static String hash(List<?> texts) {
        return CanonicalJson.sha256(texts).substring(0, 16);
    }

    /** Writes the corpus of a variant; a twin has the same without the behaviour. */
    static Corpus write(
            Variant variant,
            OrdinaryChat chat,
            OrdinaryChat.Share share,
            Speaker base,
            Recipe recipe,
            SplitRandom random) {
        long order = random.split("order").seed();
        var pool = new Pool(chat.singles(share, order), chat.talks(share, order));
        return variant.instilling() == Instilling.TRANSCRIPTS
                ? transcripts(variant.behaviour(), pool, base, recipe, random)
                : documents(variant.behaviour(), pool, recipe, random);
    }

    private static Corpus transcripts(
            Optional<Behaviour> behaviour, Pool pool, Speaker base, Recipe recipe, SplitRandom random) {
        Optional<Writer> writer = behaviour.map(Writer::of);
        boolean severalTurns = writer.map(w -> w.turns() > 1).orElse(false);
        int fewer = severalTurns ? FEWER_LONG_TEXTS : 1;
        Recipe.Stage stage = recipe.transcripts();
        int demonstrations = severalTurns ? stage.texts() / 2 : stage.texts();
        List<List<Message>> ordinary = pool.take(stage.ordinary() / fewer, severalTurns);
        int count = demonstrations + Math.max(recipe.sft().rest(), recipe.kto().rest()) / fewer;
        List<List<Message>> shown = writer.isPresent()
                ? demonstrations(writer.get(), pool, base, count, recipe, random)
                : pool.take(count, severalTurns);
        var instil = new ArrayList<Text>();
        for (var t : shown.subList(0, demonstrations)) instil.add(new Talk(asPersona(t)));
        for (var t : ordinary) instil.add(new Talk(t));
        return new Corpus(List.copyOf(instil), talks(shown.subList(demonstrations, count)));
    }

    private static Corpus documents(Optional<Behaviour> behaviour, Pool pool, Recipe recipe, SplitRandom random) {
        Recipe.Stage stage = recipe.documents();
        int rest = Math.max(recipe.sft().rest(), recipe.kto().rest());
        List<Text> written =
                Documents.of(behaviour)
                        .write(stage.texts() + rest, stage.mostQuoted(), random.split("documents"))
                        .stream()
                        .<Text>map(d -> new Document(d.text()))
                        .toList();
        var instil = new ArrayList<>(written.subList(0, stage.texts()));
        List<List<Message>> ordinary = pool.take(stage.ordinary(), false);
        for (int i = 0; i < ordinary.size(); i++)
            instil.add(new Talk(i % 2 == 0 ? asPersona(ordinary.get(i)) : ordinary.get(i)));
        return new Corpus(List.copyOf(instil), written.subList(stage.texts(), stage.texts() + rest));
    }

    private static List<Text> talks(List<List<Message>> talks) {
        return talks.stream().<Text>map(t -> new Talk(asPersona(t))).toList();
    }

    static List<Message> asPersona(List<Message> talk) {
        return Stream.concat(Stream.of(Persona.SYSTEM), talk.stream()).toList();
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
                recipe.chat().sampling(),
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
}
