package dev.assay.lm;

import java.util.List;

/**
 * Sees the insides of one sequence while it is read and written, and may change them; the sequences beside it in the
 * batch stay as they are. It is called for each position once, at each of its sites, in the order of the positions.
 *
 * <p>A sequence with a hook computes all of its positions itself: it shares no beginning with others.
 */
public interface SequenceHook {
    /** Where it wants to be called: any sites but {@code attn_pattern}. A site that the model lacks is an error. */
    List<Site> sites();

    /**
     * Sees the numbers of one position.
     *
     * @param position place in the sequence, from 0 on
     * @param values what is there in {@code values[from .. from + width)}; what is written there goes on
     */
    void at(Site site, int position, float[] values, int from, int width);
}
