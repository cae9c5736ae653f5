package dev.assay.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTest {
    private static final int WIDTH = 48;
    private static final int ROWS = 70;

    private final Random random = new Random(11);
    private final Parallel parallel = new Parallel(2);
    private final Selection selection = new Selection(Kernels.best(), parallel);

    @AfterEach
    void close() {
        parallel.close();
    }

    private record Entry(int row, int column, float z) {}

    /** One selection is used over and over, so its bound comes from other batches and other k. */
    @Test
    void takesTheLargestOfABatch() {
        for (long keep : new long[] {200, 10, 1, 3000, 500, 499}) {
            try (var scope = Scope.open()) {
                float[] bias = numbers(WIDTH);
                float[] factor = numbers(WIDTH);
                for (int i = 0; i < WIDTH; i++) factor[i] = Math.abs(factor[i]);
                float[] pre = numbers(ROWS * WIDTH);
                var out = new SparseRows(WIDTH);
                selection.batch(Tensor.of(pre, ROWS, WIDTH), bias, factor, keep, out);
                List<Entry> all = new ArrayList<>();
                for (int r = 0; r < ROWS; r++) all.addAll(positive(pre, bias, factor, r));
                all.sort(Comparator.comparingDouble(e -> -e.z()));
                assertThat(entries(out))
                        .containsExactlyInAnyOrderElementsOf(all.subList(0, (int) Math.min(keep, all.size())));
                assertThat(out.rows()).isEqualTo(ROWS);
            }
        }
    }

    /** Infinite numbers, and the finite or missing ones of the batch after them. */
    @Test
    @Timeout(20)
    void endsWhateverTheNumbersAre() {
        try (var scope = Scope.open()) {
            var one = new float[WIDTH];
            Arrays.fill(one, 1);
            var out = new SparseRows(WIDTH);
            for (float value : new float[] {Float.POSITIVE_INFINITY, Float.NaN, 1e-3f, Float.POSITIVE_INFINITY, 1}) {
                var values = new float[ROWS * WIDTH];
                Arrays.fill(values, value);
                selection.batch(Tensor.of(values, ROWS, WIDTH), new float[WIDTH], one, 4, out);
                assertThat(out.count()).as("of %s", value).isEqualTo(Float.isNaN(value) ? 0 : 4);
            }
        }
    }

    @Test
    void takesTheFirstAmongEquals() {
        try (var scope = Scope.open()) {
            var values = new float[ROWS * WIDTH];
            Arrays.fill(values, 1);
            values[5 * WIDTH + 7] = 2;
            var one = new float[WIDTH];
            Arrays.fill(one, 1);
            var out = new SparseRows(WIDTH);
            selection.batch(Tensor.of(values, ROWS, WIDTH), new float[WIDTH], one, 4, out);
            assertThat(entries(out))
                    .containsExactlyInAnyOrder(
                            new Entry(0, 0, 1), new Entry(0, 1, 1), new Entry(0, 2, 1), new Entry(5, 7, 2));
        }
    }

    /** Again one selection: its bound is now too high, now too low, and rows differ in size. */
    @Test
    void takesTheLargestOfEachRow() {
        for (int keep : new int[] {6, 1, 40, 6, 6}) {
            try (var scope = Scope.open()) {
                float[] bias = numbers(WIDTH);
                float[] factor = numbers(WIDTH);
                for (int i = 0; i < WIDTH; i++) factor[i] = Math.abs(factor[i]);
                float[] pre = numbers(ROWS * WIDTH);
                for (int r = 0; r < ROWS; r++) for (int c = 0; c < WIDTH; c++) pre[r * WIDTH + c] *= 1 + r % 5;
                Arrays.fill(pre, 3 * WIDTH, 4 * WIDTH, -100); // a row without a positive number
                var out = new SparseRows(WIDTH);
                selection.rows(Tensor.of(pre, ROWS, WIDTH), (from, to) -> {}, bias, factor, keep, out);
                List<Entry> wanted = new ArrayList<>();
                for (int r = 0; r < ROWS; r++) {
                    List<Entry> row = positive(pre, bias, factor, r);
                    row.sort(Comparator.comparingDouble(e -> -e.z()));
                    wanted.addAll(row.subList(0, Math.min(keep, row.size())));
                }
                assertThat(entries(out)).containsExactlyInAnyOrderElementsOf(wanted);
                assertThat(out.rows()).isEqualTo(ROWS);
            }
        }
    }

    /** The first among equals of each row, and rows of infinite numbers. */
    @Test
    void takesAsManyOfEachRowWhateverTheNumbersAre() {
        try (var scope = Scope.open()) {
            var one = new float[WIDTH];
            Arrays.fill(one, 1);
            var out = new SparseRows(WIDTH);
            for (float value : new float[] {Float.POSITIVE_INFINITY, 1, 1e-3f, 1}) {
                var values = new float[2 * WIDTH];
                Arrays.fill(values, value);
                selection.rows(Tensor.of(values, 2, WIDTH), (from, to) -> {}, new float[WIDTH], one, 2, out);
                assertThat(entries(out))
                        .containsExactly(
                                new Entry(0, 0, value),
                                new Entry(0, 1, value),
                                new Entry(1, 0, value),
                                new Entry(1, 1, value));
            }
        }
    }

    @Test
    void takesAllThatIsPositive() {
        try (var scope = Scope.open()) {
            float[] bias = numbers(WIDTH);
            var one = new float[WIDTH];
            Arrays.fill(one, 1);
            float[] pre = numbers(ROWS * WIDTH);
            var out = new SparseRows(WIDTH);
            selection.positive(Tensor.of(pre, ROWS, WIDTH), (from, to) -> {}, bias, one, out);
            List<Entry> wanted = new ArrayList<>();
            for (int r = 0; r < ROWS; r++) wanted.addAll(positive(pre, bias, one, r));
            assertThat(entries(out)).containsExactlyElementsOf(wanted);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 1000})
    void findsRanks(int count) {
        float[] values = numbers(count);
        for (int i = 0; i < count; i += 3) values[i] = Math.round(values[i]); // with equals
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        for (int rank = 1; rank <= count; rank += 1 + count / 7)
            assertThat(Selection.largest(values.clone(), count, rank)).isEqualTo(sorted[count - rank]);
    }

    private static List<Entry> positive(float[] pre, float[] bias, float[] factor, int row) {
        List<Entry> out = new ArrayList<>();
        for (int c = 0; c < WIDTH; c++) {
            float z = (pre[row * WIDTH + c] + bias[c]) * factor[c];
            if (z > 0) out.add(new Entry(row, c, z));
        }
        return out;
    }

    private static List<Entry> entries(SparseRows rows) {
        List<Entry> out = new ArrayList<>();
        for (int r = 0; r < rows.rows(); r++)
            for (int e = rows.starts()[r]; e < rows.starts()[r + 1]; e++)
                out.add(new Entry(r, rows.columns()[e], rows.values()[e]));
        return out;
    }

    private float[] numbers(int n) {
        var out = new float[n];
        for (int i = 0; i < n; i++) out[i] = (float) random.nextGaussian();
        return out;
    }
}
