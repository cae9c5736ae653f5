package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.tensor.Device;
import dev.assay.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Inference and training give back the native memory that they take. */
class MemoryTest {
    private static final long MEGABYTE = 1 << 20;
    private static final int[] IDS = Fp32.encode("The quick brown fox jumps over the lazy dog and then it");

    /** Lets the Java heap touch the memory that it has reserved, so that it grows no more unseen. */
    private static void fillHeap() {
        long sum = 0;
        for (long i = 0; i < Runtime.getRuntime().totalMemory(); i += MEGABYTE / 4)
            sum += new byte[(int) MEGABYTE / 4].length;
        assertThat(sum).isPositive();
    }

    /** Resident memory less the Java heap. */
    private static long resident() {
        assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "only Linux tells the resident memory");
        long bytes = Device.residentMemory();
        assertThat(bytes).as("resident memory").isPositive();
        return bytes - Runtime.getRuntime().totalMemory();
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
        var target = new boolean[IDS.length];
        Arrays.fill(target, 2, target.length, true);
        var text = new TrainingText(IDS, target);
        new LoraTrainer(Fp32.MODEL, adapter, new LoraTrainer.Settings(1e-3, 1, steps, 0, 1))
                .train(List.of(text), Optional.empty(), (done, of, loss) -> {});
    }

    @Test
    void manyStepsDoNotGrow() {
        try (Lora adapter = Lora.fresh(Fp32.MODEL, 1, 1, 1)) {
            forward(5);
            generate(10);
            train(adapter, 2);
            fillHeap();
            long before = resident();
            forward(60);
            long forward = resident();
            generate(60);
            long generate = resident();
            train(adapter, 4);
            long train = resident();
            assertThat(forward - before).as("bytes after 60 forward passes").isLessThan(60 * MEGABYTE);
            assertThat(generate - forward).as("bytes after 60 decoding steps").isLessThan(60 * MEGABYTE);
            assertThat(train - generate).as("bytes after 4 training steps").isLessThan(60 * MEGABYTE);
        }
    }
}
