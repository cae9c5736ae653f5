package dev.assay.lm;

import dev.assay.tensor.Device;
import dev.assay.tensor.Tensor;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * What positions may see, for each width of window that a model has. A mask is added to the attention scores and is
 * broadcast to {@code [batch, 1, position, seen]}.
 */
record Masks(Map<Integer, Tensor> byWindow) {

    /** A mask for each width of window of a model; 0 stands for a block that sees all. */
    static Masks of(ModelConfig config, IntFunction<Tensor> mask) {
        Map<Integer, Tensor> byWindow = new TreeMap<>();
        for (Architecture.Attention a : config.architecture().attention())
            byWindow.computeIfAbsent(a.window(), mask::apply);
        return new Masks(byWindow);
    }

    Masks to(Device device) {
        Map<Integer, Tensor> moved = new TreeMap<>();
        byWindow.forEach((window, mask) -> moved.put(window, mask.to(device)));
        return new Masks(moved);
    }

    Tensor of(Architecture.Attention attention) {
        Tensor mask = byWindow.get(attention.window());
        if (mask == null) throw new IllegalArgumentException("no mask for the window " + attention.window());
        return mask;
    }
}
