package dev.assay.world;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.SparseRows;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * Prints how many samples a second the sampler draws of the 16k world, whose dictionary is left random here. Not a test:
 * {@code mvn -q test-compile}, then run it on the test class path with {@code --add-modules jdk.incubator.vector}.
 *
 * <p>Arguments: threads, any number of them (default 1 2).
 */
final class SamplerBench {
    private static final int ROWS = 1024;
    private static final int WARM_UP = 300; // batches
    private static final int RUNS = 9;
    private static final double RUN_SECONDS = 0.7;

    private SamplerBench() {}

    public static void main(String[] args) {
        int[] threads = args.length == 0
                ? new int[] {1, 2}
                : Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
        WorldConfig config = Presets.named("synth-16k-v2")
                .config()
                .change()
                .noOrthogonalization()
                .build();
        try (World world = World.build(config, Progress.NONE)) {
            for (int t : threads) measure(world, t);
        }
    }

    private static void measure(World world, int threads) {
        try (var sampler = new Sampler(world, SplitRandom.of(1), threads);
                var samples = new Samples(world, ROWS)) {
            var firings = new SparseRows(world.features());
            System.out.printf("%d thread(s), batches of %d, %s%n", threads, ROWS, sampler.kernels());
            report("firings alone", batch -> sampler.firings(batch, ROWS, firings));
            report("with hidden vectors", batch -> sampler.sample(batch, samples));
            System.out.printf(Locale.ROOT, "  firings a sample %.2f%n", (double) firings.count() / ROWS);
        }
    }

    private static void report(String what, IntConsumer batch) {
        for (int b = 0; b < WARM_UP; b++) batch.accept(b);
        var rates = new double[RUNS];
        int next = WARM_UP;
        for (int run = 0; run < RUNS; run++) {
            long start = System.nanoTime();
            int done = 0;
            do {
                batch.accept(next++);
                done++;
            } while (System.nanoTime() - start < RUN_SECONDS * 1e9);
            rates[run] = done * (double) ROWS / (System.nanoTime() - start) * 1e9;
        }
        Arrays.sort(rates);
        System.out.printf(
                Locale.ROOT,
                "  %-20s %,9.0f samples/s (median of %d; %,.0f to %,.0f)%n",
                what,
                rates[RUNS / 2],
                RUNS,
                rates[0],
                rates[RUNS - 1]);
    }
}
