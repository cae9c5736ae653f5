package dev.assay.lm;

import dev.assay.lm.Step.Row;
import dev.assay.tensor.PanelKernels;
import java.util.Arrays;

/**
 * Attention of one row over its sequence's {@link KvBlock}s. The query heads of a group are multiplied with their common
 * keys together; a block of keys is one panel. Keys and values are remembered in fp32 or rounded to bf16, which is half of
 * what is read for each token; the sums are fp32.
 */
final class PanelAttention {
    private final PanelKernels kernels = PanelKernels.best();
    private final int block = kernels.width();
    private final boolean narrow;
    private final int layers;
    private final int kvHeads;
    private final int group;
    private final int headDim;
    private final int valuePanels;
    private final ThreadLocal<Memory> memory = ThreadLocal.withInitial(Memory::new);

    /** What one thread computes in. */
    private static final class Memory {
        private float[] scores = {};
        private float[] edge = {};
    }

    /** @param narrow whether keys and values are remembered in bf16 */
    PanelAttention(ModelConfig config, boolean narrow) {
        this.narrow = narrow;
        this.layers = config.layers();
        this.kvHeads = config.kvHeads();
        this.group = config.group();
        this.headDim = config.headDim();
        this.valuePanels = Math.ceilDiv(headDim, block);
    }

    private int keysPerBlock() {
        return layers * kvHeads * headDim * block;
    }

    private int valuesPerBlock() {
        return layers * kvHeads * valuePanels * block * block;
    }

    long blockBytes() {
        return (narrow ? 2L : 4L) * (keysPerBlock() + valuesPerBlock());
    }

    /** Memory for a block of positions. */
    KvBlock block(int number) {
        return narrow
                ? KvBlock.narrow(number, keysPerBlock(), valuesPerBlock())
                : KvBlock.of(number, keysPerBlock(), valuesPerBlock());
    }

    private int keysAt(int layer, int head) {
        return (layer * kvHeads + head) * headDim * block;
    }

    private int valuesAt(int layer, int head, int panel) {
        return ((layer * kvHeads + head) * valuePanels + panel) * block * block;
    }

    /** Stores a row's keys {@code [kvHead, headDim]} at {@code x[at]} and its values, which follow them. */
    void store(Row row, int layer, float[] x, int at) {
        KvBlock into = row.blocks()[row.position() / block];
        int slot = row.position() % block;
        for (int h = 0; h < kvHeads; h++) {
            int keys = keysAt(layer, h) + slot;
            int key = at + h * headDim;
            for (int i = 0; i < headDim; i++)
                if (narrow) into.narrowKeys[keys + i * block] = PanelKernels.toBf16(x[key + i]);
                else into.keys[keys + i * block] = x[key + i];
            int value = at + (kvHeads + h) * headDim;
            for (int p = 0; p < valuePanels; p++) {
                int from = value + p * block;
                int to = valuesAt(layer, h, p) + slot * block;
                int columns = Math.min(block, headDim - p * block);
                if (narrow)
                    for (int j = 0; j < columns; j++) into.narrowValues[to + j] = PanelKernels.toBf16(x[from + j]);
                else System.arraycopy(x, from, into.values, to, columns);
            }
        }
    }

    /**
     * What the query heads of one key-value head see.
     *
     * @param window how many positions are seen; 0 for all
     * @param q the row's queries {@code [head, headDim]}, scaled, from {@code qAt}
     * @param out gets {@code [head, headDim]}, from {@code outAt}
     */
    void mix(Row row, int layer, int head, int window, float[] q, int qAt, float[] out, int outAt) {
        int last = row.position() / block;
        int first = window == 0 ? 0 : Math.max(0, row.position() + 1 - window);
        int from = first / block;
        int stride = (last + 1 - from) * block;
        Memory m = memory.get();
        if (m.scores.length < group * stride) m.scores = new float[2 * group * stride];
        int queries = qAt + head * group * headDim;
        for (int b = from; b <= last; b++)
            multiply(
                    row.blocks()[b].keys,
                    row.blocks()[b].narrowKeys,
                    keysAt(layer, head),
                    headDim,
                    q,
                    queries,
                    headDim,
                    m.scores,
                    (b - from) * block,
                    stride,
                    false);
        for (int g = 0; g < group; g++) {
            int at = g * stride;
            Arrays.fill(m.scores, at, at + first - from * block, Float.NEGATIVE_INFINITY);
            Arrays.fill(m.scores, at + row.position() + 1 - from * block, at + stride, Float.NEGATIVE_INFINITY);
            kernels.softmax(m.scores, at, stride);
        }
        int to = outAt + head * group * headDim;
        for (int p = 0; p < valuePanels; p++) mixPanel(row, layer, head, p, from, stride, m, out, to);
    }

    /** Some columns of the values, weighted by the scores. */
    private void mixPanel(
            Row row, int layer, int head, int panel, int from, int stride, Memory m, float[] out, int to) {
        int last = row.position() / block;
        int columns = Math.min(block, headDim - panel * block);
        boolean whole = columns == block;
        if (!whole && m.edge.length < group * block) m.edge = new float[group * block];
        for (int b = from; b <= last; b++)
            multiply(
                    row.blocks()[b].values,
                    row.blocks()[b].narrowValues,
                    valuesAt(layer, head, panel),
                    Math.min(block, row.position() + 1 - b * block),
                    m.scores,
                    (b - from) * block,
                    stride,
                    whole ? out : m.edge,
                    whole ? to + panel * block : 0,
                    whole ? headDim : block,
                    b > from);
        if (!whole)
            for (int g = 0; g < group; g++)
                System.arraycopy(m.edge, g * block, out, to + g * headDim + panel * block, columns);
    }

    private void multiply(
            float[] panels,
            short[] narrowPanels,
            int at,
            int depth,
            float[] x,
            int xFrom,
            int xStride,
            float[] y,
            int yFrom,
            int yStride,
            boolean add) {
        if (narrow) kernels.multiplyBf16(narrowPanels, at, depth, x, xFrom, xStride, group, y, yFrom, yStride, add);
        else kernels.multiply(panels, at, depth, x, xFrom, xStride, group, y, yFrom, yStride, add);
    }
}
