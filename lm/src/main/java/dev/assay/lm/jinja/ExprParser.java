package dev.assay.lm.jinja;

import dev.assay.lm.jinja.Expr.Arguments;
import dev.assay.lm.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions; precedence as in jinja2, from conditionals down to calls. */
final class ExprParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<Kind> ARGUMENT_STARTS = Set.of(Kind.NAME, Kind.STRING, Kind.INTEGER, Kind.FLOAT);
    private static final Set<String> NO_ARGUMENTS = Set.of("else", "or", "and");

    private final Tokens tokens;
    private int conditional; // inside branches: an unknown filter there is an error only where it is reached

    ExprParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** Reads with unknown filters and tests allowed until they are reached, as jinja2 does inside {@code if}. */
    void enterBranch() {
        conditional++;
    }

    void leaveBranch() {
        conditional--;
    }

    Expr expression() {
        Expr value = or();
        while (tokens.skipName("if")) {
            conditional++;
            Expr test = or();
            Expr otherwise = tokens.skipName("else") ? expression() : null;
            conditional--;
            value = new Expr.Conditional(test, value, otherwise, value.line());
        }
        return value;
    }

    /** One expression, or several with commas between them: a tuple. */
    Expr tuple(boolean conditionals, boolean parentheses) {
        int line = tokens.current().line();
        List<Expr> items = new ArrayList<>();
        boolean comma = false;
        while (!tupleEnds()) {
            items.add(conditionals ? expression() : or());
            if (!tokens.skipOperator(",")) {
                return comma ? new Expr.TupleOf(items, line) : items.getFirst();
            }
            comma = true;
        }
        if (items.isEmpty() && !parentheses) {
            throw tokens.unexpected("an expression");
        }
        return new Expr.TupleOf(items, line);
    }

    private boolean tupleEnds() {
        Token token = tokens.current();
        return token.is(Kind.PRINT_END) || token.is(Kind.TAG_END) || token.isOperator(")") || token.isName("recursive");
    }

    private Expr or() {
        Expr left = and();
        while (tokens.skipName("or")) {
            left = new Expr.Logic(false, left, and(), left.line());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (tokens.skipName("and")) {
            left = new Expr.Logic(true, left, not(), left.line());
        }
        return left;
    }

    private Expr not() {
        int line = tokens.current().line();
        return tokens.skipName("not") ? new Expr.Unary("not", not(), line) : compare();
    }

    private Expr compare() {
        List<Expr> operands = new ArrayList<>(List.of(sum()));
        List<String> operators = new ArrayList<>();
        while (true) {
            Token token = tokens.current();
            if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (token.isName("not") && tokens.after().isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                Expr first = operands.getFirst();
                return operators.isEmpty() ? first : new Expr.Compare(operands, operators, first.line());
            }
            operands.add(sum());
        }
    }

    private Expr sum() {
        Expr left = concat();
        while (tokens.isOperator("+") || tokens.isOperator("-")) {
            left = new Expr.Binary(tokens.next().text(), left, concat(), left.line());
        }
        return left;
    }

    private Expr concat() {
        List<Expr> parts = new ArrayList<>(List.of(product()));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1
                ? parts.getFirst()
                : new Expr.Concat(parts, parts.getFirst().line());
    }

    private Expr product() {
        Expr left = power();
        while (tokens.isOperator("*") || tokens.isOperator("/") || tokens.isOperator("//") || tokens.isOperator("%")) {
            left = new Expr.Binary(tokens.next().text(), left, power(), left.line());
        }
        return left;
    }

    private Expr power() {
        Expr left = unary(true);
        while (tokens.skipOperator("**")) {
            left = new Expr.Binary("**", left, unary(true), left.line());
        }
        return left;
    }

    private Expr unary(boolean filters) {
        Token token = tokens.current();
        Expr value;
        if (token.isOperator("-") || token.isOperator("+")) {
            tokens.next();
            value = new Expr.Unary(token.text(), unary(false), token.line());
        } else {
            value = primary();
        }
        value = postfix(value);
        while (filters) {
            if (tokens.isOperator("|")) {
                tokens.next();
                value = filter(value);
            } else if (tokens.current().isName("is")) {
                value = test(value);
            } else if (tokens.isOperator("(")) {
                value = call(value);
            } else {
                break;
            }
        }
        return value;
    }

    private Expr primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> name(token);
            case STRING -> string(token);
            case INTEGER -> new Expr.Const(Numbers.literal(token), token.line());
            case FLOAT -> new Expr.Const(Double.parseDouble(token.text().replace("_", "")), token.line());
            case OPERATOR -> bracketed(token);
            default -> throw new JinjaException("unexpected " + token.describe(), token.line());
        };
    }

    private static Expr name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expr.Const(true, token.line());
            case "false", "False" -> new Expr.Const(false, token.line());
            case "none", "None" -> new Expr.Const(None.NONE, token.line());
            default -> new Expr.Name(token.text(), token.line());
        };
    }

    private Expr string(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (tokens.current().is(Kind.STRING)) {
            text.append(tokens.next().text());
        }
        return new Expr.Const(text.toString(), first.line());
    }

    private Expr bracketed(Token open) {
        switch (open.text()) {
            case "(" -> {
                Expr inside = tuple(true, true);
                tokens.expectOperator(")");
                return inside;
            }
            case "[" -> {
                List<Expr> items = new ArrayList<>();
                while (!tokens.skipOperator("]")) {
                    comma(!items.isEmpty(), "]");
                    if (!tokens.isOperator("]")) {
                        items.add(expression());
                    }
                }
                return new Expr.ListOf(items, open.line());
            }
            case "{" -> {
                return dict(open.line());
            }
            default -> throw new JinjaException("unexpected " + open.describe(), open.line());
        }
    }

    private Expr dict(int line) {
        List<Expr> keys = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            comma(!keys.isEmpty(), "}");
            if (!tokens.isOperator("}")) {
                keys.add(expression());
                tokens.expectOperator(":");
                values.add(expression());
            }
        }
        return new Expr.DictOf(keys, values, line);
    }

    private void comma(boolean wanted, String end) {
        if (wanted && !tokens.skipOperator(",")) {
            throw tokens.unexpected("',' or '" + end + "'");
        }
    }

    private Expr postfix(Expr start) {
        Expr value = start;
        while (true) {
            if (tokens.skipOperator(".")) {
                Token token = tokens.next();
                value = switch (token.kind()) {
                    case NAME -> new Expr.Attribute(value, token.text(), token.line());
                    case INTEGER ->
                        new Expr.Item(value, new Expr.Const(Numbers.literal(token), token.line()), token.line());
                    default -> throw new JinjaException("found " + token.describe() + " after '.'", token.line());
                };
            } else if (tokens.isOperator("[")) {
                value = subscript(value);
            } else if (tokens.isOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    private Expr subscript(Expr target) {
        int line = tokens.next().line();
        Expr from = tokens.isOperator(":") ? null : expression();
        if (from != null && tokens.skipOperator("]")) {
            return new Expr.Item(target, from, line);
        }
        tokens.expectOperator(":");
        Expr to = sliceEnds() ? null : expression();
        Expr step = tokens.skipOperator(":") && !sliceEnds() ? expression() : null;
        tokens.expectOperator("]");
        return new Expr.Slice(target, from, to, step, line);
    }

    private boolean sliceEnds() {
        return tokens.isOperator(":") || tokens.isOperator("]");
    }

    private Expr call(Expr target) {
        int line = tokens.current().line();
        return new Expr.Call(target, arguments(), line);
    }

    private Arguments arguments() {
        tokens.expectOperator("(");
        List<Expr> positional = new ArrayList<>();
        Map<String, Expr> named = new LinkedHashMap<>();
        Expr list = null;
        Expr dict = null;
        boolean comma = false;
        while (!tokens.skipOperator(")")) {
            comma(comma, ")");
            comma = true;
            if (tokens.isOperator(")")) {
                continue;
            }
            if (tokens.isOperator("*") && list == null && dict == null) {
                tokens.next();
                list = expression();
            } else if (tokens.isOperator("**") && dict == null) {
                tokens.next();
                dict = expression();
            } else if (tokens.current().is(Kind.NAME) && tokens.after().isOperator("=") && dict == null) {
                Token key = tokens.next();
                tokens.next();
                if (named.put(key.text(), expression()) != null) {
                    throw new JinjaException("the argument " + key.text() + " is given twice", key.line());
                }
            } else if (named.isEmpty() && list == null && dict == null) {
                positional.add(expression());
            } else {
                throw tokens.unexpected("a named argument");
            }
        }
        return new Arguments(positional, named, list, dict);
    }

    /** A filter's name and arguments; the bar has been read. */
    Expr.Filter filter(@Nullable Expr target) {
        Token name = tokens.expect(Kind.NAME, "a filter's name");
        if (conditional == 0 && !Filters.exists(name.text())) {
            throw Filters.unknown(name.text()).at(name.line());
        }
        Arguments arguments = tokens.isOperator("(") ? arguments() : Arguments.NONE;
        return new Expr.Filter(target, name.text(), arguments, name.line());
    }

    private Expr test(Expr target) {
        int line = tokens.next().line();
        boolean negated = tokens.skipName("not");
        String name = tokens.expect(Kind.NAME, "a test's name").text();
        if (conditional == 0 && !Tests.exists(name)) {
            throw Tests.unknown(name).at(line);
        }
        Expr test = new Expr.Test(target, name, testArguments(), line);
        return negated ? new Expr.Unary("not", test, line) : test;
    }

    /** A test takes one argument without parentheses too: {@code is divisibleby 3}. */
    private Arguments testArguments() {
        Token token = tokens.current();
        if (tokens.isOperator("(")) {
            return arguments();
        }
        boolean starts = ARGUMENT_STARTS.contains(token.kind()) || token.isOperator("[") || token.isOperator("{");
        if (!starts || token.is(Kind.NAME) && NO_ARGUMENTS.contains(token.text())) {
            return Arguments.NONE;
        }
        if (token.isName("is")) {
            throw new JinjaException("tests can't be chained with is", token.line());
        }
        return new Arguments(List.of(postfix(primary())), Map.of(), null, null);
    }
}
