package dev.assay.audit.tool;

import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A target whose written tokens are counted, those that were remembered too, and those that are written in its insides. */
public final class Metered implements Target {
    private final Target target;
    private final AtomicLong tokens = new AtomicLong();

    public Metered(Target target) {
        this.target = target;
    }

    /** Tokens that the target wrote so far. */
    public int spent() {
        return Math.toIntExact(tokens.get());
    }

    @Override
    public String name() {
        return target.name();
    }

    @Override
    public List<String> write(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
        return counted(target.write(what, asks, sampling, streams));
    }

    @Override
    public List<List<Message>> chat(List<Scenario> scenarios, SplitRandom random) {
        List<List<Message>> talks = target.chat(scenarios, random);
        talks.forEach(talk -> counted(Speaker.replies(talk)));
        return talks;
    }

    @Override
    public List<String> sampleUser(List<List<Message>> histories, SplitRandom random) {
        return counted(target.sampleUser(histories, random));
    }

    private List<String> counted(List<String> texts) {
        tokens.addAndGet(texts.stream().mapToInt(target::tokens).sum());
        return texts;
    }

    @Override
    public int tokens(String text) {
        return target.tokens(text);
    }

    @Override
    public <T> T inside(Function<Speaker, T> work) {
        return target.inside(speaker -> work.apply(speaker.heardBy(this::counted)));
    }
}
