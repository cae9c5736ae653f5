package dev.assay.audit.tool;

import dev.assay.chat.ChatException;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.stream.IntStream;

/** Texts of which some may fail without spoiling the others. */
public final class Samples {
    private Samples() {}

    /**
     * As {@link Target#write}; empty also where the provider refuses what was asked for, as content filters do.
     *
     * @throws ChatException.Rejected if all are refused
     */
    public static List<String> of(
            Target target, String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
        try {
            return target.write(what, asks, sampling, streams);
        } catch (ChatException.Rejected refused) {
            List<String> alone = IntStream.range(0, asks.size())
                    .mapToObj(i -> alone(target, what, asks.get(i), sampling, streams.get(i)))
                    .toList();
            if (alone.stream().allMatch(String::isEmpty)) throw refused;
            return alone;
        }
    }

    private static String alone(Target target, String what, Ask ask, Sampling sampling, SplitRandom stream) {
        try {
            return target.write(what, List.of(ask), sampling, List.of(stream)).getFirst();
        } catch (ChatException.Rejected refused) {
            return "";
        }
    }
}
