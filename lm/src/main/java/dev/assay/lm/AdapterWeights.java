package dev.assay.lm;

import dev.assay.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** An adapter beside a model's weights, as what is trained. */
final class AdapterWeights extends Trainable {
    private final LanguageModel model;
    private final Lora adapter;
    private final Transformer attached;

    AdapterWeights(LanguageModel model, Lora adapter) {
        this.model = model;
        this.adapter = adapter;
        this.attached = model.attach(List.of(adapter)).transformer();
    }

    @Override
    public Map<String, Tensor> parameters() {
        return adapter.weights();
    }

    @Override
    public LanguageModel start() {
        return model;
    }

    @Override
    Transformer transformer() {
        return attached;
    }

    @Override
    int lowest() {
        return adapter.lowest();
    }
}
