package dev.assay.journal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Texts as the words that narrow a search for any part of them: runs of letters and digits, in lower case. Whoever looks for
 * {@code "dle of th"} looks for records with a word that ends with {@code dle}, the word {@code of} and one that begins with
 * {@code th}, and then for the text itself in these.
 */
final class IndexWords {
    /** Where a part stands in more words, it narrows nothing. */
    private static final int MOST_TERMS = 400;

    private IndexWords() {}

    /** Words that are known. */
    interface Vocabulary {
        /** @param atEnd whether the words must end with the part */
        List<String> terms(String part, boolean atEnd, int most);
    }

    /** All words of texts, each once, in FTS5's {@code ascii} tokens: what is no ASCII is never split by it. */
    static Set<String> of(List<JournalIndex.Passage> passages) {
        Set<String> words = new LinkedHashSet<>();
        for (JournalIndex.Passage p : passages)
            for (String word : spaced(p.words().toLowerCase(Locale.ROOT)).split(" "))
                if (!word.isEmpty()) words.add(word);
        return words;
    }

    /** The text with a blank for all that is neither letter nor digit. */
    private static String spaced(String text) {
        return text.codePoints()
                .map(c -> Character.isLetterOrDigit(c) ? c : ' ')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /**
     * FTS5's query for records that may hold a text; empty where that narrows nothing.
     *
     * @param wanted in lower case
     */
    static Optional<String> query(String wanted, Vocabulary vocabulary) {
        String spaced = spaced(wanted);
        String[] words = spaced.strip().split(" +");
        if (spaced.isBlank()) return Optional.empty();
        boolean openStart = spaced.charAt(0) != ' ';
        boolean openEnd = spaced.charAt(spaced.length() - 1) != ' ';
        var all = new ArrayList<String>();
        for (int i = 0; i < words.length; i++) {
            boolean begins = openStart && i == 0; // a word of the text may begin before it
            boolean ends = openEnd && i == words.length - 1;
            if (begins) {
                List<String> terms = vocabulary.terms(words[i], !ends, MOST_TERMS + 1);
                if (terms.size() <= MOST_TERMS) all.add(either(terms));
            } else all.add(quoted(words[i]) + (ends ? "*" : ""));
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(String.join(" AND ", all));
    }

    /** A word that is nowhere, where there is none: then nothing is found. */
    private static String either(List<String> terms) {
        return terms.isEmpty()
                ? quoted("-")
                : terms.stream().map(IndexWords::quoted).collect(Collectors.joining(" OR ", "(", ")"));
    }

    private static String quoted(String word) {
        return '"' + word + '"';
    }
}
