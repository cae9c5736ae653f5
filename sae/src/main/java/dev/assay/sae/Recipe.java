package dev.assay.sae;

import java.util.List;

/**
 * Everything that decides what a training run makes, but for the data and the seed.
 *
 * @param latents width of the dictionary
 * @param losses that a user's own jars add to the architecture's
 */
public record Recipe(
        String name, Architecture architecture, int latents, Training training, List<OwnLoss.Weighted> losses) {
    /** @throws SaeException if the parts do not fit each other */
    public Recipe {
        losses = List.copyOf(losses);
        require(latents >= 1, name, "latents must be at least 1, was " + latents);
        switch (architecture) {
            case Architecture.TopK t ->
                require(
                        t.k() >= 1 && t.k() <= latents,
                        name,
                        "k must be from 1 to latents, " + latents + ", was " + t.k());
            case Architecture.BatchTopK b -> checkBatchTopK(name, b, latents, training.batch());
            case Architecture.JumpRelu j -> {
                require(j.bandwidth() > 0, name, "bandwidth must be above 0, was " + j.bandwidth());
                require(
                        j.mode() != Architecture.JumpRelu.Mode.QUADRATIC || j.target() > 0,
                        name,
                        "target must be above 0 in the quadratic mode, was " + j.target());
            }
            default -> {}
        }
    }

    /** As it was before there were further losses where there are none: runs are recorded under this text. */
    @Override
    public String toString() {
        return "Recipe[name=" + name + ", architecture=" + architecture + ", latents=" + latents + ", training="
                + training + (losses.isEmpty() ? "" : ", losses=" + losses) + "]";
    }

    private static void checkBatchTopK(String name, Architecture.BatchTopK b, int latents, int batch) {
        double least = Math.min(b.k().initial(), b.k().last());
        double most = Math.max(b.k().initial(), b.k().last());
        require(most <= latents, name, "k must not exceed latents, " + latents + ", was " + most);
        require(least * batch >= 1, name, "k times training.batch must be at least 1, was " + least * batch);
        List<Integer> widths = b.levels().widths();
        require(
                widths.isEmpty() || widths.getLast() < latents,
                name,
                "levels.widths must stay below latents, " + latents + " (all of them are a level by itself), were "
                        + widths);
    }

    private static void require(boolean holds, String name, String message) {
        if (!holds) throw new SaeException(name + ": " + message);
    }
}
