package dev.assay.audit.tool;

import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.function.Function;

/** A target that runs on this machine. */
public final class LocalTarget implements Target {
    private final String name;
    private final String shown;
    private final Speaker speaker;

    /**
     * @param name opaque
     * @param shown how this target is called in progress messages; says no more than the name does
     */
    public LocalTarget(String name, String shown, Speaker speaker) {
        this.name = name;
        this.shown = shown;
        this.speaker = speaker;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> write(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
        return speaker.write(shown + ": " + what, asks, sampling, streams);
    }

    @Override
    public int tokens(String text) {
        return speaker.model().tokenizer().encodePlain(text).length;
    }

    @Override
    public <T> T inside(Function<Speaker, T> work) {
        return work.apply(speaker);
    }
}
