package dev.assay.lm;

import dev.assay.lm.Spans.Span;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Tensor;
import java.util.List;

/**
 * Some spans as tensors, for the blocks of one window: S spans, padded to Q rows and L positions. Padding repeats a span's
 * own last row and position, and its results are dropped: no sequence sees another's numbers, be they damaged.
 *
 * @param spans S
 * @param rows Q
 * @param length L
 * @param queries rows of the step, {@code [S · Q]}
 * @param slots of the {@link KvCache}, {@code [S · L]}
 * @param mask {@code [S, Q, L]}
 * @param results where in {@code [S · Q]} the rows are that are none of the padding, span by span
 */
record Rectangle(int spans, int rows, int length, Tensor queries, Tensor slots, Tensor mask, Tensor results) {
    /** Of what L is a multiple: kernels of GPUs copy a mask whose rows are not aligned. */
    private static final int ALIGNED = 16;

    static Rectangle of(List<Span> spans, int window, DType type, Device device) {
        int q = spans.stream().mapToInt(Span::count).max().orElseThrow();
        int longest = spans.stream()
                .mapToInt(span -> span.last() + 1 - span.first(window))
                .max()
                .orElseThrow();
        int l = Math.ceilDiv(longest, ALIGNED) * ALIGNED;
        int n = spans.size();
        var queries = new long[n * q];
        var slots = new long[n * l];
        var first = new long[n * q];
        var last = new long[n * q];
        var results = new long[spans.stream().mapToInt(Span::count).sum()];
        int result = 0;
        for (int s = 0; s < n; s++) {
            Span span = spans.get(s);
            int start = span.first(window);
            for (int i = 0; i < q; i++) {
                int row = Math.min(i, span.count() - 1);
                int position = span.position() + row;
                queries[s * q + i] = span.from() + row;
                first[s * q + i] = window == 0 ? 0 : Math.max(0, position + 1 - window) - start;
                last[s * q + i] = position - start;
                if (i < span.count()) results[result++] = (long) s * q + i;
            }
            for (int k = 0; k < l; k++)
                slots[s * l + k] = KvCache.slot(span.blocks(), Math.min(start + k, span.last()));
        }
        return new Rectangle(
                n,
                q,
                l,
                tensor(queries, device),
                tensor(slots, device),
                Tensor.band(tensor(first, device, n, q, 1), tensor(last, device, n, q, 1), l, type),
                tensor(results, device));
    }

    private static Tensor tensor(long[] values, Device device, long... shape) {
        return Tensor.of(values, shape.length == 0 ? new long[] {values.length} : shape)
                .to(device);
    }
}
