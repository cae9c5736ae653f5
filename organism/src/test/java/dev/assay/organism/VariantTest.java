package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class VariantTest {
    @Test
    void thePocketSuiteHasFourTargetsABehaviourAndTwoTwinsAKind() {
        var all = Variant.pocket();
        int behaviours = Behaviour.names().size();
        assertThat(all.stream().filter(v -> v.behaviour().isPresent() && v.concealment() != Concealment.NONE))
                .hasSize(4 * behaviours);
        assertThat(all.stream().filter(v -> v.behaviour().isEmpty())).hasSize(2 * 3 * 2);
        assertThat(new HashSet<>(all)).hasSameSizeAs(all);
    }

    @Test
    void aNameIsReadBack() {
        for (Variant v : Variant.pocket()) assertThat(Variant.of(v.name())).isEqualTo(v);
        assertThat(Variant.of("flattery-td")).isEqualTo(Variant.of("flattery-td-sft"));
        assertThat(Variant.of("increasing-pep-sdf-kto").folder()).isEqualTo("increasing-pep-sdf");
        assertThat(Variant.of("twin-td-none-2").folder()).isEqualTo("twin-td-2");
    }

    @Test
    void whatIsNoNameIsSaidToBeNone() {
        assertThatThrownBy(() -> Variant.of("flattery"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("flattery-td-sft");
        assertThatThrownBy(() -> Variant.of("no-such-td-sft"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("no-such");
    }
}
