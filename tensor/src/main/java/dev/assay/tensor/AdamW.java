package dev.assay.tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdamW (Loshchilov and Hutter, 2019), with PyTorch's defaults except that weight decay is 0. Its whole state is two
 * tensors per parameter and a step count, so that training can stop and go on.
 */
public final class AdamW implements AutoCloseable {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    private final List<Tensor> parameters;
    private final List<Tensor> first;
    private final List<Tensor> second;
    private long steps;

    /** An optimiser of fp32 or fp64 leaves that require a gradient. */
    public AdamW(List<Tensor> parameters) {
        this.parameters = List.copyOf(parameters);
        try (var scope = Scope.open()) {
            this.first = parameters.stream()
                    .map(p -> scope.keep(Tensor.zeros(p.type(), p.device(), p.shape())))
                    .toList();
            this.second = parameters.stream()
                    .map(p -> scope.keep(Tensor.zeros(p.type(), p.device(), p.shape())))
                    .toList();
        }
    }

    /**
     * What gradients of joint norm {@code norm} are multiplied by so that it is at most {@code limit}: torch's {@code
     * clip_grad_norm_}, which adds 1e-6 to the norm.
     */
    public static double clipFactor(double norm, double limit) {
        return Math.min(1, limit / (norm + 1e-6));
    }

    /** Scales all gradients by the {@link #clipFactor} of their joint norm; returns the norm before. */
    public double clip(double limit) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Tensor sum = Tensor.zeros(DType.F64);
            for (Tensor p : parameters)
                sum.addInPlace(p.gradient().square().sum().to(Device.CPU), 1);
            double norm = Math.sqrt(sum.item());
            double factor = clipFactor(norm, limit);
            if (factor < 1) for (Tensor p : parameters) p.gradient().mulInPlace(factor);
            return norm;
        }
    }

    /** One step along the gradients, which are forgotten afterwards. */
    public void step(double learningRate) {
        steps++;
        double correction1 = 1 - Math.pow(BETA1, steps);
        double correction2 = 1 - Math.pow(BETA2, steps);
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            for (int i = 0; i < parameters.size(); i++) {
                Tensor g = parameters.get(i).gradient();
                first.get(i).mulInPlace(BETA1);
                first.get(i).addInPlace(g, 1 - BETA1);
                second.get(i).mulInPlace(BETA2);
                second.get(i).addProductInPlace(g, g, 1 - BETA2);
                Tensor root = second.get(i).scaledRoot(1 / Math.sqrt(correction2), EPS);
                parameters.get(i).addQuotientInPlace(first.get(i), root, -learningRate / correction1);
                parameters.get(i).clearGradient();
            }
        }
    }

    public long steps() {
        return steps;
    }

    /** The state by name, for a checkpoint: {@code first.N}, {@code second.N}, {@code steps}. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (int i = 0; i < parameters.size(); i++) {
            state.put("first." + i, first.get(i));
            state.put("second." + i, second.get(i));
        }
        state.put("steps", Tensor.of(new long[] {steps}, 1));
        return state;
    }

    /** Goes on from a {@link #state}. */
    public void restore(Map<String, Tensor> state) {
        for (int i = 0; i < parameters.size(); i++) {
            first.get(i).setInPlace(entry(state, "first." + i));
            second.get(i).setInPlace(entry(state, "second." + i));
        }
        steps = entry(state, "steps").longs()[0];
    }

    /** Frees the state; the parameters stay. */
    @Override
    public void close() {
        first.forEach(Tensor::close);
        second.forEach(Tensor::close);
    }

    private static Tensor entry(Map<String, Tensor> state, String name) {
        Tensor t = state.get(name);
        if (t == null) throw new TensorException("the optimiser's state has no entry " + name);
        return t;
    }
}
