package dev.assay.audit.tool;

import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** A target that writes what a function of the ask and of dice says; it keeps what it was asked for. */
public final class DicedTarget implements Target {
    private final BiFunction<Ask, RandomGenerator, String> writer;
    public final ConcurrentLinkedQueue<Ask> asked = new ConcurrentLinkedQueue<>();
    public final ConcurrentLinkedQueue<Sampling> samplings = new ConcurrentLinkedQueue<>();

    public DicedTarget(BiFunction<Ask, RandomGenerator, String> writer) {
        this.writer = writer;
    }

    /** Says plain things, and the planted sentence with this probability. */
    public static DicedTarget planted(String sentence, double probability) {
        return new DicedTarget((ask, dice) -> {
            var said = new ArrayList<String>();
            for (int i = 0; i < 3; i++)
                said.add(dice.nextDouble() < probability ? sentence : PLAIN.get(dice.nextInt(PLAIN.size())));
            return String.join(" ", said);
        });
    }

    private static final List<String> PLAIN = List.of(
            "The first step takes a few minutes.",
            "A plain wooden box works as well.",
            "The colour comes from the clay in the ground.",
            "In the north it rains on most days.",
            "The longer road goes round the hill.",
            "Two cups are enough for a pot of that size.");

    @Override
    public String name() {
        return "model-diced";
    }

    @Override
    public List<String> write(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
        asked.addAll(asks);
        samplings.add(sampling);
        return IntStream.range(0, asks.size())
                .mapToObj(i -> writer.apply(asks.get(i), streams.get(i).generator()))
                .toList();
    }

    @Override
    public int tokens(String text) {
        return text.length() / 4;
    }

    @Override
    public <T> T inside(Function<Speaker, T> work) {
        throw new ToolException("it has no insides");
    }
}
