package dev.assay.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.SequenceHook;
import dev.assay.lm.Site;
import dev.assay.lm.SiteException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A direction that is added to the residual stream at every position of a text.
 *
 * @param added {@code [dModel]}
 */
record Steering(Site site, float[] added) implements SequenceHook {
    static final String FIELD = "steering";
    private static final Set<Site.Kind> KINDS = EnumSet.of(
            Site.Kind.EMBEDDING,
            Site.Kind.RESID_PRE,
            Site.Kind.RESID_MID,
            Site.Kind.RESID_POST,
            Site.Kind.ATTN_OUT,
            Site.Kind.MLP_OUT);
    private static final double MOST = 1e6;

    /** The steering of a request: none, one or several. */
    static List<Steering> of(Fields body, Model model, Insides insides, Caller caller) {
        if (!body.has(FIELD)) return List.of();
        boolean several = body.find(FIELD).filter(JsonNode::isArray).isPresent();
        List<Fields> all = several ? body.objects(FIELD) : List.of(body.object(FIELD));
        return all.stream().map(one -> one(one, model, insides, caller)).toList();
    }

    private static Steering one(Fields fields, Model model, Insides insides, Caller caller) {
        Site site = site(fields, model);
        double strength = fields.number("strength", -MOST, MOST, 1);
        if (fields.has("vector") == fields.has("toward"))
            throw fields.wrong("vector", "given, or else " + fields.name("toward") + " and " + fields.name("away"));
        float[] direction = fields.has("vector")
                ? vector(fields, model.inside().config().dModel())
                : insides.contrast(model, site, texts(fields, "toward", model), texts(fields, "away", model), caller);
        var added = new float[direction.length];
        for (int i = 0; i < added.length; i++) added[i] = (float) (strength * direction[i]);
        return new Steering(site, added);
    }

    private static Site site(Fields fields, Model model) {
        String wanted = "one of embedding, resid_pre:L, resid_mid:L, resid_post:L, attn_out:L, mlp_out:L with a block L"
                + " of the model";
        try {
            Site site = Site.parse(fields.text("site"));
            if (KINDS.contains(site.kind()) && site.existsIn(model.inside().config())) return site;
        } catch (SiteException e) {
            throw fields.wrong("site", wanted);
        }
        throw fields.wrong("site", wanted);
    }

    private static float[] vector(Fields fields, int width) {
        String kind = "a list of " + width + " finite numbers";
        List<JsonNode> numbers = fields.list("vector");
        if (numbers.size() != width) throw fields.wrong("vector", kind);
        var vector = new float[width];
        for (int i = 0; i < width; i++) {
            vector[i] = numbers.get(i).floatValue();
            if (!numbers.get(i).isNumber() || !Float.isFinite(vector[i])) throw fields.wrong("vector", kind);
        }
        return vector;
    }

    private static List<String> texts(Fields fields, String name, Model model) {
        List<String> texts = fields.texts(name, Insides.MOST_TEXTS);
        if (texts.isEmpty() || texts.stream().anyMatch(String::isEmpty))
            throw fields.wrong(name, "a text, or a list of up to " + Insides.MOST_TEXTS + ", none of them empty");
        int most = Math.min(Passage.MOST, model.context());
        for (String text : texts)
            if (model.tokenizer().encodeBare(text).length > most)
                throw Refusal.tooLong(fields.name(name), "a text of a contrast has at most " + most + " tokens");
        return texts;
    }

    @Override
    public List<Site> sites() {
        return List.of(site);
    }

    @Override
    public void at(Site at, int position, float[] values, int from, int width) {
        for (int i = 0; i < width; i++) values[from + i] += added[i];
    }
}
