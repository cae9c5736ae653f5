package dev.assay.research;

import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * A pair: the world and the seeds that a candidate and its control both run on. Drawn from the hash of the ledger's
 * entry that the candidate was handed in with, so nobody could know it before, and everybody can draw it again.
 *
 * @param member of the family
 * @param world seed of the instance
 * @param training seed of the start and of the samples
 * @param scoring seed of the samples that are scored on
 */
record Draw(String member, long world, long training, long scoring) {

    /** Pairs for a stage, going through the members in turn. */
    static List<Draw> of(String submissionHash, String stage, int from, int count, List<WorldFamily.Member> members) {
        SplitRandom random = SplitRandom.of(Long.parseUnsignedLong(submissionHash.substring(0, 16), 16))
                .split(stage);
        List<Draw> out = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            SplitRandom pair = random.split(i);
            out.add(new Draw(
                    members.get(i % members.size()).name(),
                    pair.split("world").seed() >>> 34,
                    pair.split("training").seed() >>> 16,
                    pair.split("scoring").seed() >>> 16));
        }
        return out;
    }
}
