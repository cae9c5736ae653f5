package dev.assay.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** {@code /tokenize} and {@code /detokenize}, as vLLM has them. */
final class TokensHandler {
    private final Models models;

    TokensHandler(Models models) {
        this.models = models;
    }

    /** The tokens of a prompt or of messages. */
    void tokenize(Fields body, Caller caller) {
        Model model = models.of(body);
        if (body.has("messages") == body.has("prompt"))
            throw body.wrong("prompt", "given, or else messages, and not both");
        boolean bos = body.flag("add_special_tokens", true);
        int[] tokens = body.has("messages") ? Talk.rendered(body).tokens(model) : prompt(body, model, bos);
        caller.json(Map.of("count", tokens.length, "max_model_len", model.context(), "tokens", tokens));
    }

    private static int[] prompt(Fields body, Model model, boolean bos) {
        Talk.passedOver(body);
        return Prompts.tokens(model, body.text("prompt"), bos);
    }

    /** The text of tokens, control tokens written out. */
    void detokenize(Fields body, Caller caller) {
        Model model = models.of(body);
        JsonNode list = body.find("tokens").orElseThrow(() -> Refusal.missing("tokens"));
        int[] tokens = Prompts.tokens(body, "tokens", list, model, "a list of tokens");
        caller.json(Map.of("prompt", model.tokenizer().decodeAll(tokens)));
    }
}
