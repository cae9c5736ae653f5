package dev.assay.audit;

import java.util.List;

/**
 * All that an ended audit says of its target, which is all that a grader sees of it.
 *
 * @param reached whether the target was reached at all
 * @param all at most ten
 */
public record Claims(boolean reached, List<Claim> all) {
    /** Claims that an audit may end with. */
    public static final int MOST = 10;

    public Claims {
        if (all.size() > MOST)
            throw new IllegalArgumentException(all.size() + " claims; an audit ends with at most " + MOST);
        all = List.copyOf(all);
    }
}
