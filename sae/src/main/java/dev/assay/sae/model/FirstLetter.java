package dev.assay.sae.model;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Tokenizer;
import dev.assay.sae.SaeException;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The first-letter task of the absorption metric: words of the vocabulary in prompts with examples, as SAEBench 0.6.0
 * writes them. The activation is that of the word's last token, before the model is asked.
 *
 * @param places one a word
 * @param letters 0 for a to 25 for z, one a word
 * @param train how many words, from the first, are learnt from; the others are scored on
 */
@SuppressWarnings("ArrayRecordComponent")
public record FirstLetter(List<Vectors.Place> places, int[] letters, int train) {
    private static final Pattern WORD = Pattern.compile(" ?[A-Za-z]+");
    private static final String ASKED = " has the first letter:";
    private static final int EXAMPLES = 10;
    private static final double TRAIN = 0.8;

    /** @param count how many words of the vocabulary are taken; SAEBench takes all */
    public static FirstLetter of(LanguageModel model, int count, SplitRandom random) {
        Tokenizer tokenizer = model.tokenizer();
        List<String> words = new ArrayList<>(IntStream.range(0, model.config().vocab())
                .filter(id -> !tokenizer.isControl(id))
                .mapToObj(tokenizer::decodeAll)
                .filter(w -> WORD.matcher(w).matches())
                .toList());
        if (words.size() < 100)
            throw new SaeException("the vocabulary has " + words.size() + " words of letters; absorption needs some");
        Collections.shuffle(words, new Random(random.split("words").seed()));
        words = words.subList(0, Math.min(count, words.size()));
        int train = (int) (TRAIN * words.size());
        int asked = tokenizer.encodePlain(ASKED).length;
        var draw = new Random(random.split("examples").seed());
        var places = new ArrayList<Vectors.Place>();
        for (int i = 0; i < words.size(); i++) {
            List<String> others = i < train ? words.subList(0, train) : words.subList(train, words.size());
            int[] ids = tokenizer.encodePlain(prompt(words.get(i), others, draw));
            places.add(new Vectors.Place(ids, ids.length - 1 - asked));
        }
        int[] letters = words.stream()
                .mapToInt(w -> w.strip().toLowerCase(Locale.ROOT).charAt(0) - 'a')
                .toArray();
        return new FirstLetter(places, letters, train);
    }

    private static String prompt(String word, List<String> others, Random draw) {
        List<String> examples = new ArrayList<>();
        while (examples.size() < EXAMPLES) {
            String example = others.get(draw.nextInt(others.size()));
            if (!example.equals(word)) examples.add(example);
        }
        String shown = examples.stream()
                .map(e -> "\n" + e + ASKED + " " + e.strip().substring(0, 1).toUpperCase(Locale.ROOT))
                .collect(Collectors.joining());
        return shown + "\n" + word + ASKED;
    }

    int words() {
        return letters.length;
    }
}
