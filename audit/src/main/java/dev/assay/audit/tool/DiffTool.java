package dev.assay.audit.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.chat.Chat;
import dev.assay.journal.Memo;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.organism.Speaker;
import dev.assay.sae.InferenceSae;
import dev.assay.sae.model.FeatureAtlas;
import dev.assay.sae.model.ModelSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Shows in which directions the target's weights and activations differ from another model's, a twin without a behaviour or
 * the model that both were trained from, read through the unembedding and through an autoencoder's decoder.
 */
public final class DiffTool extends FunctionTool {
    private static final String NAME = "get_model_diff";
    private static final int TOP = 15;
    private static final int MOST = 100;
    private static final String VERSION = "1";

    private final Session session;
    private final Target other;
    private final Optional<SaeGround> ground;
    private final Chat.Progress progress;

    private record Asked(Optional<ModelDiff.Part> part, Optional<Integer> layer, Optional<Integer> top) {}

    /**
     * @param other what the target is compared with, of the same shape
     * @param ground an autoencoder of the residual stream, if there is one
     */
    public DiffTool(Session session, Target other, Optional<SaeGround> ground, Chat.Progress progress) {
        this.session = session;
        this.other = other;
        this.ground = ground;
        this.progress = progress;
        functions.with(
                NAME,
                "Directions in which the target differs from a reference model, sharpest first: of its weights, and of its"
                        + " activations on fifty fixed questions; each with the tokens that it promotes and suppresses."
                        + " part and layer choose; top: 1 to " + MOST + ", " + TOP + " if left out.",
                Asked.class,
                this::show);
    }

    @Override
    public String name() {
        return "diff";
    }

    private JsonNode show(Asked asked) {
        int top = asked.top().orElse(TOP);
        if (top < 1 || top > MOST) throw new ToolException("top is " + top + "; it must be 1 to " + MOST);
        ModelDiff diff = diff();
        asked.layer().filter(l -> l < 0 || l >= diff.layers()).ifPresent(l -> {
            throw new ToolException("layer is " + l + "; the target has 0 to " + (diff.layers() - 1));
        });
        Stream<ModelDiff.Direction> chosen = diff.of(asked.part()).stream()
                .filter(d ->
                        asked.layer().isEmpty() || d.layer() == asked.layer().get());
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("random_line", diff.line());
        ArrayNode directions = out.putArray("directions");
        chosen.limit(top).forEach(d -> {
            ObjectNode one = directions.addObject().put("what", d.what());
            one.put("size", d.size()).put("share", d.share()).put("sharpness", d.sharpness());
            one.put("legible", diff.isLegible(d));
            d.promotes().forEach(one.putArray("promotes")::add);
            d.suppresses().forEach(one.putArray("suppresses")::add);
            if (ground.isPresent())
                d.features().forEach(f -> one.withArray("features").add(shown(f)));
        });
        return out;
    }

    private static String shown(ModelDiff.Near f) {
        return String.format(Locale.ROOT, "#%d (cosine %+.2f) %s", f.feature(), f.cosine(), f.label());
    }

    /** Everything in which the two differ, computed once for each pair and autoencoder. */
    public ModelDiff diff() {
        return session.target().inside(target -> {
            String key = Memo.key(
                    target.id(),
                    NAME,
                    VERSION,
                    other.inside(Speaker::id),
                    ground.map(SaeGround::id).orElse("none"));
            return target.memo().compute(key, ModelDiff.class, () -> analysed(target));
        });
    }

    private ModelDiff analysed(Speaker target) {
        LanguageModel than = other.inside(Speaker::model);
        if (ground.isEmpty()) return new DiffAnalysis(target.model(), than, Optional.empty(), progress::at).run();
        Engine.Settings settings = Engine.Settings.standard().withThreads(target.workers());
        try (InferenceSae sae = ground.get().sae().open()) {
            if (sae.dModel() != than.config().dModel())
                throw new ToolException("the autoencoder's features have " + sae.dModel()
                        + " numbers and the residual stream has "
                        + than.config().dModel()
                        + ": take one of the residual stream of this model");
            FeatureBook book = book(sae, than, settings);
            var reader = new OfflineReader(than, settings);
            var near = new NearFeatures(
                    sae,
                    latents -> reader.notes(book.evidence(latents)).stream()
                            .map(FeatureReader.Note::label)
                            .toList());
            return new DiffAnalysis(target.model(), than, Optional.of(near), progress::at).run();
        }
    }

    private FeatureBook book(InferenceSae sae, LanguageModel model, Engine.Settings settings) {
        SaeGround given = ground.orElseThrow();
        FeatureAtlas ordinary = FeatureBook.atlas(sae);
        var place = given.sae().place();
        try (var source = new ModelSource(model, List.of(), place.site(), settings)) {
            ordinary.read(source, place.norms(), sae, given.sample(model), progress::at);
        }
        return new FeatureBook(model, sae, ordinary, FeatureBook.atlas(sae), DirectionLens.of(model));
    }

    /** One output a direction, the sharpest first. */
    @Override
    public List<Output> outputs(int count) {
        ModelDiff diff = diff();
        return diff.directions().stream()
                .limit(count)
                .map(d -> new Output(d.what(), text(diff, d)))
                .toList();
    }

    private static String text(ModelDiff diff, ModelDiff.Direction d) {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: size %.3g, %.0f %% of the difference there, sharpness %.1f (a random direction: up to %.1f)",
                d.what(),
                d.size(),
                100 * d.share(),
                d.sharpness(),
                diff.line()));
        text.append("\npromotes ").append(String.join(", ", d.promotes()));
        text.append("\nsuppresses ").append(String.join(", ", d.suppresses()));
        d.features().forEach(f -> text.append("\nfeature ").append(shown(f)));
        return text.toString();
    }
}
