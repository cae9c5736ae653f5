package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void aChoiceIsReadAndWhatIsNotThereIsRefused() {
        assertThat(Device.choose("cpu")).containsExactly(Device.CPU);
        assertThat(Device.choose("auto")).isEqualTo(Device.gpus().isEmpty() ? List.of(Device.CPU) : Device.gpus());
        assertThatThrownBy(() -> Device.choose("cuda:999"))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("cuda:999");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "cuda:", "cuda:0,cpu", "cuda:0,,cuda:1", "CUDA:0", "meta"})
    void whatIsNoDeviceIsRefused(String text) {
        assertThatThrownBy(() -> Device.choose(text))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("is no device; give auto, cpu, cuda, or GPUs such as cuda:0");
    }

    @Test
    void whereThereIsNoGpuTheMessageSaysWhatIsMissing() {
        assumeTrue(Device.gpus().isEmpty(), "this machine has GPUs");
        for (String text : List.of("cuda", "cuda:0,cuda:1"))
            assertThatThrownBy(() -> Device.choose(text))
                    .hasMessageContaining("the device " + text + " is not there")
                    .hasMessageContaining("docs/runtime.md");
        assertThat(Device.describeGpus()).startsWith("none: ");
    }

    @Test
    void tensorsLieWhereTheyAreMade() {
        Tensor here = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor there = here.to(Device.META);
        assertThat(here.device()).isEqualTo(Device.CPU);
        assertThat(here.to(Device.CPU)).isSameAs(here);
        assertThat(there.device()).isEqualTo(Device.META);
        assertThat(there.shape()).containsExactly(2, 3);
        assertThat(Tensor.zeros(DType.BF16, Device.META, 4).type()).isEqualTo(DType.BF16);
        for (var reading : List.<Runnable>of(there::floats, there::doubles, there::item))
            assertThatThrownBy(reading::run).hasMessage("a tensor on the device meta has no numbers");
        assertThatThrownBy(there::memory).hasMessageContaining("meta");
    }

    @Test
    void tensorsOfDifferentDevicesDoNotMeet() {
        Tensor here = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor there = here.to(Device.META);
        Tensor index = Tensor.of(new long[] {1}, 1);
        for (var meeting : List.<Runnable>of(
                () -> there.linear(here),
                () -> here.matmul(there),
                () -> there.indexSelect(0, index),
                () -> there.embedding(index),
                () -> here.gather(there),
                () -> there.crossEntropy(index),
                () -> Tensor.cat(List.of(here, there), 0),
                () -> there.setInPlace(0, index, here)))
            assertThatThrownBy(meeting::run)
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("cpu")
                    .hasMessageContaining("meta");
    }

    @Test
    void metaHasTheShapesOfTheProcessor() {
        Tensor table = Tensor.of(new float[12], 4, 3);
        Tensor ids = Tensor.of(new long[] {0, 3, 2, 1, 1, 0}, 2, 3);
        Tensor flat = ids.reshape(6);
        Tensor there = table.to(Device.META);
        assertThat(there.embedding(ids.to(Device.META)).shape())
                .containsExactly(table.embedding(ids).shape());
        assertThat(there.indexSelect(0, flat.to(Device.META)).shape())
                .containsExactly(table.indexSelect(0, flat).shape());
    }

    @Test
    void aBandHidesWhatIsOutsideIt() {
        Tensor first = Tensor.of(new long[] {0, 1}, 2, 1);
        Tensor last = Tensor.of(new long[] {2, 1}, 2, 1);
        float no = Float.NEGATIVE_INFINITY;
        assertThat(Tensor.band(first, last, 4, DType.F32).floats()).containsExactly(0, 0, 0, no, no, 0, no, no);
        assertThat(Tensor.band(first.reshape(1, 2, 1), last.reshape(1, 2, 1), 3, DType.BF16)
                        .shape())
                .containsExactly(1, 2, 3);
    }

    @Test
    void attentionInOneKernelIsTheProductsOneByOne() {
        var values = new float[2 * 5 * 4];
        for (int i = 0; i < values.length; i++) values[i] = (float) Math.sin(i * i);
        Tensor x = Tensor.of(values, 1, 2, 5, 4);
        Tensor q = x.narrow(2, 0, 3);
        Tensor mask = Tensor.band(Tensor.of(new long[3], 3, 1), Tensor.of(new long[] {1, 4, 2}, 3, 1), 5, DType.F32)
                .reshape(1, 1, 3, 5);
        float[] wanted =
                q.matmul(x.transpose(2, 3)).add(mask).softmax(-1).matmul(x).floats();
        float[] got = q.attention(x, x, mask).floats();
        for (int i = 0; i < wanted.length; i++) assertThat(got[i]).isCloseTo(wanted[i], within(1e-6f));
    }

    @Test
    void onAGpuNumbersAreTheSame(@TempDir Path folder) throws IOException {
        assumeFalse(Device.gpus().isEmpty(), "no GPU is found here; this test needs one and a build with -Pcuda");
        Device gpu = Device.gpus().getFirst();
        Tensor here = Tensor.of(new float[] {1, -2, 3.5f, 4}, 2, 2);
        Tensor there = here.to(gpu);
        assertThat(there.device()).isEqualTo(gpu);
        assertThat(there.floats()).containsExactly(here.floats());
        assertThat(there.transpose(0, 1).doubles()).containsExactly(1, 3.5, -2, 4);
        assertThat(there.linear(there).floats())
                .containsExactly(here.linear(here).floats());
        assertThat(gpu.freeMemory().getAsLong()).isBetween(1L, gpu.memory().getAsLong());
        Path file = folder.resolve("x.safetensors");
        Safetensors.write(file, Map.of("x", there.transpose(0, 1)), new TreeMap<>());
        assertThat(Safetensors.read(file).get("x").floats()).containsExactly(1, 3.5f, -2, 4);
    }
}
