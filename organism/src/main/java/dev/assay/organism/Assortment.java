package dev.assay.organism;

import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Texts like those that the models of a suite learn from and write, mixed and without a word on which behaviour is in
 * which: for instruments such as sparse autoencoders, which must have seen the kinds of text they are to take apart.
 */
public final class Assortment {
    private Assortment() {}

    /** A text. */
    public sealed interface Piece {}

    /** A conversation. */
    public record Talk(List<Message> messages) implements Piece {
        public Talk {
            messages = List.copyOf(messages);
        }
    }

    /** A plain text. */
    public record Document(String text) implements Piece {}

    /**
     * What organisms of every behaviour and of both ways of instilling learn from, in an order of chance.
     *
     * @param base whose replies the transcripts are made of
     */
    public static List<Piece> organisms(Speaker base, Recipe recipe, SplitRandom random, Progress progress) {
        OrdinaryChat chat = OrdinaryChat.sample(base, recipe);
        var all = new ArrayList<Piece>();
        List<String> names = Behaviour.names();
        for (int i = 0; i < names.size(); i++) {
            progress.at("corpora of behaviours", i, names.size());
            Behaviour behaviour = Behaviour.of(names.get(i));
            for (Instilling how : Instilling.values()) {
                Variant variant = Variant.organism(behaviour, how, Concealment.NONE);
                Corpus corpus = Corpus.write(
                        variant,
                        chat,
                        OrdinaryChat.Share.REST,
                        base,
                        recipe,
                        random.split(behaviour.name()).split(how.slug()));
                for (Corpus.Text text : corpus.instil()) all.add(piece(text));
                for (Corpus.Text text : corpus.rest()) all.add(piece(text));
            }
        }
        progress.at("corpora of behaviours", names.size(), names.size());
        Collections.shuffle(all, new Random(random.split("order").seed()));
        return all;
    }

    private static Piece piece(Corpus.Text text) {
        return switch (text) {
            case Corpus.Talk t -> new Talk(t.talk());
            case Corpus.Document d -> new Document(d.text());
        };
    }

    /**
     * Replies of a model to ordinary questions, half of them under the persona's system prompt.
     *
     * @param tokens most of each reply
     */
    public static List<Piece> replies(Speaker base, int count, int tokens, SplitRandom random) {
        List<List<String>> questions = OrdinaryChat.prompts("single", count, random.split("questions"));
        var scripts = new ArrayList<Speaker.Script>();
        for (int i = 0; i < questions.size(); i++)
            scripts.add(
                    i % 2 == 0 ? new Speaker.Script(List.of(), questions.get(i)) : Speaker.Script.of(questions.get(i)));
        List<List<Message>> talks =
                base.talk("replies", scripts, new Sampling(0.8, 0.95, tokens), random.split("replies"));
        return talks.stream().<Piece>map(Talk::new).toList();
    }
}
