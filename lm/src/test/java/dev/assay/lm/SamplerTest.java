package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The sampler against a full sort and a running sum. */
class SamplerTest {
    private static final double[] TEMPERATURES = {0.1, 0.5, 0.7, 1, 1.5, 4};
    private static final double[] TOP_P = {1e-6, 0.1, 0.5, 0.9, 0.95, 0.999};

    private final Random random = new Random(5);

    private static List<Integer> sorted(float[] logits) {
        return IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> -logits[i]).thenComparing(i -> i))
                .toList();
    }

    private static double logSumExp(float[] logits, double temperature) {
        double most = Double.NEGATIVE_INFINITY;
        for (float l : logits) most = Math.max(most, l / temperature);
        double sum = 0;
        for (float l : logits) sum += Math.exp(l / temperature - most);
        return most + Math.log(sum);
    }

    /** Tokens of the nucleus and their probabilities, added up. */
    private record Nucleus(List<Integer> tokens, List<Double> sums) {
        static Nucleus of(float[] logits, double logSumExp, double temperature, double topP) {
            var tokens = new ArrayList<Integer>();
            var sums = new ArrayList<Double>();
            double sum = 0;
            for (int token : sorted(logits)) {
                if (sum >= topP) break;
                sum += Math.exp(logits[token] / temperature - logSumExp);
                tokens.add(token);
                sums.add(sum);
            }
            return new Nucleus(tokens, sums);
        }

        int draw(double uniform) {
            double wanted = uniform * sums.getLast();
            for (int i = 0; i < tokens.size(); i++) if (wanted < sums.get(i)) return tokens.get(i);
            return tokens.getLast();
        }
    }

    private void check(String name, float[] row) {
        int offset = random.nextInt(5);
        var shifted = new float[offset + row.length + 3];
        java.util.Arrays.fill(shifted, 99);
        System.arraycopy(row, 0, shifted, offset, row.length);
        for (double temperature : TEMPERATURES) {
            double sum = logSumExp(row, temperature);
            checkAll(name, row, shifted, offset, temperature, sum);
            for (double topP : TOP_P) {
                var sampling = new Sampling(temperature, topP, 1);
                Nucleus nucleus = Nucleus.of(row, sum, temperature, topP);
                for (int i = 0; i < 60; i++) {
                    double uniform = i == 0 ? 0 : i == 1 ? 1 - 1e-6 : random.nextDouble();
                    assertThat(Sampler.draw(shifted, offset, row.length, sum, sampling, uniform))
                            .as("%s, temperature %s, top-p %s, uniform %s", name, temperature, topP, uniform)
                            .isEqualTo(nucleus.draw(uniform));
                }
            }
        }
        assertThat(Sampler.draw(shifted, offset, row.length, 0, Sampling.greedy(1), random.nextDouble()))
                .as("%s, greedy", name)
                .isEqualTo(sorted(row).getFirst());
    }

    /** With all tokens, the shares lie in the tokens' order: where the random number falls, up to rounding. */
    private void checkAll(String name, float[] row, float[] shifted, int offset, double temperature, double sum) {
        for (int i = 0; i < 60; i++) {
            double uniform = i == 0 ? 0 : i == 1 ? 1 - 1e-6 : random.nextDouble();
            int token = Sampler.draw(shifted, offset, row.length, sum, new Sampling(temperature, 1, 1), uniform);
            double before = 0;
            for (int t = 0; t < token; t++) before += Math.exp(row[t] / temperature - sum);
            double share = Math.exp(row[token] / temperature - sum);
            assertThat(uniform)
                    .as("%s, temperature %s, uniform %s", name, temperature, uniform)
                    .isBetween(before - 1e-5, before + share + 1e-5);
            assertThat(share).isPositive();
        }
    }

    private float[] row(int length, double scale, double centre) {
        var out = new float[length];
        for (int i = 0; i < length; i++) out[i] = (float) (random.nextGaussian() * scale + centre);
        return out;
    }

    @Test
    void equalsAFullSort() {
        for (int i = 0; i < 6; i++) {
            check("small", row(1 + random.nextInt(40), 3, 0));
            check("like a model's", row(2000, 3, random.nextGaussian() * 20));
            check("peaked", row(3000, 12, -5));
            check("nearly flat", row(3000, 1e-3, 7));
        }
        check("of a model's length", row(49_152, 2.5, 12));
    }

    @Test
    void ofEqualTokensTheLowerComesFirst() {
        check("flat", new float[1000]);
        check("one token", new float[] {3});
        for (int i = 0; i < 6; i++) {
            float[] steps = row(500, 3, 0);
            for (int j = 0; j < steps.length; j++) steps[j] = Math.round(steps[j]) + 0.5f; // about 15 different numbers
            check("ties", steps);
            float[] blocked = row(500, 3, 0);
            for (int j = 0; j < blocked.length; j += 2) blocked[j] = Float.NEGATIVE_INFINITY;
            check("half impossible", blocked);
        }
    }

    @Test
    void theUniformNumbersLandByProbability() {
        float[] row = {(float) Math.log(0.5), (float) Math.log(0.2), (float) Math.log(0.3)};
        int[] counts = new int[3];
        for (int i = 0; i < 1000; i++) counts[Sampler.draw(row, 0, 3, 0, new Sampling(1, 1, 1), (i + 0.5) / 1000)]++;
        assertThat(counts).containsExactly(500, 200, 300);
    }

    @Test
    void logitsThatAreNotFiniteAreAnErrorAndNoToken() {
        float[] row = {Float.NaN, 1, 2};
        for (double temperature : new double[] {0, 0.7})
            assertThatThrownBy(() -> Sampler.draw(row, 0, 3, Double.NaN, new Sampling(temperature, 0.9, 1), 0.5))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not finite");
    }
}
