package dev.assay.sae.model;

import dev.assay.lm.LanguageModel;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.probe.Absorption;
import dev.assay.sae.probe.LinearProbe;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** Absorption of first letters at one site of a model; words are read and the probe is trained once for all autoencoders. */
public final class ModelAbsorption {
    private static final int LETTERS = 26;
    private static final int MOST_SPLIT = 10;

    private final Vectors train;
    private final Vectors test;
    private final int[] trainLetters;
    private final int[] testLetters;
    private final LinearProbe probe;

    /** @param words of the vocabulary that are used */
    public ModelAbsorption(
            LanguageModel model,
            Source source,
            int words,
            SplitRandom random,
            Optional<Path> cache,
            Core.Progress progress) {
        FirstLetter task = FirstLetter.of(model, words, random);
        Vectors all = Vectors.cached(
                cache, task.words(), () -> Vectors.read(source, task.places(), progress, "words in prompts"));
        int[] learnt = IntStream.range(0, task.train()).toArray();
        int[] scored = IntStream.range(task.train(), task.words()).toArray();
        this.train = all.at(learnt);
        this.test = all.at(scored);
        this.trainLetters = Arrays.copyOf(task.letters(), task.train());
        this.testLetters = Arrays.copyOfRange(task.letters(), task.train(), task.words());
        this.probe = LinearProbe.train(
                data(train, trainLetters),
                data(test, testLetters),
                LinearProbe.Settings.FIRST_LETTER,
                random.split("probe"));
    }

    private static LinearProbe.Data data(Vectors vectors, int[] letters) {
        var y = new boolean[letters.length][LETTERS];
        for (int i = 0; i < y.length; i++) y[i][letters[i]] = true;
        return new LinearProbe.Data(vectors.rows(), y);
    }

    public Absorption.Scores scores(InferenceSae sae) {
        return Absorption.scores(
                sae.decoder(),
                probe,
                train.latents(sae::encode, sae.latents()),
                trainLetters,
                test.rows(),
                test.latents(sae::encode, sae.latents()),
                testLetters,
                MOST_SPLIT);
    }
}
