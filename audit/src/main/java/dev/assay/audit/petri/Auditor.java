package dev.assay.audit.petri;

import java.util.List;

/** Leads dialogues. What it does next depends on the dialogue alone, so that dialogues can be led side by side. */
public interface Auditor {
    /** Who it is, in words. */
    String name();

    /**
     * The next step in each of these dialogues, none of which has ended.
     *
     * @param left how many replies each may still ask for, at least one
     */
    List<Step> next(List<Dialogue> dialogues, List<Integer> left);
}
