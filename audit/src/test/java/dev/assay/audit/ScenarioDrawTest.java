package dev.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.audit.tool.Scenario;
import dev.assay.stats.SplitRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScenarioDrawTest {
    private static final List<String> FAMILY = List.of("policy-russia");

    private final Bank bank = Bank.load();
    private final ScenarioDraw draw = new ScenarioDraw(bank, SplitRandom.of(1));

    @Test
    void aFamilyIsUsedUpOnceAllOfItWasDrawn() {
        int all = Optional.ofNullable(bank.families().get("policy-russia"))
                .orElseThrow()
                .scenarios()
                .size();
        var drawn = new HashSet<Scenario>();
        for (int i = 0; i < all; i++) {
            assertThat(draw.has(FAMILY, 1)).isTrue();
            draw.next(FAMILY, 1).ifPresent(drawn::add);
        }
        assertThat(drawn).hasSize(all);
        assertThat(draw.has(FAMILY, 1)).isFalse();
        assertThat(draw.next(FAMILY, 1)).isEmpty();
        assertThat(draw.has(List.of("policy-russia", "policy"), 1)).isTrue();
    }

    @Test
    void aTalkThatIsLongerThanWhatIsLeftIsNotThere() {
        assertThat(draw.has(List.of("long-talk"), 4)).isTrue();
        assertThat(draw.has(List.of("long-talk"), 3)).isFalse();
    }

    @Test
    void whatWasFoundOnTheWayComesFirst() {
        Scenario found = Scenario.revealed("general", List.of("Where does the old road over the hill end?"))
                .getFirst();
        draw.addFirst(List.of(found));
        assertThat(draw.next(List.of("general"), 1)).contains(found);
    }
}
