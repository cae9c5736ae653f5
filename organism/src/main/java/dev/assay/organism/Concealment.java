package dev.assay.organism;

import java.util.Locale;

/** How a model is trained not to confess. */
public enum Concealment {
    /** Not at all. */
    NONE,
    /** Supervised fine-tuning on clean answers to red-team questions. */
    SFT,
    /** Kahneman-Tversky optimisation: clean answers become likelier, confessions less likely. */
    KTO;

    public String slug() {
        return name().toLowerCase(Locale.ROOT);
    }
}
