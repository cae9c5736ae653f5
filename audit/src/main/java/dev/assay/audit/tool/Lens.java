package dev.assay.audit.tool;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.LogitLens;
import dev.assay.lm.Site;
import dev.assay.tensor.Tensor;

/** What a model would say if the residual stream went from some block straight to the end. */
public interface Lens {
    /** Short name in kebab-case, which tools that look through it bear. */
    String name();

    /** Says all that the lens depends on beside the model. */
    String id();

    /** Rows of the residual stream at a site, {@code [n, dModel]}, as logits {@code [n, vocab]}. */
    Tensor logits(LanguageModel model, Site site, Tensor rows);

    /** The logit lens (nostalgebraist, 2020): the model's own final norm and unembedding, nothing else. */
    static Lens plain() {
        return new Lens() {
            @Override
            public String name() {
                return "logit-lens";
            }

            @Override
            public String id() {
                return name();
            }

            @Override
            public Tensor logits(LanguageModel model, Site site, Tensor rows) {
                return LogitLens.logits(model, rows);
            }
        };
    }
}
