package dev.assay.organism;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@link Matcher#find} for patterns that are looked for in many texts. Before the first search it is tried with which
 * characters a match can begin, behind a word's character and behind none; a search tries the other places no more. That a
 * pattern is mostly alternatives of words makes most places such.
 */
final class PatternSearch {
    private static final int ASCII = 128;

    /** What may stand before a match: nothing, no word's character, or one. */
    private static final String[] BEFORE = {"", " ", "a"};

    /** What a match may depend on besides its first character and the one before it, or what does not say that it met the end. */
    private static final Pattern LOOKS_BACK = Pattern.compile("\\(\\?<|\\\\[Gk1-9]|\\(\\?[a-z]*m");

    private final Pattern pattern;

    /** The characters that a match can begin with, by what stands before; without any table it can begin everywhere. */
    private final Supplier<List<BitSet>> first = new Lazy<>(this::first);

    PatternSearch(Pattern pattern) {
        this.pattern = pattern;
    }

    private List<BitSet> first() {
        if (LOOKS_BACK.matcher(pattern.pattern()).find()) return List.of();
        var first = new ArrayList<BitSet>();
        for (String before : BEFORE) {
            if (behind(before, "").lookingAt()) return List.of(); // stands at the very end, too
            var characters = new BitSet(ASCII);
            for (char c = 0; c < ASCII; c++) {
                Matcher m = behind(before, String.valueOf(c));
                if (m.lookingAt() || m.hitEnd()) characters.set(c); // at the end more text could make it a match
            }
            first.add(characters);
        }
        return first;
    }

    private Matcher behind(String before, String text) {
        return matcher(before + text).region(before.length(), before.length() + text.length());
    }

    private Matcher matcher(String text) {
        return pattern.matcher(text).useTransparentBounds(true).useAnchoringBounds(false);
    }

    /** How many matches there are, counted to {@code most}. */
    int count(String text, int most) {
        List<BitSet> where = first.get();
        if (where.isEmpty()) return (int) results(text).limit(most).count();
        int count = 0;
        Matcher m = matcher(text);
        for (int at = 0; at < text.length() && count < most; ) {
            if (!possible(where, text, at) || !m.region(at, text.length()).lookingAt()) {
                at++;
            } else {
                count++;
                at = Math.max(m.end(), at + 1);
            }
        }
        return count;
    }

    private static boolean possible(List<BitSet> where, String text, int at) {
        char c = text.charAt(at);
        if (c >= ASCII)
            return !(Character.isLowSurrogate(c) && at > 0 && Character.isHighSurrogate(text.charAt(at - 1)));
        if (at == 0) return where.get(0).get(c);
        char before = text.charAt(at - 1);
        if (before >= ASCII) return where.get(1).get(c) || where.get(2).get(c);
        return where.get(Character.isLetterOrDigit(before) || before == '_' ? 2 : 1)
                .get(c);
    }

    Stream<MatchResult> results(String text) {
        return pattern.matcher(text).results();
    }
}
