package dev.assay.app.serve;

import dev.assay.lm.ChatTemplate;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.ModelFormatException;
import dev.assay.lm.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model that is served.
 *
 * @param inside the model with its adapters, for single passes
 * @param tools whether its template shows tools to it
 */
record Model(
        String id,
        Desk desk,
        LanguageModel inside,
        List<Lora> adapters,
        Tokenizer tokenizer,
        Optional<ChatTemplate> template,
        boolean tools) {
    private static final String PROBE = "zqx7_probe";

    static Model of(Hosted hosted, Desk desk) {
        LanguageModel inside =
                hosted.adapters().isEmpty() ? hosted.base() : hosted.base().attach(hosted.adapters());
        Optional<ChatTemplate> template = template(inside);
        return new Model(
                hosted.id(),
                desk,
                inside,
                hosted.adapters(),
                inside.tokenizer(),
                template,
                template.isPresent() && showsTools(template.get()));
    }

    private static Optional<ChatTemplate> template(LanguageModel model) {
        try {
            return Optional.of(model.template());
        } catch (ModelFormatException none) {
            return Optional.empty();
        }
    }

    private static boolean showsTools(ChatTemplate template) {
        Map<String, Object> function = Map.of(
                "name", PROBE, "description", "", "parameters", Map.of("type", "object", "properties", Map.of()));
        try {
            return template.render(
                            List.of(Map.of("role", "user", "content", "Hi")),
                            Map.of("tools", List.of(Map.of("type", "function", "function", function))))
                    .contains(PROBE);
        } catch (ModelFormatException refused) {
            return false;
        }
    }

    /** Its chat template, which a request needs that has messages. */
    ChatTemplate talk() {
        return template.orElseThrow(() ->
                Refusal.unsupported("messages", "this model has no chat template; use /v1/completions with a text"));
    }

    /** Positions that it can have at once. */
    int context() {
        return inside.config().context();
    }
}
