package dev.assay.tensor;

/** The obvious kernels. */
final class ScalarPanelKernels extends PanelKernels {
    private final int width;

    ScalarPanelKernels(int width) {
        this.width = width;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public void multiply(
            float[] panel,
            int at,
            int depth,
            float[] x,
            int xFrom,
            int xStride,
            int rows,
            float[] y,
            int yFrom,
            int yStride,
            boolean add) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < width; j++) {
                float sum = 0;
                for (int k = 0; k < depth; k++)
                    sum = Math.fma(panel[at + k * width + j], x[xFrom + r * xStride + k], sum);
                y[yFrom + r * yStride + j] = add ? sum + y[yFrom + r * yStride + j] : sum;
            }
        }
    }

    @Override
    public void multiplyBf16(
            short[] panel,
            int at,
            int depth,
            float[] x,
            int xFrom,
            int xStride,
            int rows,
            float[] y,
            int yFrom,
            int yStride,
            boolean add) {
        var wide = new float[depth * width];
        for (int i = 0; i < wide.length; i++) wide[i] = Float.intBitsToFloat(panel[at + i] << 16);
        multiply(wide, 0, depth, x, xFrom, xStride, rows, y, yFrom, yStride, add);
    }

    @Override
    public void unpack4(int[] packed, int at, float[] scales, int scalesAt, int depth, float[] out) {
        for (int k = 0; k < depth; k++) {
            int block = k / BLOCK;
            for (int j = 0; j < width; j++) {
                int q = packed[at + k / 8 * width + j] >>> (4 * (k % 8)) & 15;
                int scale = scalesAt + block * 2 * width + j;
                out[k * width + j] = Math.fma(q, scales[scale], scales[scale + width]);
            }
        }
    }

    @Override
    public void multiply4(
            int[] packed, int at, float[] scales, int scalesAt, int depth, float[] x, int xFrom, float[] y, int yFrom) {
        var panel = new float[depth * width];
        for (int p = 0; p < 2; p++) {
            unpack4(packed, at + p * depth / 8 * width, scales, scalesAt + p * depth / BLOCK * 2 * width, depth, panel);
            multiply(panel, 0, depth, x, xFrom, 0, 1, y, yFrom + p * width, 0, false);
        }
    }

    @Override
    public void unpack8(int[] packed, int at, float[] scales, int scalesAt, int depth, float[] out) {
        for (int k = 0; k < depth; k++) {
            for (int j = 0; j < width; j++) {
                int q = (byte) (packed[at + k / 4 * width + j] >>> (8 * (k % 4)));
                out[k * width + j] = q * scales[scalesAt + k / BLOCK * width + j];
            }
        }
    }

    @Override
    public void multiply8(
            int[] packed, int at, float[] scales, int scalesAt, int depth, float[] x, int xFrom, float[] y, int yFrom) {
        var panel = new float[depth * width];
        for (int p = 0; p < 2; p++) {
            unpack8(packed, at + p * depth / 4 * width, scales, scalesAt + p * depth / BLOCK * width, depth, panel);
            multiply(panel, 0, depth, x, xFrom, 0, 1, y, yFrom + p * width, 0, false);
        }
    }

    @Override
    public void unpack16(int[] packed, int at, int depth, float[] out) {
        for (int k = 0; k < depth; k++)
            for (int j = 0; j < width; j++)
                out[k * width + j] = Float.intBitsToFloat(packed[at + k / 2 * width + j] >>> (16 * (k % 2)) << 16);
    }

    @Override
    public double softmax(float[] x, int from, int length) {
        double log = logSumExp(x, from, length, 1);
        for (int i = from; i < from + length; i++) x[i] = (float) Math.exp(x[i] - log);
        return log;
    }

    @Override
    public float max(float[] x, int from, int length) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + length; i++) max = Math.max(max, x[i]);
        return max;
    }

    @Override
    public double logSumExp(float[] x, int from, int length, float factor) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = from; i < from + length; i++) max = Math.max(max, factor * x[i]);
        return max + Math.log(sumExp(x, from, length, factor, (float) max));
    }

    @Override
    public double sumExp(float[] x, int from, int length, float factor, float less) {
        double sum = 0;
        for (int i = from; i < from + length; i++) sum += Math.exp(factor * x[i] - less);
        return sum;
    }

    @Override
    public void siluTimes(float[] gate, int gateFrom, float[] up, int upFrom, float[] out, int outFrom, int n) {
        for (int i = 0; i < n; i++) {
            double g = gate[gateFrom + i];
            out[outFrom + i] = (float) (g / (1 + Math.exp(-g)) * up[upFrom + i]);
        }
    }

    @Override
    public void geluTimes(float[] gate, int gateFrom, float[] up, int upFrom, float[] out, int outFrom, int n) {
        for (int i = 0; i < n; i++) {
            double g = gate[gateFrom + i];
            double inner = Math.sqrt(2 / Math.PI) * (g + 0.044715 * g * g * g);
            out[outFrom + i] = (float) (0.5 * g * (1 + Math.tanh(inner)) * up[upFrom + i]);
        }
    }
}
