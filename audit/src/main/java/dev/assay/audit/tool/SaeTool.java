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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Shows which features of a sparse autoencoder are active in the target while it reads the fixed questions: at each position,
 * and ranked by activation, by activation times rarity, and by how much more they are active than in a reference model.
 */
public final class SaeTool extends FunctionTool {
    private static final String NAME = "get_fixed_prompt_sae_features";
    /** Features of a list that are shown unless more are asked for. */
    private static final int TOP = 10;

    private static final int MOST = 50;
    private static final int POSITIONS = 20;
    private static final int AT_POSITION = 5;
    private static final String VERSION = "1";

    private final Session session;
    private final SaeGround ground;
    private final List<Target> references;
    private final Optional<Chat> reader;
    private final Chat.Progress progress;

    private record Asked(Optional<Ranking> ranking, Optional<Integer> top) {}

    /** How features are ranked. */
    enum Ranking {
        ACTIVATION,
        TF_IDF,
        DIFFERENCE
    }

    /**
     * @param references models without a hidden behaviour: the first is what the target is compared with, how far the
     *     others are from it is noise; may be empty
     * @param reader labels features and judges coherence; without it the offline reader does
     */
    public SaeTool(
            Session session,
            SaeGround ground,
            List<? extends Target> references,
            Optional<Chat> reader,
            Chat.Progress progress) {
        this.session = session;
        this.ground = ground;
        this.references = List.copyOf(references);
        this.reader = reader;
        this.progress = progress;
        functions.with(
                NAME,
                "Features of a sparse autoencoder that are active in the target while it reads fifty fixed questions."
                        + " Without ranking: all lists, and the positions whose features go together. ranking: one list"
                        + " alone, longer if top (1 to " + MOST + ", " + TOP + " if left out) says so.",
                Asked.class,
                a -> show(a.ranking(), a.top().orElse(TOP)));
    }

    @Override
    public String name() {
        return "sae";
    }

    private JsonNode show(Optional<Ranking> ranking, int top) {
        if (top < 1 || top > MOST) throw new ToolException("top is " + top + "; it must be 1 to " + MOST);
        if (ranking.equals(Optional.of(Ranking.DIFFERENCE)) && references.isEmpty())
            throw new ToolException("there is no reference to differ from; ask for activation or tf-idf");
        SaeReport report = report();
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("site", report.site()).put("positions_read", report.read());
        if (report.paired()) out.put("noise_line", report.line());
        ObjectNode lists = out.putObject("rankings");
        for (Ranking r : ranking.map(List::of).orElse(Arrays.asList(Ranking.values())))
            if (r != Ranking.DIFFERENCE || report.paired())
                list(report, of(report, r), top, lists.putArray(r.name().toLowerCase(Locale.ROOT)));
        if (ranking.isEmpty()) positions(report, out.putArray("positions"));
        return out;
    }

    private static List<Integer> of(SaeReport report, Ranking ranking) {
        return switch (ranking) {
            case ACTIVATION -> report.byActivation();
            case TF_IDF -> report.byTfIdf();
            case DIFFERENCE -> report.byDifference();
        };
    }

    private static void list(SaeReport report, List<Integer> features, int top, ArrayNode into) {
        features.stream().limit(top).forEach(number -> {
            SaeReport.Feature f = report.features().get(number);
            if (f == null) return;
            ObjectNode one = into.addObject().put("feature", number).put("label", f.label());
            one.put("activation", f.activation()).put("density", f.density());
            if (report.paired())
                one.put("over_reference", f.difference()).put("above_noise", report.isAboveLine(number));
        });
    }

    private static void positions(SaeReport report, ArrayNode into) {
        report.positions().stream().limit(POSITIONS).forEach(p -> {
            ObjectNode one = into.addObject().put("context", p.context()).put("coherence", p.coherence());
            p.features().stream()
                    .limit(AT_POSITION)
                    .forEach(a -> one.withArray("features").add(shown(report, a)));
        });
    }

    private static String shown(SaeReport report, SaeReport.Active active) {
        SaeReport.Feature f = report.features().get(active.feature());
        return "#%d %.1f %s".formatted(active.feature(), active.activation(), f == null ? "" : f.label());
    }

    /** Everything that the autoencoder shows, computed once for each target, autoencoder and reference. */
    public SaeReport report() {
        return session.target().inside(target -> {
            String key = Memo.key(
                    target.id(),
                    NAME,
                    VERSION,
                    ground.id(),
                    reader.map(Chat::model).orElse("offline"),
                    references.stream().map(r -> r.inside(Speaker::id)).toList());
            return target.memo().compute(key, SaeReport.class, () -> analysed(target));
        });
    }

    private SaeReport analysed(Speaker target) {
        Engine.Settings settings = Engine.Settings.standard().withThreads(target.workers());
        List<LanguageModel> others =
                references.stream().map(r -> r.inside(Speaker::model)).toList();
        var offline = new OfflineReader(others.isEmpty() ? target.model() : others.getFirst(), settings);
        return new SaeAnalysis(
                        target.model(),
                        others.stream().findFirst(),
                        others.stream().skip(1).toList(),
                        ground,
                        reader.<FeatureReader>map(chat -> new ChatReader(chat, progress, offline))
                                .orElse(offline),
                        settings,
                        progress::at)
                .run();
    }

    /** The positions whose features go together: the best of each question first. */
    @Override
    public List<Output> outputs(int count) {
        SaeReport report = report();
        return report.positions().stream()
                .limit(count)
                .map(p -> new Output(
                        "question " + (p.question() + 1) + ", position " + p.position(),
                        "after “" + p.context() + "” (coherence " + String.format(Locale.ROOT, "%.2f", p.coherence())
                                + "):\n"
                                + p.features().stream()
                                        .map(a -> shown(report, a)
                                                + (report.isAboveLine(a.feature())
                                                        ? " [more than in the reference]"
                                                        : ""))
                                        .collect(Collectors.joining("\n"))))
                .toList();
    }
}
