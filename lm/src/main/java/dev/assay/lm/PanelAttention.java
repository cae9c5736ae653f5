package dev.assay.lm;

import dev.assay.lm.Step.Row;
import dev.assay.tensor.PanelKernels;
import java.util.Arrays;

/**
 * Attention of one row over its sequence's {@link KvBlock}s. The query heads of a group are multiplied with their common
 * keys together; a block of keys is one panel.
 */
final class PanelAttention {
    private final PanelKernels kernels = PanelKernels.best();
    private final int block = kernels.width();
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

    PanelAttention(ModelConfig config) {
        this.layers = config.layers();
        this.kvHeads = config.kvHeads();
        this.group = config.group();
        this.headDim = config.headDim();
        this.valuePanels = Math.ceilDiv(headDim, block);
    }

    int keysPerBlock() {
        return layers * kvHeads * headDim * block;
    }

    int valuesPerBlock() {
        return layers * kvHeads * valuePanels * block * block;
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
            for (int i = 0; i < headDim; i++) into.keys[keys + i * block] = x[key + i];
            int value = at + (kvHeads + h) * headDim;
            for (int p = 0; p < valuePanels; p++)
                System.arraycopy(
                        x,
                        value + p * block,
                        into.values,
                        valuesAt(layer, h, p) + slot * block,
                        Math.min(block, headDim - p * block));
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
            kernels.multiply(
                    row.blocks()[b].keys,
                    keysAt(layer, head),
                    headDim,
                    q,
                    queries,
                    headDim,
                    group,
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
            kernels.multiply(
                    row.blocks()[b].values,
                    valuesAt(layer, head, panel),
                    Math.min(block, row.position() + 1 - b * block),
                    m.scores,
                    (b - from) * block,
                    stride,
                    group,
                    whole ? out : m.edge,
                    whole ? to + panel * block : 0,
                    whole ? headDim : block,
                    b > from);
        if (!whole)
            for (int g = 0; g < group; g++)
                System.arraycopy(m.edge, g * block, out, to + g * headDim + panel * block, columns);
    }
}
