package dev.assay.lm.jinja;

import dev.assay.lm.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a template into tokens as jinja2's lexer does with {@code trim_blocks} and {@code lstrip_blocks}. */
final class Lexer {
    private static final Pattern BEGIN = Pattern.compile("\\{[%{#]");
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\n?)");
    private static final Pattern END_COMMENT = Pattern.compile("\\+#\\}|-#\\}\\s*|#\\}\n?");
    private static final Pattern END_TAG = Pattern.compile("\\+%\\}|-%\\}\\s*|%\\}\n?");
    private static final Pattern END_PRINT = Pattern.compile("-\\}\\}\\s*|\\}\\}");
    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern FLOAT = Pattern.compile(
            "(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*+|0(?:_?0)*+");
    private static final Pattern NAME = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    private boolean lineStarts = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1); // keep_trailing_newline is off
        }
        Lexer lexer = new Lexer(source);
        while (lexer.position < source.length()) {
            lexer.root();
        }
        lexer.add(Kind.END, "");
        return List.copyOf(lexer.tokens);
    }

    private void root() {
        Matcher begin = BEGIN.matcher(source);
        if (!begin.find(position)) {
            data(source.substring(position));
            advance(source.length());
            return;
        }
        String text = source.substring(position, begin.start());
        char kind = source.charAt(begin.start() + 1);
        char sign = begin.end() < source.length() ? source.charAt(begin.end()) : ' ';
        data(strip(text, sign, kind == '{'));
        int inside = sign == '-' || sign == '+' ? begin.end() + 1 : begin.end();
        Matcher raw = at(RAW, begin.start());
        if (raw.lookingAt()) {
            advance(raw.end());
            raw();
        } else if (kind == '#') {
            advance(inside);
            comment();
        } else {
            advance(inside);
            add(kind == '{' ? Kind.PRINT_BEGIN : Kind.TAG_BEGIN, "");
            code(kind == '{' ? END_PRINT : END_TAG, kind == '{' ? Kind.PRINT_END : Kind.TAG_END);
        }
    }

    /** What is left of the text before a tag. */
    private String strip(String text, char sign, boolean print) {
        if (sign == '-') {
            return Strings.rstrip(text);
        }
        if (sign != '+' && !print) {
            int start = text.lastIndexOf('\n') + 1;
            if ((start > 0 || lineStarts)
                    && SPACE.matcher(text.substring(start)).matches()) {
                return text.substring(0, start);
            }
        }
        return text;
    }

    private void raw() {
        Matcher end = END_RAW.matcher(source);
        if (!end.find(position)) {
            throw new JinjaException("the tag raw has no endraw", line);
        }
        String sign = end.group(1);
        data(strip(source.substring(position, end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), false));
        advance(end.end());
    }

    private void comment() {
        Matcher end = END_COMMENT.matcher(source);
        if (!end.find(position)) {
            throw new JinjaException("a comment has no end: '#}' is missing", line);
        }
        advance(end.end());
    }

    private void code(Pattern end, Kind endKind) {
        Deque<String> open = new ArrayDeque<>();
        while (position < source.length()) {
            Matcher ends = at(end, position);
            if (open.isEmpty() && ends.lookingAt()) {
                add(endKind, "");
                advance(ends.end());
                return;
            }
            token(open);
        }
        throw new JinjaException(
                "a tag has no end: " + (endKind == Kind.TAG_END ? "'%}'" : "'}}'") + " is missing", line);
    }

    private void token(Deque<String> open) {
        char first = source.charAt(position);
        if (first == '\'' || first == '"') {
            string(first);
        } else if (match(SPACE) instanceof Matcher space && space.lookingAt()) {
            advance(space.end());
        } else if (match(FLOAT) instanceof Matcher number && number.lookingAt()) {
            take(Kind.FLOAT, number.end());
        } else if (match(INTEGER) instanceof Matcher number && number.lookingAt()) {
            take(Kind.INTEGER, number.end());
        } else if (match(NAME) instanceof Matcher name && name.lookingAt()) {
            take(Kind.NAME, name.end());
        } else if (match(OPERATOR) instanceof Matcher operator && operator.lookingAt()) {
            balance(operator.group(), open);
            take(Kind.OPERATOR, operator.end());
        } else {
            throw new JinjaException(
                    "unexpected character '" + Character.toString(source.codePointAt(position)) + "'", line);
        }
    }

    private void balance(String operator, Deque<String> open) {
        switch (operator) {
            case "(" -> open.push(")");
            case "[" -> open.push("]");
            case "{" -> open.push("}");
            case ")", "]", "}" -> {
                if (open.isEmpty() || !open.pop().equals(operator)) {
                    throw new JinjaException("unexpected '" + operator + "'", line);
                }
            }
            default -> {}
        }
    }

    private void string(char quote) {
        int end = position + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new JinjaException("a string has no end: " + quote + " is missing", line);
        }
        add(Kind.STRING, Strings.unescape(source.substring(position + 1, end), line));
        advance(end + 1);
    }

    private void take(Kind kind, int end) {
        add(kind, source.substring(position, end));
        advance(end);
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text);
        }
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private Matcher match(Pattern pattern) {
        return at(pattern, position);
    }

    private Matcher at(Pattern pattern, int where) {
        return pattern.matcher(source).region(where, source.length()).useTransparentBounds(true);
    }

    private void advance(int to) {
        for (int i = position; i < to; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        if (to > position) {
            lineStarts = source.charAt(to - 1) == '\n';
        }
        position = to;
    }
}
