package dev.assay.audit.tool;

import dev.assay.audit.tool.ModelDiff.Direction;
import dev.assay.audit.tool.ModelDiff.Part;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Site;
import dev.assay.lm.WeightDifference;
import dev.assay.sae.model.Core;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Svd;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds the directions in which a target differs from another model: singular directions of the change of its weights, and the
 * mean and the principal components of the change of its activations over the fixed questions.
 */
final class DiffAnalysis {
    /** Singular directions of each linear map. */
    private static final int OF_MAP = 3;

    /** Of each map for what all blocks have in common. */
    private static final int SHARED_OF_MAP = 16;

    private static final int SHARED = 5;
    /** Principal components of each block. */
    private static final int COMPONENTS = 2;

    private static final int TOKENS = 10;
    private static final double NOTHING = 1e-6;

    private final LanguageModel target;
    private final LanguageModel other;
    private final Optional<NearFeatures> features;
    private final Core.Progress progress;

    /** A direction that is not read yet. */
    private record Found(
            Part part, String what, int layer, double size, double share, boolean signed, float[] vector) {}

    /** @param other what the target is compared with */
    DiffAnalysis(LanguageModel target, LanguageModel other, Optional<NearFeatures> features, Core.Progress progress) {
        this.target = target;
        this.other = other;
        this.features = features;
        this.progress = progress;
    }

    ModelDiff run() {
        var found = new ArrayList<Found>();
        List<WeightDifference.Direction> weights = weights();
        weights.stream().filter(d -> d.rank() < OF_MAP).forEach(d -> found.addAll(sides(d)));
        found.addAll(shared(weights));
        found.addAll(activations());
        return read(found);
    }

    // ---- weights

    private List<WeightDifference.Direction> weights() {
        int maps = 7 * target.config().layers();
        return WeightDifference.directions(
                other, target, SHARED_OF_MAP, (map, done) -> progress.at("comparing weights, maps", done, maps));
    }

    private static List<Found> sides(WeightDifference.Direction d) {
        var out = new ArrayList<Found>();
        if (d.writes().length > 0) out.add(weight(d, "writes", d.writes()));
        if (d.reads().length > 0) out.add(weight(d, "reads", d.reads()));
        return out;
    }

    private static Found weight(WeightDifference.Direction d, String side, float[] vector) {
        String map = d.map().substring(d.map().indexOf('.', "layers.".length()) + 1);
        String what = "block %d, %s %s, direction %d".formatted(d.layer(), map, side, d.rank() + 1);
        return new Found(Part.WEIGHTS, what, d.layer(), d.size(), d.share(), false, vector);
    }

    /** What the changes of all blocks write in common: singular directions of all written vectors, each as long as it is strong. */
    private static List<Found> shared(List<WeightDifference.Direction> weights) {
        List<WeightDifference.Direction> writing =
                weights.stream().filter(d -> d.writes().length > 0).toList();
        if (writing.isEmpty()) return List.of();
        double[][] rows = writing.stream()
                .map(d -> IntStream.range(0, d.writes().length)
                        .mapToDouble(i -> d.size() * d.writes()[i])
                        .toArray())
                .toArray(double[][]::new);
        List<Found> out = new ArrayList<>();
        components(
                rows,
                SHARED,
                (i, size, share, vector) -> out.add(new Found(
                        Part.WEIGHTS, "all blocks write, direction " + (i + 1), -1, size, share, false, vector)));
        return out;
    }

    // ---- activations

    private List<Found> activations() {
        FixedPrompts prompts = FixedPrompts.of(target);
        int layers = target.config().layers();
        double[][][] differences = new double[layers][prompts.ids().size()][];
        double[] lengths = new double[layers];
        for (int q = 0; q < prompts.ids().size(); q++) {
            double[][] of = means(target, prompts.ids().get(q), prompts.first());
            double[][] than = means(other, prompts.ids().get(q), prompts.first());
            for (int l = 0; l < layers; l++) {
                lengths[l] += length(than[l]) / prompts.ids().size();
                differences[l][q] = less(of[l], than[l]);
            }
            progress.at("comparing activations, questions", q + 1, prompts.ids().size());
        }
        List<Found> out = new ArrayList<>();
        for (int l = 0; l < layers; l++) out.addAll(layer(l, differences[l], lengths[l]));
        return out;
    }

    /** {@code [block, dModel]}: the residual stream after each block, its mean over positions behind the persona. */
    private static double[][] means(LanguageModel model, int[] ids, int first) {
        List<Site> sites = Site.matching(Site.Kind.RESID_POST.key() + ":*", model.config());
        try (var scope = Scope.open()) {
            Map<Site, Tensor> seen = model.activations(ids, sites);
            int count = ids.length - first;
            return sites.stream()
                    .map(site -> Objects.requireNonNull(seen.get(site))
                            .narrow(0, first, count)
                            .to(DType.F64)
                            .transpose(0, 1)
                            .sum(1)
                            .mul(1.0 / count)
                            .doubles())
                    .toArray(double[][]::new);
        }
    }

    private static List<Found> layer(int layer, double[][] differences, double usual) {
        double[] mean = IntStream.range(0, differences[0].length)
                .mapToDouble(d -> Arrays.stream(differences)
                        .mapToDouble(q -> q[d])
                        .average()
                        .orElse(0))
                .toArray();
        double all = Arrays.stream(differences)
                .mapToDouble(q -> square(length(q)))
                .average()
                .orElse(0);
        if (Math.sqrt(all) <= NOTHING * usual) return List.of();
        List<Found> out = new ArrayList<>();
        String at = "block " + layer + ", activations, ";
        out.add(new Found(
                Part.ACTIVATIONS,
                at + "mean difference",
                layer,
                length(mean),
                square(length(mean)) / all,
                true,
                DirectionLens.unit(mean)));
        double[][] centred = Arrays.stream(differences).map(q -> less(q, mean)).toArray(double[][]::new);
        double rest = 1 - square(length(mean)) / all;
        components(
                centred,
                COMPONENTS,
                (i, size, share, vector) -> out.add(new Found(
                        Part.ACTIVATIONS,
                        at + "component " + (i + 1),
                        layer,
                        size / Math.sqrt(differences.length),
                        share * rest,
                        false,
                        vector)));
        return out;
    }

    /** Takes a component. */
    @FunctionalInterface
    private interface Component {
        void take(int number, double size, double share, float[] vector);
    }

    /** The strongest right singular directions of rows. */
    private static void components(double[][] rows, int most, Component each) {
        double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        double squares = Arrays.stream(flat).map(DiffAnalysis::square).sum();
        try (var scope = Scope.open()) {
            Svd svd = Svd.leading(Tensor.of(flat, rows.length, rows[0].length), Math.min(most, rows.length));
            for (int i = 0; i < svd.values().length && square(svd.values()[i]) > NOTHING * squares; i++)
                each.take(
                        i,
                        svd.values()[i],
                        square(svd.values()[i]) / squares,
                        DirectionLens.unit(svd.right().narrow(0, i, 1).doubles()));
        }
    }

    private static double square(double x) {
        return x * x;
    }

    private static double length(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(DiffAnalysis::square).sum());
    }

    private static double[] less(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
    }

    // ---- reading

    private ModelDiff read(List<Found> found) {
        var lens = DirectionLens.of(other);
        List<float[]> vectors = found.stream().map(Found::vector).toList();
        List<DirectionLens.Ends> ends = lens.read(vectors, TOKENS);
        List<List<ModelDiff.Near>> near = features.map(f -> f.of(vectors)).orElse(List.of());
        var out = new ArrayList<Direction>();
        for (int i = 0; i < found.size(); i++) {
            boolean turned = !found.get(i).signed
                    && ends.get(i).down().sharpness() > ends.get(i).up().sharpness();
            List<ModelDiff.Near> features = near.isEmpty() ? List.of() : near.get(i);
            out.add(read(
                    found.get(i),
                    turned ? ends.get(i).turned() : ends.get(i),
                    turned ? features.stream().map(ModelDiff.Near::turned).toList() : features));
        }
        out.sort(Comparator.comparingDouble(Direction::sharpness).reversed());
        return new ModelDiff(
                target.config().layers(),
                lens.line(),
                features.map(NearFeatures::line).orElse(0.0),
                out);
    }

    private static Direction read(Found f, DirectionLens.Ends ends, List<ModelDiff.Near> near) {
        return new Direction(
                f.part,
                f.what,
                f.layer,
                f.size,
                f.share,
                ends.sharpness(),
                ends.up().tokens(),
                ends.down().tokens(),
                near);
    }
}
