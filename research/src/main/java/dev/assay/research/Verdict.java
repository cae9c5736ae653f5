package dev.assay.research;

/** What became of an idea. */
enum Verdict {
    /** Better on fresh pairs and on held-out worlds: the recipe is the new control. */
    PROMOTED("promoted"),
    /** Better on fresh pairs of development worlds, and not shown to be on held-out ones. */
    KEPT("kept, not promoted"),
    /** No worse than the control, with less. */
    SIMPLER("equal with less"),
    /** The interval of the difference holds 0, or too little was run to say. */
    NO_EVIDENCE("no evidence"),
    /** The interval lies below 0. */
    REFUTED("refuted"),
    /** No number of the control changed: the new part was never executed. */
    NEVER_RAN("never ran"),
    /** The contract or a limit was broken, or a tool failed. */
    VOID("void");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    static Verdict of(String words) {
        for (Verdict v : values()) if (v.words.equals(words)) return v;
        throw new ResearchException("there is no verdict '" + words + "'");
    }

    /** Whether the idea's own statement came true. */
    boolean good() {
        return this == PROMOTED;
    }

    /** Whether it says something about the idea. */
    boolean counts() {
        return this != VOID && this != NEVER_RAN;
    }
}
