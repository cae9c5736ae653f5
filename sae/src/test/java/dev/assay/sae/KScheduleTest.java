package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KScheduleTest {
    @ParameterizedTest
    @EnumSource(KSchedule.StandardShape.class)
    void goesFromTheFirstToTheLastAndStays(KSchedule.StandardShape shape) {
        var schedule = new KSchedule(40, 10, 100, shape);
        assertThat(schedule.at(0)).isCloseTo(40, within(1e-12));
        for (int step = 1; step < 100; step++) assertThat(schedule.at(step)).isLessThan(schedule.at(step - 1));
        assertThat(schedule.at(100)).isEqualTo(10);
        assertThat(schedule.at(1000)).isEqualTo(10);
    }

    @Test
    void halfwayIsTheMeanOfItsKind() {
        assertThat(new KSchedule(40, 10, 100).at(50)).isEqualTo(25);
        assertThat(new KSchedule(40, 10, 100, KSchedule.StandardShape.COSINE).at(50))
                .isCloseTo(25, within(1e-12));
        assertThat(new KSchedule(40, 10, 100, KSchedule.StandardShape.EXPONENTIAL).at(50))
                .isCloseTo(20, within(1e-12));
    }

    /** Runs are recorded under the text of their recipe. */
    @Test
    void aRecipeWithoutTheNewerPartsHasTheTextItHad() {
        assertThat(Recipes.load("lista-matryoshka", Recipes.Protocol.FULL, Map.of())
                        .architecture()
                        .toString())
                .isEqualTo("BatchTopK[k=KSchedule[initial=60.0, last=25.0, steps=195312],"
                        + " refinement=Refinement[iterations=1, eta=0.3, learned=false, separate=false, blocked=false],"
                        + " levels=Levels[widths=[128, 512, 2048], detached=true, order=FREQUENCY],"
                        + " tilt=0.002, aux=TOPK, centredTarget=true]");
        assertThat(new Levels(List.of(2), false, Levels.Order.INDEX, 0.5).toString())
                .contains("weight=0.5");
    }
}
