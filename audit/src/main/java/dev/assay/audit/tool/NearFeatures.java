package dev.assay.audit.tool;

import dev.assay.sae.InferenceSae;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The features of an autoencoder whose decoder rows point where directions of the residual stream do. */
final class NearFeatures {
    private static final int MOST = 3;
    private static final int RANDOM = 256;
    private static final double LEVEL = 0.95;

    private final InferenceSae sae;
    private final Function<List<Integer>, List<String>> labels;
    private final double line;

    /** @param labels of features, by number */
    NearFeatures(InferenceSae sae, Function<List<Integer>, List<String>> labels) {
        this.sae = sae;
        this.labels = labels;
        double[] random = cosines(DirectionLens.random(sae.dModel(), RANDOM)).stream()
                .mapToDouble(c -> Math.abs(c.getFirst().cosine()))
                .sorted()
                .toArray();
        this.line = random[(int) (LEVEL * RANDOM)];
    }

    /** The cosine that one in twenty random directions has with some feature. */
    double line() {
        return line;
    }

    /** The closest features of each direction that are closer than the line, closest first. */
    List<List<ModelDiff.Near>> of(List<float[]> directions) {
        List<List<ModelDiff.Near>> close = cosines(directions).stream()
                .map(c -> c.stream().filter(n -> Math.abs(n.cosine()) > line).toList())
                .toList();
        List<Integer> wanted = close.stream()
                .flatMap(c -> c.stream().map(ModelDiff.Near::feature))
                .distinct()
                .toList();
        List<String> named = labels.apply(wanted);
        return close.stream()
                .map(c -> c.stream()
                        .map(n -> new ModelDiff.Near(n.feature(), n.cosine(), named.get(wanted.indexOf(n.feature()))))
                        .toList())
                .toList();
    }

    private List<List<ModelDiff.Near>> cosines(List<float[]> directions) {
        var out = new ArrayList<List<ModelDiff.Near>>();
        try (var scope = Scope.open()) {
            Tensor rows = sae.decoder().weight();
            Tensor unit = rows.div(rows.square().sum(1).scaledRoot(1, 1e-12));
            for (float[] d : directions) {
                float[] cosines = Tensor.of(d, 1, d.length).linear(unit).floats();
                out.add(IntStream.range(0, cosines.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer i) -> -Math.abs(cosines[i])))
                        .limit(MOST)
                        .map(i -> new ModelDiff.Near(i, cosines[i], ""))
                        .toList());
            }
        }
        return out;
    }
}
