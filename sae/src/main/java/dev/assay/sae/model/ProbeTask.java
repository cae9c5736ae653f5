package dev.assay.sae.model;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.TrainingText;
import dev.assay.sae.SaeException;
import dev.assay.world.NumpyRandom;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A binary task of sae-probes: texts, of which the last token's activation is probed, and how they are divided. With all
 * examples that the benchmark reads (5,000), the division is the benchmark's own, number by number.
 *
 * @param y whether a text is of the class that comes second in order
 * @param train numbers of the texts that are learnt from, in order
 * @param test numbers of those that are scored on
 */
@SuppressWarnings("ArrayRecordComponent")
public record ProbeTask(String name, List<String> texts, boolean[] y, int[] train, int[] test) {
    private static final int MOST_TRAIN = 1024;
    private static final int LEAST_TEST = 100;
    private static final long SEED = 42;

    /** @param examples how many texts are read at most */
    public static ProbeTask of(ProbeFolder.Task task, int examples) {
        CsvTable table = task.table();
        List<String> targets = table.column("target");
        List<String> classes = List.copyOf(new TreeSet<>(targets));
        if (classes.size() != 2)
            throw new SaeException(task.file() + ": its targets are " + classes + ", wanted are two values");
        int read = Math.min(Math.min(examples, ProbeFolder.READ), targets.size());
        var y = new boolean[read];
        for (int i = 0; i < read; i++) y[i] = targets.get(i).equals(second(classes));
        int train = Math.min(Math.min(targets.size(), read) - LEAST_TEST, MOST_TRAIN);
        if (train < 4)
            throw new SaeException(
                    task.file() + ": " + read + " examples are too few; at least " + (LEAST_TEST + 4) + " are needed");
        return divided(task.name(), table.column("prompt").subList(0, read), y, train);
    }

    /** The larger one: as numbers where both are. */
    private static String second(List<String> classes) {
        try {
            return Double.parseDouble(classes.get(0)) > Double.parseDouble(classes.get(1))
                    ? classes.get(0)
                    : classes.get(1);
        } catch (NumberFormatException words) {
            return classes.get(1);
        }
    }

    private static ProbeTask divided(String name, List<String> texts, boolean[] y, int train) {
        int test = y.length - train - 1;
        int[] positive = IntStream.range(0, y.length).filter(i -> y[i]).toArray();
        int[] negative = IntStream.range(0, y.length).filter(i -> !y[i]).toArray();
        var random = new NumpyRandom(SEED);
        int[] trainUp = random.choice(positive, learnt((train + 1) / 2, positive.length));
        int[] trainDown = random.choice(negative, learnt(train / 2, negative.length));
        int[] leftUp = without(positive, trainUp);
        int[] leftDown = without(negative, trainDown);
        int[] testUp = random.choice(leftUp, Math.min((test + 1) / 2, leftUp.length));
        int[] testDown = random.choice(leftDown, Math.min(test / 2, leftDown.length));
        return new ProbeTask(
                name,
                texts,
                y,
                random.permutation(joined(trainUp, trainDown)),
                random.permutation(joined(testUp, testDown)));
    }

    /** How many of a class are learnt from: as many as are wanted, unless that leaves too few to be tested. */
    private static int learnt(int wanted, int all) {
        return all - wanted >= LEAST_TEST / 4 ? wanted : all * 4 / 5;
    }

    private static int[] without(int[] all, int[] taken) {
        int[] sorted = taken.clone();
        Arrays.sort(sorted);
        return Arrays.stream(all)
                .filter(i -> Arrays.binarySearch(sorted, i) < 0)
                .toArray();
    }

    private static int[] joined(int[] a, int[] b) {
        return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    /** The last token of each text, which is cut at its beginning to {@code context} tokens. */
    public List<Vectors.Place> places(LanguageModel model, int context) {
        return texts.stream()
                .map(text -> {
                    int[] ids = TrainingText.of(model.tokenizer(), text.isEmpty() ? " " : text)
                            .ids();
                    int[] end = ids.length > context ? Arrays.copyOfRange(ids, ids.length - context, ids.length) : ids;
                    return new Vectors.Place(end, end.length - 1);
                })
                .toList();
    }

    /** The classes of some texts. */
    public boolean[] classes(int[] rows) {
        var out = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) out[i] = y[rows[i]];
        return out;
    }
}
