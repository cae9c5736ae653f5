package dev.assay.audit.tool;

import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A target that answers by a function of what it is asked and of the seed; it counts how often it is called. */
public final class ScriptedTarget implements Target {
    private final BiFunction<Ask, Long, String> script;
    private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());

    public ScriptedTarget(BiFunction<Ask, Long, String> script) {
        this.script = script;
    }

    /** One that writes the same, whatever it is asked. */
    public static ScriptedTarget saying(String text) {
        return new ScriptedTarget((ask, seed) -> text);
    }

    /** Asks of each call so far. */
    public List<Integer> batches() {
        return List.copyOf(batches);
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public List<String> write(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
        batches.add(asks.size());
        var out = new ArrayList<String>();
        for (int i = 0; i < asks.size(); i++)
            out.add(script.apply(asks.get(i), streams.get(i).seed()));
        return out;
    }

    @Override
    public int tokens(String text) {
        return text.isBlank() ? 0 : text.strip().split("\\s+").length;
    }

    @Override
    public <T> T inside(Function<Speaker, T> work) {
        throw new ToolException("a script has no insides");
    }
}
