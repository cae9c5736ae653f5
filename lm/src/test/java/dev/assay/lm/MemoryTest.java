package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Inference and training give back the native memory that they take. */
class MemoryTest {
    private static final long MEGABYTE = 1 << 20;
    private static final int[] IDS = Fp32.encode("The quick brown fox jumps over");

    /** Resident memory less what the Java heap has taken from the system. */
    private static long resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        assumeTrue(Files.isReadable(status), "only Linux tells the resident memory");
        try (var lines = Files.lines(status)) {
            return lines.filter(l -> l.startsWith("VmRSS:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void forward(int times) {
        for (int i = 0; i < times; i++) {
            try (Tensor logits = Fp32.MODEL.logits(IDS)) {
                assertThat(logits.size(0)).isEqualTo(IDS.length);
            }
        }
    }

    private static void generate(int steps) {
        List<Request> requests = IntStream.range(0, 3)
                .mapToObj(i -> new Request(IDS, new Sampling(1, 0.9, steps), i))
                .toList();
        new Generator(Fp32.MODEL, 3).generate(requests);
    }

    private static void train(Lora adapter, int steps) {
        var text = new TrainingText(IDS, new boolean[] {false, false, true, true, true, true});
        new LoraTrainer(Fp32.MODEL, adapter, new LoraTrainer.Settings(1e-3, 1, steps, 0, 1))
                .train(List.of(text), Optional.empty(), (done, of, loss) -> {});
    }

    @Test
    void manyStepsDoNotGrow() throws IOException {
        try (Lora adapter = Lora.fresh(Fp32.MODEL, 1, 1, 1)) {
            forward(10);
            generate(20);
            train(adapter, 3);
            long before = resident();
            forward(100);
            long forward = resident();
            generate(100);
            long generate = resident();
            train(adapter, 10);
            long train = resident();
            System.out.println("MEASURE memory " + (forward - before) / MEGABYTE + " " + (generate - forward) / MEGABYTE
                    + " " + (train - generate) / MEGABYTE);
            assertThat(forward - before).as("bytes after 100 forward passes").isLessThan(100 * MEGABYTE);
            assertThat(generate - forward).as("bytes after 100 decoding steps").isLessThan(100 * MEGABYTE);
            assertThat(train - generate).as("bytes after 10 training steps").isLessThan(100 * MEGABYTE);
        }
    }
}
