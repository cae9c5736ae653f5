package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.SideBySide;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Runs in step get what they would get alone, in fewer and larger batches. */
class LockstepTest {
    private static ScriptedTarget echo() {
        return new ScriptedTarget((ask, seed) -> ask.history().getLast().content() + " " + seed);
    }

    /** Run {@code r} asks {@code r + 2} times, twice as many things each time. */
    private static List<String> run(Target target, int r) {
        var out = new ArrayList<String>();
        SplitRandom random = SplitRandom.of(r);
        for (int round = 0; round < r + 2; round++) {
            List<Ask.Reply> asks = IntStream.range(0, 2 << round)
                    .mapToObj(i -> new Ask.Reply(List.of(Message.user("run " + r + " ask " + i))))
                    .toList();
            out.addAll(target.write("round", asks, Target.CHAT, random.split(round)));
        }
        return out;
    }

    private static List<List<String>> together(Lockstep lockstep, int runs) {
        List<Supplier<List<String>>> work = IntStream.range(0, runs)
                .<Supplier<List<String>>>mapToObj(r -> () -> {
                    try (Lockstep.Member member = lockstep.member()) {
                        return run(member, r);
                    }
                })
                .toList();
        return SideBySide.all(work);
    }

    @Test
    void textsAreThoseOfLonelyRunsAndBatchesAreShared() {
        ScriptedTarget shared = echo();
        List<List<String>> inStep = together(new Lockstep(shared, 5), 5);
        for (int r = 0; r < 5; r++) assertThat(inStep.get(r)).isEqualTo(run(echo(), r));
        assertThat(shared.batches()).as("one for each round of the longest run").hasSize(6);
    }

    @Test
    void aFailureReachesAllThatWaited() {
        var failing = new ScriptedTarget((ask, seed) -> {
            throw new ToolException("out of order");
        });
        assertThatThrownBy(() -> together(new Lockstep(failing, 3), 3))
                .isInstanceOf(ToolException.class)
                .hasMessage("out of order");
    }

    @Test
    void nobodyWaitsForARunThatNeverAsks() {
        var lockstep = new Lockstep(echo(), 2);
        assertThat(run(lockstep.member(), 0)).hasSize(6);
    }
}
