package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Minutes of mixed writing and training, after which the resident memory must not have grown: {@code -Psoak}, with {@code
 * -Dassay.soak.minutes=10}.
 */
@Tag("soak")
class SoakTest {
    private static final int MINUTES = Integer.getInteger("assay.soak.minutes", 10);
    private static final int REQUESTS = 200;

    @Test
    void memoryDoesNotGrow() {
        assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "only Linux tells the resident memory");
        Device.threads(1);
        LanguageModel model = Tiny.model("llama", DType.F32);
        List<double[]> samples = new ArrayList<>();
        long start = System.nanoTime();
        long end = start + MINUTES * 60_000_000_000L;
        long warm = start + (end - start) / 4;
        long requests = 0;
        try (var engine = new Engine(model)) {
            for (int round = 0; System.nanoTime() < end; round++) {
                write(engine, round);
                train(model, round);
                requests += REQUESTS;
                if (System.nanoTime() > warm) samples.add(new double[] {requests, resident()});
            }
        }
        double slope = slope(samples);
        System.out.printf(
                "soak: %d requests, %d samples, %.0f bytes per 1,000 requests%n",
                requests, samples.size(), 1000 * slope);
        assertThat(1000 * slope).as("bytes per 1,000 requests").isLessThan(1 << 20);
    }

    private static int[] ids(LanguageModel model, Random random, int most) {
        return random.ints(1 + random.nextInt(most), 0, model.config().vocab()).toArray();
    }

    /** Prompts of many lengths, under adapters that come and go, some cancelled. */
    private static void write(Engine engine, int seed) {
        var random = new Random(seed);
        try (Lora adapter = Lora.fresh(engine.model(), 2, 4, seed)) {
            List<Engine.Ticket> tickets = IntStream.range(0, REQUESTS)
                    .mapToObj(i -> {
                        Request r = new Request(ids(engine.model(), random, 40), new Sampling(1, 0.9, 1 + i % 30), i);
                        return engine.submit(
                                i % 3 == 0 ? r.under(List.of(adapter)).beside(List.of(List.of())) : r);
                    })
                    .toList();
            tickets.get(7).cancel();
            tickets.forEach(t -> t.result().join());
        }
    }

    private static void train(LanguageModel model, int seed) {
        int[] ids =
                new Random(seed).ints(2 + seed % 39, 0, model.config().vocab()).toArray();
        var target = new boolean[ids.length];
        Arrays.fill(target, true);
        try (Lora adapter = Lora.fresh(model, 2, 4, seed)) {
            new LoraTrainer(model, adapter, new LoraTrainer.Settings(1e-3, 1, 2, 0, seed))
                    .train(List.of(new TrainingText(ids, target)), Optional.empty(), (done, of, loss) -> {});
        }
    }

    private static long resident() {
        long bytes = Device.residentMemory();
        assertThat(bytes).as("resident memory").isPositive();
        return bytes;
    }

    /** Of the straight line through the points. */
    private static double slope(List<double[]> points) {
        double x = points.stream().mapToDouble(p -> p[0]).average().orElseThrow();
        double y = points.stream().mapToDouble(p -> p[1]).average().orElseThrow();
        double xy = points.stream().mapToDouble(p -> (p[0] - x) * (p[1] - y)).sum();
        double xx = points.stream().mapToDouble(p -> (p[0] - x) * (p[0] - x)).sum();
        return xy / xx;
    }
}
