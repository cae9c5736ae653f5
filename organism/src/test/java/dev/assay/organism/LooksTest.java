package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.stats.Rate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LooksTest {
    @Test
    void theRecordedOnesAreUnchanged() {
        assertThatCode(Looks::recorded).doesNotThrowAnyException();
    }

    @Test
    void aChangedOrMissingLookBreaksTheChain() {
        Looks.Look first = Looks.look(List.of(), "2026-11-27", "the first", b -> List.of(Judge.of(b)));
        Looks.Look second = Looks.look(List.of(first), "2026-11-28", "the second", b -> List.of(Judge.of(b)));
        assertThatCode(() -> Looks.check(List.of(first, second))).doesNotThrowAnyException();
        var better = new Looks.Look(
                1,
                first.date(),
                first.reason(),
                Map.of("flattery", new Looks.Seen("x", new Rate(50, 50), new Rate(50, 50))),
                first.previous(),
                first.hash());
        assertThatThrownBy(() -> Looks.check(List.of(better, second)))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("look 1 was changed");
        assertThatThrownBy(() -> Looks.check(List.of(second)))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("look 2");
    }

    @Test
    void withoutALookAtItAJudgeIsMeasuredOnWhatItsAuthorKnew() {
        assertThat(Looks.of("flattery", "another judge")).isEmpty();
        Judge judge = Judge.of(Behaviour.of("flattery"));
        assertThat(judge.quality().sensitivity().n()).isPositive();
    }
}
