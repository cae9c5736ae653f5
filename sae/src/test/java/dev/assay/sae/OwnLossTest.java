package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnLossTest {
    private static final int WIDTH = 8;
    private static final int LATENTS = 16;
    private static final int BATCH = 32;

    /** Half the squared length of the decoder's bias from 1: its gradient is the bias less 1. */
    private static final class TowardsOne implements OwnLoss {
        @Override
        public Tensor of(Step step) {
            Tensor bias = step.parameters().get("b_dec");
            Tensor ones = bias.detach().mul(0).exp();
            return bias.sub(ones).square().sum().mul(0.5);
        }

        @Override
        public String toString() {
            return "towards-one";
        }
    }

    private static Tensor inputs() {
        RandomGenerator random = SplitRandom.of(5).generator();
        var x = new double[BATCH * WIDTH];
        for (int i = 0; i < x.length; i++) x[i] = random.nextGaussian();
        return Tensor.of(x, BATCH, WIDTH);
    }

    private static Recipe recipe(String architecture) {
        return Recipes.of("mine", architecture + "\nlatents: 16\ntraining: {samples: 3200, batch: 32}\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "architecture: batchtopk\nk: 4",
                "architecture: topk\nk: 4",
                "architecture: jumprelu",
                "architecture: gated",
                "architecture: standard",
                "architecture: matching-pursuit\niterations: 3",
                "architecture: matching-pursuit\niterations: 3\northogonal: true",
            })
    void itsGradientIsAddedToEveryArchitectures(String architecture) {
        Architecture spec = recipe(architecture).architecture();
        var conditions = new Conditions(4, 0.1, new boolean[LATENTS]);
        SplitRandom start = SplitRandom.of(3);
        try (var scope = Scope.open();
                var plain = new AutogradLearner(spec, Parameters.fresh(spec, WIDTH, LATENTS, DType.F64, start));
                var more = new AutogradLearner(
                        spec,
                        List.of(new OwnLoss.Weighted(new TowardsOne(), 3)),
                        Parameters.fresh(spec, WIDTH, LATENTS, DType.F64, start))) {
            Tensor x = inputs();
            Forward before = plain.backward(x, conditions);
            Forward after = more.backward(x, conditions);
            assertThat(after.losses().keySet())
                    .contains("towards-one")
                    .containsAll(before.losses().keySet());
            assertThat(after.losses().get("towards-one").item()).isCloseTo(3 * 0.5 * WIDTH, within(1e-12));
            double[] without = plain.parameters().get("b_dec").gradient().doubles();
            double[] with = more.parameters().get("b_dec").gradient().doubles();
            for (int i = 0; i < WIDTH; i++) assertThat(with[i] - without[i]).isCloseTo(-3, within(1e-9));
            double[] rows = plain.parameters().get("W_dec").gradient().doubles();
            assertThat(more.parameters().get("W_dec").gradient().doubles()).containsExactly(rows, within(1e-12));
        }
    }

    @Test
    void aRecipeNamesItsLossesAndARecipeWithoutHasTheTextItHad() {
        Recipe plain = recipe("architecture: batchtopk\nk: 4");
        assertThat(plain.losses()).isEmpty();
        assertThat(plain.toString()).doesNotContain("losses").endsWith("]");
        var more = new Recipe(
                plain.name(),
                plain.architecture(),
                plain.latents(),
                plain.training(),
                List.of(new OwnLoss.Weighted(new TowardsOne(), 0.5)));
        assertThat(more.toString()).isEqualTo(plain.toString().replaceFirst("]$", ", losses=[0.5 * towards-one]]"));
        assertThatThrownBy(() -> Recipes.load("batchtopk", Recipes.Protocol.MINI, Map.of("losses.kindness", "1")))
                .isInstanceOf(SaeException.class)
                .hasMessageContainingAll("batchtopk: there is no loss kindness", "docs/extensions.md");
    }
}
