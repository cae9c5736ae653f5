package dev.assay.app.serve;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import java.util.List;

/**
 * A model that is served.
 *
 * @param id its name for clients
 * @param base models of one base, the same object, share an engine
 * @param adapters that make the model out of its base
 */
public record Hosted(String id, LanguageModel base, List<Lora> adapters) {
    public Hosted {
        adapters = List.copyOf(adapters);
    }
}
