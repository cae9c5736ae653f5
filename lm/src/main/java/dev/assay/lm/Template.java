package dev.assay.lm;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import java.util.Map;

/**
 * Jinja as chat templates mean it: Python's jinja2 with {@code trim_blocks} and {@code lstrip_blocks}, as Hugging Face's
 * transformers runs them.
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
                            .formatted(output.substring(Math.max(output.indexOf("{%"), 0)).lines().findFirst().orElse(""))
                    + "; give a simpler template as a string");
        }
        return output;
    }

    private static ModelFormatException refused(TemplateError error) {
        return new ModelFormatException("The chat template fails in line %d: %s; give another template as a string"
                .formatted(error.getLineno(), error.getMessage()));
    }
}
