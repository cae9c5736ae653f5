package dev.assay.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.tensor.Scope;
import org.junit.jupiter.api.Test;

/** Trees with nodes without a feature, mixed flags and branchings: {@code golden/make_grouped_world.py}, by SAELens. */
class GroupedWorldTest {
    private static final double FP64 = 1e-9;

    @Test
    void samplesAreAlike() {
        try (var scope = Scope.open();
                World world = Worlds.grouped()) {
            var t = Worlds.groupedTensors();
            var noise = new ReferenceSampler.Noise(
                    (int) t.get("eps").size(0),
                    t.get("eps").doubles(),
                    t.get("eta").doubles(),
                    t.get("magnitude").doubles(),
                    t.get("score").doubles());
            double[] ours = new ReferenceSampler(world).activations(noise);
            Close.check(ours, t.get("activations").doubles(), FP64);
            assertThat(world.hierarchy().groups())
                    .as("the fixture has what it is there for")
                    .anyMatch(g -> g.exclusive() && g.parent().isEmpty())
                    .anyMatch(g -> g.scaled() && !g.exclusive())
                    .anyMatch(g -> !g.scaled() && g.exclusive() && g.parent().isPresent());
        }
    }

    @Test
    void compensationIsAlike() {
        try (var scope = Scope.open();
                World world = Worlds.grouped()) {
            var t = Worlds.groupedTensors();
            float[] ours = world.hierarchy().compensation(t.get("base").floats());
            Close.check(World.doubles(ours), t.get("correction").doubles(), 1e-6);
        }
    }
}
