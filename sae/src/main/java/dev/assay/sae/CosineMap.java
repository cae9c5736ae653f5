package dev.assay.sae;

import dev.assay.tensor.Tensor;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How latents lie to their own features and to each other's: the latents whose matched features fire most often, against
 * these features in the same order. Two latents of one feature, and features mixed into one latent, show beside the
 * diagonal.
 *
 * @param latents in falling order of how often their matched features fire
 * @param features the matched features, one per latent
 * @param cosines |cosine| of latent {@code i}'s decoder row and feature {@code j}, {@code [i][j]}
 */
public record CosineMap(int[] latents, int[] features, double[][] cosines) {

    /**
     * @param decoder {@code [latents, dModel]}
     * @param dictionary {@code [features, dModel]}
     * @param most how many latents at most
     */
    public static CosineMap of(Scores.Latents all, Tensor decoder, Tensor dictionary, int most) {
        int[] latents = IntStream.range(0, all.feature().length)
                .boxed()
                .sorted(Comparator.<Integer>comparingLong(l -> -all.tp()[l] - all.fn()[l])
                        .thenComparingInt(l -> all.feature()[l])
                        .thenComparingDouble(l -> -all.cosine()[l]))
                .limit(most)
                .mapToInt(Integer::intValue)
                .toArray();
        int[] features = IntStream.of(latents).map(l -> all.feature()[l]).toArray();
        int width = (int) decoder.size(1);
        float[] rows = decoder.floats();
        float[] directions = dictionary.floats();
        double[][] cosines = new double[latents.length][latents.length];
        for (int i = 0; i < latents.length; i++)
            for (int j = 0; j < latents.length; j++)
                cosines[i][j] = Math.abs(cosine(rows, latents[i] * width, directions, features[j] * width, width));
        return new CosineMap(latents, features, cosines);
    }

    private static double cosine(float[] a, int atA, float[] b, int atB, int length) {
        double product = 0;
        double squareA = 0;
        double squareB = 0;
        for (int d = 0; d < length; d++) {
            product += (double) a[atA + d] * b[atB + d];
            squareA += (double) a[atA + d] * a[atA + d];
            squareB += (double) b[atB + d] * b[atB + d];
        }
        return squareA == 0 || squareB == 0 ? 0 : product / Math.sqrt(squareA * squareB);
    }
}
