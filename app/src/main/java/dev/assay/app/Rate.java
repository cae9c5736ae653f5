package dev.assay.app;

import java.util.Arrays;
import java.util.function.LongConsumer;

/** Times work that is done in batches. */
final class Rate {
    private static final double WARM_UP = 0.3;

    private Rate() {}

    /**
     * Items per second of the median batch.
     *
     * @param seconds how long is measured, after a warm-up of 0.3 times that
     * @param work batch by number
     */
    static double of(double seconds, int itemsPerBatch, LongConsumer work) {
        long begin = System.nanoTime();
        long number = 0;
        while (System.nanoTime() - begin < WARM_UP * seconds * 1e9) work.accept(number++);
        var times = new double[1 << 20];
        int n = 0;
        begin = System.nanoTime();
        do {
            long from = System.nanoTime();
            work.accept(number++);
            times[n++] = (System.nanoTime() - from) / 1e9;
        } while (n < times.length && System.nanoTime() - begin < seconds * 1e9);
        Arrays.sort(times, 0, n);
        return itemsPerBatch / times[n / 2];
    }
}
