package dev.assay.app.serve;

import dev.assay.lm.Site;
import dev.assay.lm.SiteException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A text that is looked into: {@code messages}, as they are before the assistant's reply, or a {@code prompt}. */
record Passage(Model model, int[] tokens) {
    /** A single pass keeps the numbers of all positions at once. */
    static final int MOST = 2048;

    static Passage of(Fields body, Model model) {
        if (body.has("messages") == body.has("prompt"))
            throw body.wrong("prompt", "given, or else messages, and not both");
        String field = body.has("prompt") ? "prompt" : "messages";
        int[] tokens =
                field.equals("prompt") ? prompt(body, model) : Talk.of(body).tokens(model);
        if (tokens.length < 1 || tokens.length > Math.min(MOST, model.context()))
            throw Refusal.tooLong(
                    field,
                    tokens.length + " tokens; 1 to " + Math.min(MOST, model.context()) + " can be looked into at once");
        return new Passage(model, tokens);
    }

    private static int[] prompt(Fields body, Model model) {
        Talk.passedOver(body);
        List<Prompts.Prompt> all = Prompts.of(body, model).all();
        if (all.size() != 1) throw body.wrong("prompt", "one string, or one list of tokens");
        return all.getFirst().tokens();
    }

    /** The sites that a field names, {@code resid_post:*} for all blocks. */
    List<Site> sites(Fields body, String standard) {
        List<String> named = body.texts("sites", 256);
        Set<Site> sites = new LinkedHashSet<>();
        try {
            for (String name : named.isEmpty() ? List.of(standard) : named)
                sites.addAll(Site.matching(name, model.inside().config()));
        } catch (SiteException e) {
            throw Refusal.field(body.name("sites"), String.valueOf(e.getMessage()));
        }
        return new ArrayList<>(sites);
    }

    /** The tokens in JSON. */
    List<Object> spelt() {
        var spelling = new Spelling(model.tokenizer());
        List<Object> all = new ArrayList<>();
        for (int token : tokens) all.add(Map.of("id", token, "token", spelling.text(token)));
        return all;
    }
}
