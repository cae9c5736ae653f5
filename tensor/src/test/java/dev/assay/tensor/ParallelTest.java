package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void runsEveryTaskOnce(int threads) {
        var runs = new AtomicIntegerArray(100);
        try (var parallel = new Parallel(threads)) {
            for (int again = 0; again < 3; again++) parallel.each(100, runs::incrementAndGet);
        }
        for (int i = 0; i < 100; i++) assertThat(runs.get(i)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void passesOnWhatATaskThrows(int threads) {
        try (var parallel = new Parallel(threads)) {
            assertThatThrownBy(() -> parallel.each(20, i -> {
                        if (i == 13) throw new TensorException("thirteen");
                    }))
                    .isInstanceOf(TensorException.class)
                    .hasMessage("thirteen");
        }
    }
}
