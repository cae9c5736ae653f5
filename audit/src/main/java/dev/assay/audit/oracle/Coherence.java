package dev.assay.audit.oracle;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How far independent answers about the same activations agree: the mean over all pairs of the share of their words that
 * both have (Jaccard). Published oracles have a language model judge this.
 */
final class Coherence {
    /** Two in five words in common. */
    static final double THRESHOLD = 0.4;

    private Coherence() {}

    /** 0 to 1; of a single answer 1. */
    static double of(List<String> answers) {
        List<Set<String>> words = answers.stream().map(Coherence::words).toList();
        double sum = 0;
        int pairs = 0;
        for (int a = 0; a < words.size(); a++)
            for (int b = 0; b < a; b++, pairs++) sum += common(words.get(a), words.get(b));
        return pairs == 0 ? 1 : sum / pairs;
    }

    private static Set<String> words(String answer) {
        return Arrays.stream(answer.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
                .filter(w -> !w.isEmpty())
                .collect(Collectors.toSet());
    }

    private static double common(Set<String> a, Set<String> b) {
        var all = new HashSet<>(a);
        all.addAll(b);
        var both = new HashSet<>(a);
        both.retainAll(b);
        return all.isEmpty() ? 0 : (double) both.size() / all.size();
    }
}
