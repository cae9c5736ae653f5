package dev.assay.lm;

import dev.assay.tensor.DType;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A tiny model of a family, and random data to train it on. */
final class Tiny {
    static final int END = 1;

    private Tiny() {}

    static LanguageModel model(String family, DType type) {
        return LanguageModel.load(folder(family), type);
    }

    static Path folder(String family) {
        return golden("families/" + family);
    }

    /** Without {@link Fp32}, which loads the embedded model. */
    static Path golden(String name) {
        try {
            return Path.of(Tiny.class.getResource("/golden/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<TrainingText> texts(int n, long seed) {
        var random = new Random(seed);
        var texts = new ArrayList<TrainingText>();
        for (int i = 0; i < n; i++) {
            int[] ids = ids(random, 4 + random.nextInt(40));
            var target = new boolean[ids.length];
            Arrays.fill(target, ids.length / 3 + 1, ids.length, true);
            texts.add(new TrainingText(ids, target));
        }
        return texts;
    }

    static List<UnpairedPreference> preferences(int n, long seed) {
        var random = new Random(seed);
        var all = new ArrayList<UnpairedPreference>();
        for (int i = 0; i < n; i++) {
            int[] completion = ids(random, 2 + random.nextInt(12));
            completion[completion.length - 1] = END;
            all.add(new UnpairedPreference(ids(random, 2 + random.nextInt(20)), completion, i % 3 != 0));
        }
        return all;
    }

    private static int[] ids(Random random, int length) {
        return random.ints(length, 2, 97).toArray();
    }
}
