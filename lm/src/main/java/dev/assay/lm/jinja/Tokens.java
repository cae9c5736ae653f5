package dev.assay.lm.jinja;

import dev.assay.lm.jinja.Token.Kind;
import java.util.List;

/** A place in a list of tokens. */
final class Tokens {
    private final List<Token> all;
    private int position;

    Tokens(List<Token> all) {
        this.all = all;
    }

    Token current() {
        return all.get(position);
    }

    Token next() {
        Token token = current();
        if (position < all.size() - 1) {
            position++;
        }
        return token;
    }

    Token after() {
        return all.get(Math.min(position + 1, all.size() - 1));
    }

    int position() {
        return position;
    }

    /** Whether the name stands anywhere from a position up to this one. */
    boolean named(String name, int from) {
        return all.subList(from, position).stream().anyMatch(token -> token.isName(name));
    }

    boolean isOperator(String operator) {
        return current().isOperator(operator);
    }

    boolean skipName(String name) {
        if (current().isName(name)) {
            next();
            return true;
        }
        return false;
    }

    boolean skipOperator(String operator) {
        if (isOperator(operator)) {
            next();
            return true;
        }
        return false;
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    Token expect(Kind kind, String wanted) {
        if (!current().is(kind)) {
            throw unexpected(wanted);
        }
        return next();
    }

    String name() {
        return expect(Kind.NAME, "a name").text();
    }

    JinjaException unexpected(String wanted) {
        return new JinjaException(
                "found %s where %s should be".formatted(current().describe(), wanted),
                current().line());
    }
}
