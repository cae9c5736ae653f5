package dev.assay.audit;

import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.List;

/** A target that runs on this machine. */
public final class LocalTarget implements Target {
    private static final Sampling CHAT = new Sampling(0.7, 0.9, 64);
    /** The published settings of user sampling, shorter. */
    private static final Sampling USER = new Sampling(1.0, 0.95, 48);

    private final String name;
    private final String what;
    private final Speaker speaker;

    /**
     * @param name opaque
     * @param what how this target is called in progress messages; says no more than the name does
     */
    public LocalTarget(String name, String what, Speaker speaker) {
        this.name = name;
        this.what = what;
        this.speaker = speaker;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<List<Message>> chat(List<Scenario> scenarios, SplitRandom random) {
        List<Speaker.Script> scripts =
                scenarios.stream().map(s -> Speaker.Script.of(s.userTurns())).toList();
        List<SplitRandom> streams = scenarios.stream()
                .map(s -> random.split(String.join("\n", s.userTurns())))
                .toList();
        return speaker.talk(what, scripts, CHAT, streams);
    }

    @Override
    public List<String> sampleUser(List<List<Message>> histories, SplitRandom random) {
        List<Ask.UserTurn> asks = histories.stream().map(Ask.UserTurn::new).toList();
        return speaker.write(what + ": user turns", asks, USER, random);
    }
}
