package dev.assay.organism;

/** Hears how far long work has come. */
@FunctionalInterface
public interface Progress {
    /**
     * @param what the work in a few words; the same words throughout one piece of work
     * @param done pieces that are done
     * @param of pieces in all
     */
    void at(String what, int done, int of);

    /** Says nothing. */
    Progress NONE = (what, done, of) -> {};
}
