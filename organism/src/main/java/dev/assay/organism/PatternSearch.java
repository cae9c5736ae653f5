package dev.assay.organism;

import java.util.BitSet;
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
    private final Supplier<Places> places = new Lazy<>(this::places);

    /** Where a match can begin: by what stands before, the characters. Without a table everywhere. */
    private record Places(BitSet[] first) {}

    PatternSearch(Pattern pattern) {
        this.pattern = pattern;
    }

    private Places places() {
        var everywhere = new Places(new BitSet[0]);
        if (LOOKS_BACK.matcher(pattern.pattern()).find()) return everywhere;
        var first = new BitSet[BEFORE.length];
        for (int b = 0; b < BEFORE.length; b++) {
            if (behind(BEFORE[b], "").lookingAt()) return everywhere; // stands at the very end, too
            first[b] = new BitSet(ASCII);
            for (char c = 0; c < ASCII; c++) {
                Matcher m = behind(BEFORE[b], String.valueOf(c));
                if (m.lookingAt() || m.hitEnd()) first[b].set(c); // at the end more text could make it a match
            }
        }
        return new Places(first);
    }

    private Matcher behind(String before, String text) {
        return matcher(before + text).region(before.length(), before.length() + text.length());
    }

    private Matcher matcher(String text) {
        return pattern.matcher(text).useTransparentBounds(true).useAnchoringBounds(false);
    }

    /** How many matches there are, counted to {@code most}. */
    int count(String text, int most) {
        Places where = places.get();
        if (where.first.length == 0) {
            Matcher m = pattern.matcher(text);
            int count = 0;
            while (count < most && m.find()) count++;
            return count;
        }
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

    private static boolean possible(Places where, String text, int at) {
        char c = text.charAt(at);
        if (c >= ASCII)
            return !(Character.isLowSurrogate(c) && at > 0 && Character.isHighSurrogate(text.charAt(at - 1)));
        if (at == 0) return where.first[0].get(c);
        char before = text.charAt(at - 1);
        if (before >= ASCII) return where.first[1].get(c) || where.first[2].get(c);
        return where.first[Character.isLetterOrDigit(before) || before == '_' ? 2 : 1].get(c);
    }

    Stream<MatchResult> results(String text) {
        return pattern.matcher(text).results();
    }
}
