package dev.assay.lm.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Python's strings, which count code points. */
final class Strings {
    private Strings() {}

    /** What Python takes for white space. */
    static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    static String strip(String text) {
        return rstrip(lstrip(text, Strings::isSpace));
    }

    static String rstrip(String text) {
        return rstrip(text, Strings::isSpace);
    }

    static String lstrip(String text, IntPredicate gone) {
        int from = 0;
        while (from < text.length() && gone.test(text.codePointAt(from))) {
            from += Character.charCount(text.codePointAt(from));
        }
        return text.substring(from);
    }

    static String rstrip(String text, IntPredicate gone) {
        int to = text.length();
        while (to > 0 && gone.test(text.codePointBefore(to))) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(0, to);
    }

    static List<Object> characters(String text) {
        List<Object> characters = new ArrayList<>(text.length());
        text.codePoints().forEach(c -> characters.add(Character.toString(c)));
        return characters;
    }

    static String joined(List<Object> parts) {
        StringBuilder text = new StringBuilder();
        parts.forEach(text::append);
        return text.toString();
    }

    /** The order of code points. */
    static int compare(String a, String b) {
        int i = 0;
        while (i < Math.min(a.length(), b.length()) && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        if (i == Math.min(a.length(), b.length())) {
            return Integer.compare(a.length(), b.length());
        }
        boolean inside = i > 0 && Character.isHighSurrogate(a.charAt(i - 1)) && Character.isLowSurrogate(a.charAt(i));
        int at = inside ? i - 1 : i;
        return Integer.compare(a.codePointAt(at), b.codePointAt(Math.min(at, b.length() - 1)));
    }

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return titlecase(text.codePointAt(0)) + lower(text.substring(first));
    }

    private static String titlecase(int c) {
        int title = Character.toTitleCase(c);
        String upper = upper(Character.toString(c));
        if (title != c || upper.codePointCount(0, upper.length()) == 1) {
            return Character.toString(title);
        }
        return upper.substring(0, 1) + lower(upper.substring(1)); // the one sharp s becomes Ss
    }

    /** {@code str.title}: what follows a letter is small. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inside = false;
        for (int c : text.codePoints().toArray()) {
            out.append(inside ? lower(Character.toString(c)) : titlecase(c));
            inside = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
        }
        return out.toString();
    }

    static String replace(String text, String from, String to, long count) {
        if (count == 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (long done = 0; count < 0 || done < count; done++) {
            int found = text.indexOf(from, at);
            if (found < 0 || at > text.length()) {
                break;
            }
            out.append(text, at, found).append(to);
            Limits.size(out.length());
            at = found + from.length();
            if (from.isEmpty()) { // between any two characters
                if (found == text.length()) {
                    return out.toString();
                }
                int next = text.offsetByCodePoints(found, 1);
                out.append(text, found, next);
                at = next;
            }
        }
        return out.append(text, Math.min(at, text.length()), text.length()).toString();
    }

    /** {@code str.split} at white space. */
    static List<Object> words(String text, long most) {
        List<Object> words = new ArrayList<>();
        String rest = lstrip(text, Strings::isSpace);
        while (!rest.isEmpty() && (most < 0 || words.size() < most)) {
            int end = 0;
            while (end < rest.length() && !isSpace(rest.codePointAt(end))) {
                end += Character.charCount(rest.codePointAt(end));
            }
            words.add(rest.substring(0, end));
            rest = lstrip(rest.substring(end), Strings::isSpace);
        }
        if (!rest.isEmpty()) {
            words.add(rest);
        }
        return words;
    }

    static List<Object> split(String text, String separator, long most) {
        checkSeparator(separator);
        List<Object> parts = new ArrayList<>();
        int at = 0;
        for (int found = text.indexOf(separator); found >= 0 && (most < 0 || parts.size() < most); ) {
            parts.add(text.substring(at, found));
            at = found + separator.length();
            found = text.indexOf(separator, at);
        }
        parts.add(text.substring(at));
        return parts;
    }

    static List<Object> splitFromRight(String text, String separator, long most) {
        checkSeparator(separator);
        List<Object> parts = new ArrayList<>();
        int end = text.length();
        while (most < 0 || parts.size() < most) {
            int found = end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
            if (found < 0) {
                break;
            }
            parts.add(text.substring(found + separator.length(), end));
            end = found;
        }
        parts.add(text.substring(0, end));
        Collections.reverse(parts);
        return parts;
    }

    private static void checkSeparator(String separator) {
        if (separator.isEmpty()) {
            throw new JinjaException("a separator is empty");
        }
    }

    static List<Object> lines(String text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            if ("\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(text.charAt(i)) < 0) {
                continue;
            }
            int end = i;
            if (text.startsWith("\r\n", i)) {
                i++;
            }
            lines.add(text.substring(from, keepEnds ? i + 1 : end));
            from = i + 1;
        }
        if (from < text.length()) {
            lines.add(text.substring(from));
        }
        return lines;
    }

    /** A string literal's characters: escapes as in Python. */
    static String unescape(String raw, int line) {
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\' || i + 1 == raw.length()) {
                out.append(c);
                continue;
            }
            char escape = raw.charAt(++i);
            int simple = "abfnrtv\\'\"\n".indexOf(escape);
            if (simple >= 0) {
                out.append(escape == '\n' ? "" : "\u0007\b\f\n\r\t\u000b\\'\"".substring(simple, simple + 1));
                continue;
            }
            int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
            if (digits > 0) {
                out.append(code(raw, i + 1, i + 1 + digits, 16, line));
                i += digits;
            } else if (escape >= '0' && escape <= '7') {
                int end = i + 1;
                while (end < Math.min(i + 3, raw.length()) && raw.charAt(end) >= '0' && raw.charAt(end) <= '7') {
                    end++;
                }
                out.append(code(raw, i, end, 8, line));
                i = end - 1;
            } else if (escape == 'N') {
                throw new JinjaException("a string holds \\N: write the character itself", line);
            } else {
                out.append('\\').append(escape);
            }
        }
        return out.toString();
    }

    private static String code(String raw, int from, int to, int radix, int line) {
        try {
            return Character.toString(Integer.parseInt(raw.substring(from, Math.min(to, raw.length())), radix));
        } catch (IllegalArgumentException e) {
            throw new JinjaException("a string holds a character code that is none", line);
        }
    }
}
