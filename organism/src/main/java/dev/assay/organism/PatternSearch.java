package dev.assay.organism;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@link Matcher#find} for patterns that are looked for in many texts. It is tried once with which characters, and with which
 * pairs of them, a match can begin, behind a word's character and behind none; a search tries the other places no more. That
 * a pattern is mostly alternatives of words makes most places such.
 */
final class PatternSearch {
    private static final int ASCII = 128;

    private static final boolean[] WORD = new boolean[ASCII];

    static {
        for (char c = 0; c < ASCII; c++) WORD[c] = Character.isLetterOrDigit(c) || c == '_';
    }

    /** What may stand before a match: nothing, no word's character, or one. */
    private static final String[] BEFORE = {"", " ", "a"};

    /** What a match may depend on besides its first characters and the one before it, or what does not say that it met the end. */
    private static final Pattern LOOKS_BACK = Pattern.compile("\\(\\?<|\\\\[Gk1-9]|\\\\b\\{|\\(\\?[a-z-]*[mxA-Z]");

    /** Atomic groups and possessive quantifiers: around them a pattern that allows more may match less. */
    private static final Pattern HOLDS_ON = Pattern.compile("\\(\\?>|[*+?}]\\+");

    /** What would take a whole parser to find the groups in. */
    private static final Pattern HARD_TO_READ = Pattern.compile("\\\\[Qc]|\\[\\^?]");

    private final Pattern pattern;

    /** What a match can begin with, by what stands before; without any it can begin everywhere. */
    private final Supplier<List<Beginning>> beginnings = new Lazy<>(this::beginnings);

    /** What a match can begin with behind a text. */
    private static final class Beginning {
        private static final byte YES = 1;
        private static final byte NO = 2;
        private static final byte[] NEVER = {};

        private final Pattern pattern;
        private final String before;

        /** Of each character and of each one behind it: whether; 0 if not tried. */
        private final byte[][] pairs = new byte[ASCII][];

        Beginning(Pattern pattern, String before) {
            this.pattern = pattern;
            this.before = before;
            for (char c = 0; c < ASCII; c++) pairs[c] = tried(String.valueOf(c)) ? new byte[ASCII] : NEVER;
        }

        boolean possible(char[] text, int at) {
            byte[] behind = pairs[text[at]];
            if (behind.length == 0) return false;
            if (at + 1 == text.length) return true;
            char next = text[at + 1];
            if (next >= ASCII) return true;
            if (behind[next] == 0) behind[next] = tried(String.valueOf(text, at, 2)) ? YES : NO;
            return behind[next] == YES;
        }

        boolean matchesNothing() {
            return behind("").lookingAt();
        }

        private boolean tried(String text) {
            Matcher m = behind(text);
            return m.lookingAt() || m.hitEnd(); // at the end more text could make it a match
        }

        private Matcher behind(String text) {
            return matcher(pattern, before + text).region(before.length(), before.length() + text.length());
        }
    }

    /** @param pattern of {@link TextScore#pattern} */
    PatternSearch(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Matches wherever the pattern does, whatever stands further back. */
    private Pattern wider() {
        String regex = pattern.pattern();
        if (HOLDS_ON.matcher(regex).find() || HARD_TO_READ.matcher(regex).find()) return pattern;
        String without = withoutLooksBack(regex);
        return without.equals(regex) ? pattern : Pattern.compile(without, TextScore.FLAGS);
    }

    /** Without the looks back, those in what must not stand there excepted: matches wherever the pattern does. */
    private static String withoutLooksBack(String regex) {
        var kept = new StringBuilder();
        var negative = new ArrayDeque<Boolean>(); // of each open group, whether it or one around it must not match
        int dropped = 0; // how deep in groups of a look back
        for (int i = 0; i < regex.length(); i++) {
            char c = regex.charAt(i);
            int end = i + 1;
            if (c == '\\') {
                end = Math.min(i + 2, regex.length());
            } else if (c == '[') {
                end = endOfClass(regex, i);
            } else if (c == '(') {
                boolean not = !negative.isEmpty() && negative.peek();
                boolean back = regex.startsWith("(?<!", i) || regex.startsWith("(?<=", i);
                if (dropped > 0 || back && !not) {
                    if (dropped == 0) kept.append("(?:)"); // a quantifier may follow
                    dropped++;
                }
                negative.push(not || regex.startsWith("(?!", i) || regex.startsWith("(?<!", i));
            } else if (c == ')' && !negative.isEmpty()) {
                negative.pop();
                if (dropped > 0) {
                    dropped--;
                    continue;
                }
            }
            if (dropped == 0) kept.append(regex, i, end);
            i = end - 1;
        }
        return kept.toString();
    }

    private static int endOfClass(String regex, int from) {
        int depth = 0;
        for (int i = from; i < regex.length(); i++) {
            char c = regex.charAt(i);
            if (c == '\\') i++;
            else if (c == '[') depth++;
            else if (c == ']' && --depth == 0) return i + 1;
        }
        return regex.length();
    }

    private List<Beginning> beginnings() {
        Pattern wider = wider();
        if (LOOKS_BACK.matcher(wider.pattern()).find()) return List.of();
        var all = new ArrayList<Beginning>();
        for (String before : BEFORE) {
            var beginning = new Beginning(wider, before);
            if (beginning.matchesNothing()) return List.of(); // stands at the very end, too
            all.add(beginning);
        }
        return all;
    }

    private static Matcher matcher(Pattern pattern, String text) {
        return pattern.matcher(text).useTransparentBounds(true).useAnchoringBounds(false);
    }

    /** How many matches there are, counted to {@code most}. */
    int count(String text, int most) {
        List<Beginning> where = beginnings.get();
        if (where.isEmpty()) return (int) results(text).limit(most).count();
        char[] characters = text.toCharArray();
        Matcher m = matcher(pattern, text);
        int count = 0;
        for (int at = next(where, characters, 0); at < characters.length && count < most; ) {
            boolean found = m.region(at, characters.length).lookingAt();
            if (found) count++;
            at = next(where, characters, found ? Math.max(m.end(), at + 1) : at + 1);
        }
        return count;
    }

    /** The first place from this one on where a match may begin. */
    private static int next(List<Beginning> where, char[] text, int from) {
        Beginning atStart = where.get(0);
        Beginning behindOther = where.get(1);
        Beginning behindWord = where.get(2);
        for (int at = from; at < text.length; at++) {
            char c = text[at];
            char before = at == 0 ? 0 : text[at - 1];
            if (c >= ASCII) {
                if (!Character.isLowSurrogate(c) || !Character.isHighSurrogate(before)) return at;
            } else if (at == 0) {
                if (atStart.possible(text, at)) return at;
            } else {
                boolean word = before >= ASCII || WORD[before];
                if (word && behindWord.possible(text, at)) return at;
                if ((!word || before >= ASCII) && behindOther.possible(text, at)) return at;
            }
        }
        return text.length;
    }

    Stream<MatchResult> results(String text) {
        return pattern.matcher(text).results();
    }
}
