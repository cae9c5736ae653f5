package dev.assay.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Bare texts as prompts: each a text, or a list of tokens. */
record Prompts(List<Prompt> all) {
    private static final String FIELD = "prompt";
    private static final int MOST = 128;
    private static final String KIND =
            "a string, a list of tokens, or a list of at most " + MOST + " of either, none of them empty";

    /** A prompt; its text as it was given, or decoded. */
    record Prompt(String text, int[] tokens) {}

    static Prompts of(Fields body, Model model) {
        JsonNode given = body.find(FIELD).orElseThrow(() -> Refusal.missing(FIELD));
        boolean bos = body.flag("add_special_tokens", true);
        boolean one = given.isTextual() || (given.isArray() && given.path(0).isNumber());
        List<Prompt> all = new ArrayList<>();
        if (!one && (!given.isArray() || given.isEmpty() || given.size() > MOST)) throw body.wrong(FIELD, KIND);
        (one ? Stream.of(given) : Stream.<JsonNode>of(given).flatMap(g -> g.valueStream()))
                .forEach(p -> all.add(prompt(body, p, model, bos)));
        return new Prompts(all);
    }

    private static Prompt prompt(Fields body, JsonNode given, Model model, boolean bos) {
        Prompt prompt = given.isTextual()
                ? new Prompt(given.asText(), tokens(model, given.asText(), bos))
                : tokens(body, given, model);
        if (prompt.tokens.length == 0) throw body.wrong(FIELD, KIND);
        return prompt;
    }

    /** Control tokens in the text are read as such. */
    static int[] tokens(Model model, String text, boolean bos) {
        return bos ? model.tokenizer().encodeBare(text) : model.tokenizer().encode(text);
    }

    private static Prompt tokens(Fields body, JsonNode given, Model model) {
        int[] tokens = tokens(body, FIELD, given, model, KIND);
        return new Prompt(model.tokenizer().decodeAll(tokens), tokens);
    }

    static int[] tokens(Fields body, String field, JsonNode list, Model model, String kind) {
        if (!list.isArray()) throw body.wrong(field, kind);
        int most = model.tokenizer().vocabSize();
        var tokens = new int[list.size()];
        for (int i = 0; i < tokens.length; i++) {
            JsonNode id = list.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.asInt() < 0 || id.asInt() >= most)
                throw body.wrong(field, kind + "; tokens are whole numbers from 0 to " + (most - 1));
            tokens[i] = id.asInt();
        }
        return tokens;
    }
}
