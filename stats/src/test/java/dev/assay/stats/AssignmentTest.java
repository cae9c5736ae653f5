package dev.assay.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AssignmentTest {
    private static final double FORBIDDEN = Double.POSITIVE_INFINITY;

    @Test
    void assignsByHand() {
        assertThat(Assignment.minimise(new double[] {4, 1, 3, 2, 0, 5, 3, 2, 2}, 3, 3))
                .containsExactly(1, 0, 2);
        assertThat(Assignment.maximise(new float[] {.9f, .8f, .8f, .1f}, 2, 2)).containsExactly(1, 0);
        assertThat(Assignment.minimise(new double[] {5, 1, 7}, 3, 1))
                .containsExactly(Assignment.NONE, 0, Assignment.NONE);
        assertThat(Assignment.minimise(new float[] {5, 1, 7}, 1, 3)).containsExactly(1);
        assertThat(Assignment.minimise(new double[0], 0, 4)).isEmpty();
        assertThat(Assignment.minimise(new double[0], 2, 0)).containsExactly(Assignment.NONE, Assignment.NONE);
    }

    /** What scipy 1.17.1's {@code linear_sum_assignment} answers where several assignments are equally good. */
    @Test
    void resolvesTiesAsScipy() {
        assertThat(Assignment.minimise(new double[12], 3, 4)).containsExactly(0, 1, 2);
        double[] few = {1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1};
        assertThat(Assignment.minimise(few, 4, 5)).containsExactly(1, 4, 0, 2);
        assertThat(Assignment.minimise(few, 5, 4)).containsExactly(1, 0, 2, 3, Assignment.NONE);
    }

    /** Small matrices of both shapes, from a few values (many ties) or many, against every possible assignment. */
    @Property(tries = 400)
    void agreesWithTryingAll(
            @ForAll @IntRange(max = 7) int rows,
            @ForAll @IntRange(max = 7) int columns,
            @ForAll @IntRange(min = 1, max = 1000) int values,
            @ForAll long seed) {
        RandomGenerator random = SplitRandom.of(seed).generator();
        double[] costs = new double[rows * columns];
        Arrays.setAll(costs, i -> (random.nextInt(values) - values / 3) / 8.0); // exact in float
        float[] floats = new float[costs.length];
        for (int i = 0; i < floats.length; i++) floats[i] = (float) costs[i];
        double best = cheapest(costs, rows, columns);
        assertThat(total(costs, Assignment.minimise(costs, rows, columns), columns))
                .isEqualTo(best);
        assertThat(total(costs, Assignment.minimise(floats, rows, columns), columns))
                .isEqualTo(best);
        double[] negated = Arrays.stream(costs).map(c -> -c).toArray();
        assertThat(total(negated, Assignment.maximise(floats, rows, columns), columns))
                .isEqualTo(cheapest(negated, rows, columns));
    }

    /** Too big to try all: another algorithm finds the same cost. */
    @Test
    void isOptimalOnLargerMatrices() {
        SplitRandom root = SplitRandom.of(3);
        for (int round = 0; round < 20; round++) {
            RandomGenerator random = root.split(round).generator();
            int rows = 20 + random.nextInt(60);
            int columns = 20 + random.nextInt(60);
            double[] costs = random.doubles((long) rows * columns).toArray();
            double found = total(costs, Assignment.minimise(costs, rows, columns), columns);
            assertThat(found).isCloseTo(auction(costs, rows, columns), within(1e-4 * Math.min(rows, columns)));
        }
    }

    @Test
    void infiniteCostsForbid() {
        double[] costs = {1, FORBIDDEN, 2, 1, FORBIDDEN, FORBIDDEN, FORBIDDEN, 9, FORBIDDEN};
        assertThat(Assignment.minimise(costs, 3, 3)).containsExactly(2, 0, 1);
        costs[7] = FORBIDDEN;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Assignment.minimise(costs, 3, 3))
                .withMessageContaining("forbid");
    }

    @Test
    void refusesWhatIsNoCost() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Assignment.minimise(new double[] {1, 2, Double.NaN, 4, 5, 6}, 2, 3))
                .withMessageContaining("NaN")
                .withMessageContaining("row 0, column 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Assignment.minimise(new float[] {1, Float.NEGATIVE_INFINITY}, 2, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Assignment.maximise(new float[] {Float.POSITIVE_INFINITY, 1}, 1, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> Assignment.minimise(new double[5], 2, 3));
    }

    /** The cost, after a check that each column is used once and as many rows as possible have one. */
    private static double total(double[] costs, int[] columnOfRow, int columns) {
        int rows = columnOfRow.length;
        int[] used = Arrays.stream(columnOfRow)
                .filter(c -> c != Assignment.NONE)
                .sorted()
                .toArray();
        assertThat(used).doesNotHaveDuplicates().hasSize(Math.min(rows, columns));
        double sum = 0;
        for (int r = 0; r < rows; r++)
            if (columnOfRow[r] != Assignment.NONE) sum += costs[r * columns + columnOfRow[r]];
        return sum;
    }

    /** The obvious reference: the least over all ways, by dynamic programming over sets of used columns. */
    private static double cheapest(double[] costs, int rows, int columns) {
        double[] least = new double[1 << columns];
        Arrays.fill(least, FORBIDDEN);
        least[0] = 0;
        for (int r = 0; r < rows; r++) {
            double[] next = rows > columns ? least.clone() : new double[least.length];
            if (rows <= columns) Arrays.fill(next, FORBIDDEN);
            for (int set = 0; set < least.length; set++)
                for (int c = 0; c < columns; c++)
                    if ((set >> c & 1) == 0)
                        next[set | 1 << c] = Math.min(next[set | 1 << c], least[set] + costs[r * columns + c]);
            least = next;
        }
        double best = FORBIDDEN;
        for (int set = 0; set < least.length; set++)
            if (Integer.bitCount(set) == Math.min(rows, columns)) best = Math.min(best, least[set]);
        return best;
    }

    /** Another algorithm: Bertsekas' auction on the square matrix padded with zeros, within size · 1e-4 / 2. */
    private static double auction(double[] costs, int rows, int columns) {
        int n = Math.max(rows, columns);
        double[] price = new double[n];
        int[] owner = new int[n];
        int[] owned = new int[n];
        Arrays.fill(owner, -1);
        Arrays.fill(owned, -1);
        double step = 0.5e-4 * Math.min(rows, columns) / n;
        for (int assigned = 0; assigned < n; ) {
            int bidder = 0;
            while (owned[bidder] >= 0) bidder++;
            double first = Double.NEGATIVE_INFINITY;
            double second = Double.NEGATIVE_INFINITY;
            int wanted = -1;
            for (int c = 0; c < n; c++) {
                double value = (bidder < rows && c < columns ? -costs[bidder * columns + c] : 0) - price[c];
                if (value > first) {
                    second = first;
                    first = value;
                    wanted = c;
                } else second = Math.max(second, value);
            }
            price[wanted] += first - second + step;
            if (owner[wanted] >= 0) owned[owner[wanted]] = -1;
            else assigned++;
            owner[wanted] = bidder;
            owned[bidder] = wanted;
        }
        double sum = 0;
        for (int r = 0; r < rows; r++) if (owned[r] < columns) sum += costs[r * columns + owned[r]];
        return sum;
    }
}
