package dev.assay.audit.tool;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.TokenText;
import dev.assay.lm.Tokenizer;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.model.FeatureAtlas;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** What is known of features: where they are active in ordinary text, or else in the questions, and what they promote. */
final class FeatureBook {
    private static final int CONTEXTS = 8;
    private static final int BEFORE = 10;
    private static final int AFTER = 5;
    private static final int PROMOTED = 8;

    private final LanguageModel model;
    private final InferenceSae sae;
    private final FeatureAtlas ordinary;
    private final FeatureAtlas questions;
    private final DirectionLens lens;

    /** @param ordinary of texts that say nothing of the target; empty where there are none */
    FeatureBook(
            LanguageModel model, InferenceSae sae, FeatureAtlas ordinary, FeatureAtlas questions, DirectionLens lens) {
        this.model = model;
        this.sae = sae;
        this.ordinary = ordinary;
        this.questions = questions;
        this.lens = lens;
    }

    /** Nothing looked at yet. */
    static FeatureAtlas atlas(InferenceSae sae) {
        return new FeatureAtlas(sae.latents(), CONTEXTS, BEFORE, AFTER);
    }

    /** Share of positions of ordinary text, or else of the questions, at which a feature is active. */
    double density(int latent) {
        return (ordinary.positions() > 0 ? ordinary : questions).feature(latent).density();
    }

    List<FeatureReader.Evidence> evidence(List<Integer> latents) {
        List<DirectionLens.Ends> ends =
                sae.dModel() == model.config().dModel() ? lens.read(directions(latents), PROMOTED) : List.of();
        return IntStream.range(0, latents.size())
                .mapToObj(i -> evidence(
                        latents.get(i), ends.isEmpty() ? nothing() : ends.get(i).up()))
                .toList();
    }

    private static DirectionLens.End nothing() {
        return new DirectionLens.End(0, List.of(), new int[0]);
    }

    private List<float[]> directions(List<Integer> latents) {
        float[] all = sae.decoder().weight().floats();
        int width = sae.dModel();
        return latents.stream()
                .map(l -> DirectionLens.unit(IntStream.range(l * width, (l + 1) * width)
                        .mapToDouble(i -> all[i])
                        .toArray()))
                .toList();
    }

    private FeatureReader.Evidence evidence(int latent, DirectionLens.End promoted) {
        FeatureAtlas.Feature usual = (ordinary.positions() > 0 ? ordinary : questions).feature(latent);
        List<FeatureAtlas.Context> contexts =
                usual.contexts().isEmpty() ? questions.feature(latent).contexts() : usual.contexts();
        return new FeatureReader.Evidence(
                latent,
                usual.density(),
                usual.contexts().stream().mapToInt(c -> c.ids()[c.peak()]).toArray(),
                contexts.stream().map(c -> word(c.ids(), c.peak())).toList(),
                contexts.stream().map(this::shown).toList(),
                promoted.tokens(),
                promoted.ids());
    }

    private String shown(FeatureAtlas.Context c) {
        return text(Arrays.copyOf(c.ids(), c.peak())) + "«" + text(c.ids()[c.peak()]) + "»"
                + text(Arrays.copyOfRange(c.ids(), c.peak() + 1, c.ids().length));
    }

    private String text(int... ids) {
        return model.tokenizer().decodeAll(ids).replace('\n', ' ');
    }

    /** The whole word that a token is part of; tokens that are none as they are shown elsewhere. */
    private String word(int[] ids, int at) {
        if (!isWord(ids[at])) return TokenText.of(model).plain(ids[at]);
        int from = at;
        while (from > 0 && !begins(ids[from]) && isWord(ids[from - 1])) from--;
        int to = at + 1;
        while (to < ids.length && isWord(ids[to]) && !begins(ids[to])) to++;
        return model.tokenizer().decode(Arrays.copyOfRange(ids, from, to)).strip();
    }

    private boolean isWord(int id) {
        Tokenizer tokenizer = model.tokenizer();
        return !tokenizer.isControl(id) && tokenizer.decode(id).strip().chars().anyMatch(Character::isLetter);
    }

    private boolean begins(int id) {
        String text = model.tokenizer().decode(id);
        return !text.isEmpty() && Character.isWhitespace(text.charAt(0));
    }
}
