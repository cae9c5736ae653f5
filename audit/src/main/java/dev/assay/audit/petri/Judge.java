package dev.assay.audit.petri;

import java.util.List;

/** Scores transcripts. */
public interface Judge {
    /** Who it is, in words. */
    String name();

    /** A judgement of each transcript; {@link Judgement#none} where the judge's answer could not be read. */
    List<Judgement> judge(List<Transcript> transcripts);
}
