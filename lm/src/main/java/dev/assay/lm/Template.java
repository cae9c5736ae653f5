package dev.assay.lm;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.Map;

/**
 * Jinja as chat templates mean it: Python's jinja2 with {@code trim_blocks} and {@code lstrip_blocks}, as Hugging
 * Face's transformers runs them.
 */
final class Template {
    private static final Jinjava JINJA = new Jinjava(JinjavaConfig.newBuilder()
            .withTrimBlocks(true)
            .withLstripBlocks(true)
            .withNestedInterpretationEnabled(false) // else {{ }} inside a message would be executed
            .withLegacyOverrides(LegacyOverrides.newBuilder()
                    .withEvaluateMapKeys(true)
                    .withUseNaturalOperatorPrecedence(true)
                    .withParseWhitespaceControlStrictly(true)
                    .withUseTrimmingForNotesAndExpressions(true)
                    .withKeepNullableLoopValues(true)
                    .withUsePyishObjectMapper(true)
                    .withAllowAdjacentTextNodes(true)
                    .build())
            .build());

    static {
        JINJA.getGlobalContext()
                .registerFunction(
                        new ELFunctionDefinition("", "raise_exception", Template.class, "raise", String.class));
        JINJA.getGlobalContext().registerFilter(new Trim());
    }

    private final String text;

    Template(String text) {
        this.text = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text; // as jinja2 does
    }

    /**
     * The rendered text.
     *
     * @throws ModelFormatException if the template can't be rendered in full
     */
    String render(Map<String, ?> bindings) {
        RenderResult result = JINJA.renderForResult(text, bindings);
        String output = result.getOutput();
        if (result.hasErrors()) {
            throw refused(result.getErrors().getFirst());
        }
        if (output.contains("{%") || output.contains("{{")) {
            throw new ModelFormatException("The chat template was not rendered in full: what is left starts with \"%s\""
                            .formatted(output.substring(Math.max(output.indexOf("{%"), 0))
                                    .lines()
                                    .findFirst()
                                    .orElse(""))
                    + "; give a simpler template as a string");
        }
        return output;
    }

    /** What templates call where a conversation does not fit them, for example where roles do not alternate. */
    @SuppressWarnings("DoNotCallSuggester") // templates do
    public static String raise(String message) {
        throw new IllegalArgumentException(message);
    }

    /** Python's {@code str.strip}, which is what jinja2's filter {@code trim} means: all Unicode whitespace goes. */
    static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (from < to && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /** The filter {@code trim}; Jinjava's own knows ASCII whitespace alone. */
    private static final class Trim implements Filter {
        @Override
        public String getName() {
            return "trim";
        }

        @Override
        public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
            return value instanceof String text ? strip(text) : value;
        }
    }

    private static ModelFormatException refused(TemplateError error) {
        String reason = error.getMessage();
        for (Throwable e = error.getException(); e != null; e = e.getCause()) {
            reason = e.getMessage() == null ? reason : e.getMessage();
        }
        return new ModelFormatException(
                "The chat template fails in line %d: %s; change the messages, or give another template as a string"
                        .formatted(error.getLineno(), reason));
    }
}
