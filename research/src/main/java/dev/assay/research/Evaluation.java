package dev.assay.research;

import java.util.List;

/** What the scoring process is asked, and what it answers. */
final class Evaluation {
    private Evaluation() {}

    /** Samples of a batch that is scored. */
    static final int BATCH = 500;

    /**
     * @param family of worlds
     * @param samples of each score
     * @param spot number of a batch whose counts are given by themselves
     */
    record Request(String family, long samples, long spot, List<Item> items) {}

    /** A checkpoint and the pair that it was trained on. */
    record Item(String checkpoint, Draw draw) {}

    record Response(List<Answer> answers) {}

    /**
     * @param failure why the checkpoint can't be scored; empty if it was
     * @param spot counts of the one batch
     */
    record Answer(String failure, RawScore score, RawScore spot) {}
}
