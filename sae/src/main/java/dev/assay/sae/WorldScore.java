package dev.assay.sae;

import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import dev.assay.world.Samples;
import java.util.function.Function;

/** Scores sparse autoencoders on fresh samples of the world that they were trained on (SynthSAEBench, section 2 of its evaluation). */
public final class WorldScore {
    private WorldScore() {}

    /**
     * @param encode from hidden vectors {@code [batch, dModel]}
     * @param decoder {@code [latents, dModel]}
     * @param samples how many, in whole batches
     * @param batch the trained form of BatchTopK chooses within batches of this size
     */
    public static Scores of(Function<Tensor, Encoded> encode, Tensor decoder, WorldData data, long samples, int batch) {
        if (!Double.isFinite(decoder.square().sum().item()))
            throw new SaeException("the decoder's numbers are too large or not numbers at all; a lower"
                    + " training.learning-rate keeps them finite");
        var scorer = new Scorer(decoder, data.world().dictionary());
        for (long b = 0; b < Math.max(1, samples / batch); b++)
            try (var scope = Scope.open();
                    Samples drawn = data.scoring(b, batch)) {
                Encoded encoded = encode.apply(drawn.hidden());
                scorer.add(encoded.latents(), drawn.firings(), drawn.hidden(), encoded.reconstruction());
            }
        return scorer.scores();
    }

    /** Of the form in which an autoencoder is used and kept. */
    public static Scores of(InferenceSae sae, WorldData data, long samples, int batch) {
        if (sae.dModel() != data.dModel())
            throw new SaeException("the autoencoder takes vectors of " + sae.dModel()
                    + " numbers, the world makes them of " + data.dModel() + "; name the world that it was trained on");
        return of(sae::encoded, sae.decoder().weight(), data, samples, batch);
    }
}
