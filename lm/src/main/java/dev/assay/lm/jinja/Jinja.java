package dev.assay.lm.jinja;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A chat template. It renders to what Python's jinja2 makes of it with {@code trim_blocks}, {@code lstrip_blocks}, the
 * loop controls and the additions of transformers ({@code tojson}, {@code raise_exception}, {@code strftime_now},
 * {@code generation}), or throws. Thread-safe.
 *
 * <p>A template can read what it is given and call what jinja2 gives it, nothing else: values are copied in, no name
 * reaches a Java object, values are never read as templates, and time and memory are bounded.
 */
public final class Jinja {
    private final List<Stmt> template;
    private final Supplier<LocalDateTime> now;

    private Jinja(List<Stmt> template, Supplier<LocalDateTime> now) {
        this.template = template;
        this.now = now;
    }

    /**
     * Reads a template.
     *
     * @throws JinjaException with a line if it is not well-formed, or uses a tag, filter or test that is not supported
     */
    public static Jinja parse(String template) {
        return parse(template, LocalDateTime::now);
    }

    static Jinja parse(String template, Supplier<LocalDateTime> now) {
        try {
            return new Jinja(Parser.parse(template), now);
        } catch (StackOverflowError e) {
            throw tooDeep();
        }
    }

    /**
     * Renders the template.
     *
     * @param variables strings, numbers, booleans, lists, maps and null, which is Python's {@code None}
     * @throws JinjaException with a line if the template raises it, does what Python does not allow, or takes too long
     */
    public String render(Map<String, ? extends @Nullable Object> variables) {
        Scope scope = new Scope(Globals.scope(now));
        variables.forEach((name, value) -> scope.set(name, Values.of(value)));
        try {
            return new Interpreter().render(template, new Scope(scope));
        } catch (StackOverflowError e) {
            throw tooDeep();
        }
    }

    /** Python's {@code str.strip}, which is what the filter {@code trim} means: all Unicode white space goes. */
    public static String strip(String text) {
        return Strings.strip(text);
    }

    /** Python's {@code str.rstrip}. */
    public static String rstrip(String text) {
        return Strings.rstrip(text);
    }

    private static JinjaException tooDeep() {
        return new JinjaException("the template or its values are nested too deeply");
    }
}
