package dev.assay.lm;

import dev.assay.tensor.Tensor;
import java.util.Map;

/** The weights that a {@link Trainer} changes, and the model that they are part of. */
public abstract sealed class Trainable permits AdapterWeights, FullWeights {
    Trainable() {}

    /** Trains an adapter on top of a model, which may be a merged one and stays as it is. */
    public static Trainable adapter(LanguageModel model, Lora adapter) {
        return new AdapterWeights(model, adapter);
    }

    /** The weights by name: leaves in fp32 or fp64, which the optimiser changes in place. */
    public abstract Map<String, Tensor> parameters();

    /** The model without the training: without the adapter, or with the weights before the first step. */
    public abstract LanguageModel start();

    /** The model with the present weights, for one pass: gradients flow from it to the parameters. */
    abstract Transformer transformer();

    /** The lowest block that is trained; -1 where the embedding is trained too. */
    abstract int lowest();
}
