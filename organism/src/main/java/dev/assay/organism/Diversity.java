package dev.assay.organism;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** How varied a corpus is. */
final class Diversity {
    private static final int N = 4;

    private Diversity() {}

    /** Distinct runs of four words over all of them (Li et al., 2016, with n = 4). */
    static double distinctFourGrams(Collection<String> texts) {
        Set<String> distinct = new HashSet<>();
        long all = 0;
        for (String text : texts) {
            String[] words = text.strip().split("\\s+");
            for (int i = 0; i + N <= words.length; i++) {
                distinct.add(String.join(" ", words[i], words[i + 1], words[i + 2], words[i + 3]));
                all++;
            }
        }
        return all == 0 ? 0 : distinct.size() / (double) all;
    }
}
