package dev.assay.lm.jinja;

import dev.assay.lm.jinja.Stmt.Signature;
import dev.assay.lm.jinja.Stmt.Target;
import dev.assay.lm.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/** Reads a template's statements. */
final class Parser {
    private static final Set<String> CONSTANTS = Set.of("true", "True", "false", "False", "none", "None");

    private final Tokens tokens;
    private final ExprParser expressions;
    private final Deque<String> open = new ArrayDeque<>(); // tags that wait for their end
    private int loops;

    private Parser(List<Token> tokens) {
        this.tokens = new Tokens(tokens);
        this.expressions = new ExprParser(this.tokens);
    }

    static List<Stmt> parse(String template) {
        return new Parser(Lexer.tokens(template)).body();
    }

    /** Statements up to one of the tags, whose name is the next token, or to the end of the template. */
    private List<Stmt> body(String... ends) {
        List<Stmt> body = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new Stmt.Text(token.text()));
                case PRINT_BEGIN -> {
                    body.add(new Stmt.Print(expressions.tuple(true, false)));
                    tokens.expect(Kind.PRINT_END, "'}}'");
                }
                case TAG_BEGIN -> {
                    if (Arrays.stream(ends).anyMatch(end -> tokens.current().isName(end))) {
                        return List.copyOf(body);
                    }
                    body.addAll(tag());
                    tokens.expect(Kind.TAG_END, "'%}'");
                }
                default -> {
                    if (ends.length > 0) {
                        throw new JinjaException(
                                "the tag %s has no %s".formatted(open.peek(), ends[ends.length - 1]), token.line());
                    }
                    return List.copyOf(body);
                }
            }
        }
    }

    private List<Stmt> tag() {
        Token tag = tokens.expect(Kind.NAME, "a tag's name");
        open.push("'%s' of line %d".formatted(tag.text(), tag.line()));
        List<Stmt> read = switch (tag.text()) {
            case "if" -> List.of(conditional());
            case "for" -> List.of(loop(tag.line()));
            case "set" -> List.of(set(tag.line()));
            case "macro" -> List.of(macro());
            case "call" -> List.of(call());
            case "filter" -> {
                Expr.Filter filter = filters(expressions.filter(null));
                yield List.of(new Stmt.FilterBlock(filter, closed("endfilter")));
            }
            case "with" -> List.of(with(tag.line()));
            case "generation" -> List.of(new Stmt.Generation(closed("endgeneration")));
            case "print" -> printed();
            case "break", "continue" -> List.of(leave(tag));
            default -> throw new JinjaException("unknown tag '" + tag.text() + "'", tag.line());
        };
        open.pop();
        return read;
    }

    /** The body of a tag whose own arguments have been read, with its end tag. */
    private List<Stmt> closed(String end) {
        tokens.expect(Kind.TAG_END, "'%}'");
        List<Stmt> body = body(end);
        tokens.next();
        return body;
    }

    private Stmt conditional() {
        List<Stmt.Branch> branches = new ArrayList<>();
        List<Stmt> otherwise = List.of();
        expressions.enterBranch();
        do {
            Expr test = expressions.tuple(false, false);
            tokens.expect(Kind.TAG_END, "'%}'");
            branches.add(new Stmt.Branch(test, body("elif", "else", "endif")));
        } while (tokens.skipName("elif"));
        if (tokens.next().text().equals("else")) {
            otherwise = closed("endif");
        }
        expressions.leaveBranch();
        return new Stmt.If(List.copyOf(branches), otherwise);
    }

    private Stmt loop(int line) {
        Target target = target(false);
        tokens.expectName("in");
        Expr items = expressions.tuple(false, false);
        Expr test = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        tokens.expect(Kind.TAG_END, "'%}'");
        loops++;
        List<Stmt> body = body("else", "endfor");
        loops--;
        List<Stmt> otherwise = tokens.next().text().equals("else") ? closed("endfor") : List.of();
        return new Stmt.For(target, items, test, recursive, body, otherwise, line);
    }

    private Stmt leave(Token tag) {
        if (loops == 0) {
            throw new JinjaException("'" + tag.text() + "' outside a loop", tag.line());
        }
        return new Stmt.Leave(tag.text().equals("break"));
    }

    private Stmt set(int line) {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            return new Stmt.Set(target, expressions.tuple(true, false), line);
        }
        Expr.Filter filter = tokens.skipOperator("|") ? filters(expressions.filter(null)) : null;
        return new Stmt.SetBlock(target, filter, closed("endset"), line);
    }

    private Expr.Filter filters(Expr.Filter first) {
        Expr.Filter filter = first;
        while (tokens.skipOperator("|")) {
            filter = expressions.filter(filter);
        }
        return filter;
    }

    private Stmt macro() {
        String name = tokens.name();
        int from = tokens.position();
        List<String> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        parameters(parameters, defaults);
        List<Stmt> body = function("endmacro");
        return new Stmt.Macro(name, signature(parameters, defaults, from), body);
    }

    private Stmt call() {
        int from = tokens.position();
        List<String> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        if (tokens.isOperator("(")) {
            parameters(parameters, defaults);
        }
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw tokens.unexpected("a call");
        }
        List<Stmt> body = function("endcall");
        return new Stmt.CallBlock(call, signature(parameters, defaults, from), body);
    }

    /** The body of a macro; a loop around it can't be left from inside. */
    private List<Stmt> function(String end) {
        int around = loops;
        loops = 0;
        List<Stmt> body = closed(end);
        loops = around;
        return body;
    }

    private void parameters(List<String> names, List<Expr> defaults) {
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!names.isEmpty()) {
                tokens.expectOperator(",");
            }
            names.add(tokens.name());
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.unexpected("a default, as the parameters before it have");
            }
        }
    }

    private Signature signature(List<String> parameters, List<Expr> defaults, int from) {
        return new Signature(
                List.copyOf(parameters),
                List.copyOf(defaults),
                tokens.named("varargs", from),
                tokens.named("kwargs", from),
                tokens.named("caller", from));
    }

    private Stmt with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.current().is(Kind.TAG_END)) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(target(false));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Stmt.With(targets, values, closed("endwith"), line);
    }

    private List<Stmt> printed() {
        List<Stmt> values = new ArrayList<>();
        while (!tokens.current().is(Kind.TAG_END)) {
            if (!values.isEmpty()) {
                tokens.expectOperator(",");
            }
            values.add(new Stmt.Print(expressions.expression()));
        }
        return values;
    }

    private Target target(boolean fields) {
        List<Target> parts = new ArrayList<>();
        boolean comma = false;
        do {
            if (tokens.current().isName("in") || tokens.isOperator("=") || tokens.isOperator(")")) {
                break; // a comma at the end
            }
            parts.add(single(fields));
            comma |= tokens.isOperator(",");
        } while (tokens.skipOperator(","));
        if (parts.isEmpty()) {
            throw tokens.unexpected("a name");
        }
        return comma ? new Target.Unpacked(List.copyOf(parts)) : parts.getFirst();
    }

    private Target single(boolean fields) {
        if (tokens.skipOperator("(")) {
            Target inside = target(fields);
            tokens.expectOperator(")");
            return inside;
        }
        String name = tokens.name();
        if (CONSTANTS.contains(name)) {
            throw new JinjaException("can't assign to " + name, tokens.current().line());
        }
        return fields && tokens.skipOperator(".") ? new Target.Field(name, tokens.name()) : new Target.Variable(name);
    }
}
