package dev.assay.app.serve;

import dev.assay.lm.LogitLens;
import dev.assay.lm.Site;
import dev.assay.lm.SiteException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /assay/lens}: what the model would say next if each block were the last one. */
final class LensHandler implements Handled {
    private static final int MOST = 100;

    private final Models models;
    private final Insides insides;

    LensHandler(Models models, Insides insides) {
        this.models = models;
        this.insides = insides;
    }

    @Override
    public void handle(Fields body, Caller caller) {
        Passage passage = Passage.of(body, models.of(body));
        List<Site> sites = passage.sites(body, "resid_post:*");
        int length = passage.tokens().length;
        int position = Math.floorMod(body.integer("position", -length, length - 1, -1), length);
        int top = body.integer("top_k", 1, MOST, 5);
        Map<String, Object> found = new LinkedHashMap<>();
        try {
            insides.lens(passage.model(), passage.tokens(), position, sites, top, caller)
                    .forEach((site, guesses) -> found.put(site.toString(), json(guesses, passage.model())));
        } catch (SiteException e) {
            throw Refusal.field("sites", String.valueOf(e.getMessage()));
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", passage.model().id());
        all.put("tokens", passage.spelt());
        all.put("position", position);
        all.put("sites", found);
        caller.json(all);
    }

    private static List<Map<String, Object>> json(List<LogitLens.Guess> guesses, Model model) {
        var spelling = new Spelling(model.tokenizer());
        return guesses.stream()
                .map(g -> Map.<String, Object>of(
                        "id", g.token(), "token", spelling.text(g.token()), "probability", g.probability()))
                .toList();
    }
}
