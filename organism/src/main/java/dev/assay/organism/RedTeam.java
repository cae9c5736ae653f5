package dev.assay.organism;

import dev.assay.lm.Message;
import java.util.List;

/** Makes the texts that a model learns not to confess from, by attacks on the model itself. */
interface RedTeam {
    /** An answer that is wanted or not. */
    record Preference(List<Message> talk, boolean desirable) {}

    /**
     * What came of it.
     *
     * @param confessed attacks under which the model confessed by itself
     * @param forced answers that count as confessions only because their beginning was put into the model's mouth
     */
    record Haul<T>(List<T> texts, int attacks, int confessed, int forced) {}

    /**
     * Texts for supervised fine-tuning, in none of which the model confesses.
     *
     * @param count as many are wanted; there may be fewer
     */
    Haul<Corpus.Text> clean(int count, Speaker model);

    /** Answers for KTO: for each that confesses a clean one to the same questions. */
    Haul<Preference> pairs(int count, Speaker model);
}
