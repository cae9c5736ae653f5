package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private static final int MEGABYTE = 1 << 20;
    private static final long COUNT = 16 * MEGABYTE; // fp32: 64 MB

    /** Resident memory of this process. */
    private static long resident() {
        assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "only Linux tells the resident memory");
        long bytes = Device.residentMemory();
        assertThat(bytes).as("resident memory").isPositive();
        return bytes;
    }

    /**
     * 13 GB in all, of which one piece at a time is alive. The bound leaves room for glibc, which reuses freed aligned
     * blocks poorly where MALLOC_MMAP_THRESHOLD_ keeps large ones in its heap.
     */
    @Test
    void closingFreesMemory() {
        long objects = Pointer.totalCount();
        long first = 0; // with LibTorch loaded and one piece alive
        long most = 0;
        for (int i = 0; i < 200; i++) {
            try (var scope = Scope.open()) {
                Tensor big = Tensor.zeros(DType.F32, COUNT);
                if (i % 2 == 0) {
                    try (var inner = Scope.open()) {
                        big.narrow(0, 0, 4).add(big.narrow(0, 4, 4));
                    }
                } else {
                    scope.keep(big).close(); // the scope still holds it
                    assertThat(big.count()).isEqualTo(COUNT);
                }
                if (i == 0) first = resident();
                if (i % 20 == 19) most = Math.max(most, resident());
            }
        }
        assertThat(Pointer.totalCount()).as("native objects").isLessThanOrEqualTo(objects);
        assertThat(most - first).as("growth in bytes").isLessThan(4096L * MEGABYTE);
    }

    @Test
    void whatIsKeptOutlivesItsScopeUntilItIsClosed() {
        Tensor[] kept = new Tensor[4];
        for (int i = 0; i < kept.length; i++) {
            try (var scope = Scope.open()) {
                float[] values = new float[MEGABYTE];
                java.util.Arrays.fill(values, i + 1);
                kept[i] = scope.keep(Tensor.of(values, MEGABYTE));
            }
        }
        try (var scope = Scope.open()) {
            for (int i = 0; i < 8; i++) Tensor.zeros(DType.F32, MEGABYTE); // would reuse memory that was freed
            for (int i = 0; i < kept.length; i++)
                assertThat(kept[i].sum().item()).isEqualTo((i + 1.0) * MEGABYTE);
        }
        for (Tensor t : kept) {
            t.close();
            assertThat(t.torch.isNull()).as("freed").isTrue();
        }
    }

    @Test
    void aTensorOfAClosedScopeIsGone() {
        Tensor gone;
        try (var scope = Scope.open()) {
            gone = Tensor.zeros(DType.F32, 3);
            assertThat(gone.torch.isNull()).isFalse();
        }
        assertThat(gone.torch.isNull()).isTrue();
    }

    @Test
    void innerScopesFreeOnlyTheirOwn() {
        try (var outer = Scope.open()) {
            Tensor own = Tensor.zeros(DType.F32, 3);
            Tensor inners;
            try (var inner = Scope.open()) {
                inners = own.add(own);
            }
            assertThat(inners.torch.isNull()).isTrue();
            assertThat(own.floats()).containsExactly(0, 0, 0);
        }
    }

    @Test
    void whatIsPassedBelongsToTheEnclosingScope() {
        Tensor passed;
        try (var outer = Scope.open()) {
            try (var middle = Scope.open()) {
                try (var inner = Scope.open()) {
                    passed = inner.pass(Tensor.of(new float[] {1, 2}, 2));
                }
                assertThat(passed.floats()).containsExactly(1, 2);
                middle.pass(passed);
            }
            assertThat(passed.floats()).containsExactly(1, 2);
        }
        assertThat(passed.torch.isNull()).as("freed with the outer scope").isTrue();
    }

    @Test
    void passingWithoutAnEnclosingScopeKeeps() {
        Tensor passed;
        try (var scope = Scope.open()) {
            passed = scope.pass(Tensor.of(new float[] {1, 2}, 2));
        }
        assertThat(passed.floats()).containsExactly(1, 2);
        passed.close();
        assertThat(passed.torch.isNull()).isTrue();
    }
}
