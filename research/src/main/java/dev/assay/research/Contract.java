package dev.assay.research;

import dev.assay.sae.Recipe;
import java.util.Locale;
import java.util.Optional;

/** What a run must be to count. A breach is void: neither for nor against the idea. */
final class Contract {
    private Contract() {}

    /** Of a recipe, before it runs. */
    static Optional<String> breach(Protocol p, Recipe recipe, long declared) {
        if (recipe.latents() != p.latents())
            return Optional.of("it has " + recipe.latents() + " latents where the contract has " + p.latents());
        if (recipe.training().samples() > declared)
            return Optional.of("it trains on " + recipe.training().samples() + " samples and declared " + declared);
        if (recipe.training().learningRate() != p.learningRate())
            return Optional.of("its learning rate is " + recipe.training().learningRate() + ", the contract's "
                    + p.learningRate());
        return Optional.empty();
    }

    /** Of a checkpoint, by what the evaluator measured. L0 is held against runs of full length alone: thresholds take time. */
    static Optional<String> breach(Protocol p, RawScore raw, int dModel, boolean fullLength) {
        if (!raw.finite()) return Optional.of("it holds numbers that are not finite");
        if (raw.tp().length != p.latents())
            return Optional.of("the checkpoint has " + raw.tp().length + " latents, the contract " + p.latents());
        long most = 2L * p.latents() * dModel + dModel + 6L * p.latents() + 16;
        if (raw.parameters() > most)
            return Optional.of("the checkpoint has " + raw.parameters() + " numbers, the contract allows " + most);
        double off = Math.abs(raw.l0() - p.k()) / p.k();
        if (fullLength && off > p.l0Tolerance())
            return Optional.of(String.format(
                    Locale.ROOT,
                    "its measured L0 is %.2f, more than %.0f %% off %s",
                    raw.l0(),
                    100 * p.l0Tolerance(),
                    Slots.number(p.k())));
        return Optional.empty();
    }
}
