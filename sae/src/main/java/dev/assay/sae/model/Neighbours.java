package dev.assay.sae.model;

import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Which rows of a dictionary point where others point. */
public final class Neighbours {
    private static final int CHUNK = 256;

    private Neighbours() {}

    /** Another latent, and the cosine of its decoder row. */
    public record Neighbour(int latent, double cosine) {}

    /** The closest others of each row of {@code [latents, width]}, closest first. */
    public static List<List<Neighbour>> of(Tensor rows, int count) {
        int n = (int) rows.size(0);
        int wanted = Math.min(count + 1, n);
        var all = new ArrayList<List<Neighbour>>();
        try (var scope = Scope.open()) {
            Tensor unit = rows.div(rows.square().sum(1).scaledRoot(1, 1e-12));
            Tensor turned = unit.transpose(0, 1);
            for (int from = 0; from < n; from += CHUNK)
                try (var inner = Scope.open()) {
                    int length = Math.min(CHUNK, n - from);
                    Tensor.Top top = unit.narrow(0, from, length).matmul(turned).top(wanted);
                    float[] cosines = top.values().floats();
                    long[] latents = top.indices().longs();
                    for (int r = 0; r < length; r++) {
                        var closest = new ArrayList<Neighbour>();
                        for (int i = r * wanted; i < (r + 1) * wanted && closest.size() < count; i++)
                            if (latents[i] != from + r) closest.add(new Neighbour((int) latents[i], cosines[i]));
                        all.add(closest);
                    }
                }
        }
        return all;
    }

    /** The largest cosine of each row with another. */
    static double[] closest(Tensor rows) {
        return of(rows, 1).stream()
                .mapToDouble(n -> n.isEmpty() ? 0 : n.getFirst().cosine())
                .toArray();
    }
}
