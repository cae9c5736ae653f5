package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Recorded results rest on these numbers: a change here is a break, not a fix. */
class SplitRandomTest {

    /** Numbers of the reference implementation, state 1, 2, 3, 4. */
    @Test
    void generatorIsXoshiro() {
        RandomGenerator random = new SplitRandom.Xoshiro256PlusPlus(1, 2, 3, 4);
        assertThat(random.longs(6).toArray())
                .containsExactly(
                        41943041L,
                        58720359L,
                        3588806011781223L,
                        3591011842654386L,
                        -9218127359498767411L,
                        -8473074601504656454L);
    }

    /** Numbers of an independent implementation in Python (hashlib and integers). */
    @Test
    void pathsArePinned() {
        SplitRandom root = SplitRandom.of(17);
        assertThat(first3(root)).containsExactly(-5078410098186383432L, -6966715562882818017L, -415752947399063617L);
        assertThat(first3(root.split("target")))
                .containsExactly(-7084453014172777339L, -1746522641886780984L, 4865091788382303319L);
        assertThat(first3(root.split("target").split(-3)))
                .containsExactly(4020656864341609269L, -7458826862942988045L, 554646338435041086L);
        assertThat(first3(root.split("Zürich")))
                .containsExactly(9062608089375163305L, 5719159840276368215L, 5156261835694448063L);
        assertThat(root).hasToString("SplitRandom[a566efb0aa7e4bef]");
        assertThat(root.seed()).isEqualTo(-5078410098186383432L);
    }

    /** What is drawn through the JDK's default methods is pinned as well. */
    @Test
    void derivedDrawsArePinned() {
        RandomGenerator random = SplitRandom.of(17).split("target").generator();
        assertThat(random.doubles(3).toArray())
                .containsExactly(0.6159510325581197, 0.9053208178685614, 0.263737154315274);
    }

    private static long[] first3(SplitRandom node) {
        return node.generator().longs(3).toArray();
    }

    @Test
    void aStreamDependsOnItsPathAlone() {
        SplitRandom root = SplitRandom.of(1);
        long[] before = first3(root.split("a"));
        root.generator().nextLong();
        root.split("b").generator().nextLong();
        assertThat(first3(root.split("a"))).isEqualTo(before);
    }

    @Test
    void pathsThatLookAlikeDiffer() {
        SplitRandom root = SplitRandom.of(1);
        Set<Long> seeds = new HashSet<>();
        seeds.add(root.seed());
        seeds.add(SplitRandom.of(2).seed());
        seeds.add(root.split(17).seed());
        seeds.add(root.split("17").seed());
        seeds.add(root.split("ab").seed());
        seeds.add(root.split("a").split("b").seed());
        seeds.add(root.split("").seed());
        assertThat(seeds).hasSize(7);
    }

    @Test
    void neighboursAreUncorrelated() {
        SplitRandom root = SplitRandom.of(8);
        int n = 20_000;
        double[] firsts = IntStream.range(0, n)
                .mapToDouble(i -> root.split(i).generator().nextDouble() - 0.5)
                .toArray();
        double mean = IntStream.range(0, n).mapToDouble(i -> firsts[i]).sum() / n;
        double lag = IntStream.range(1, n)
                        .mapToDouble(i -> firsts[i] * firsts[i - 1])
                        .sum()
                / n
                * 12;
        // four standard errors: of a uniform mean, and of a correlation
        assertThat(mean).isCloseTo(0, within(4 / Math.sqrt(12.0 * n)));
        assertThat(lag).isCloseTo(0, within(4 / Math.sqrt(n)));
    }
}
