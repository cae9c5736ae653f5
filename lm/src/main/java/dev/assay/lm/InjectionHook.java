package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The injections of a batch of texts, all at once: {@link Injection#hook} does the same position by position. */
final class InjectionHook {
    private InjectionHook() {}

    /**
     * A hook for texts that are padded to a length.
     *
     * @return {@link Hook#NONE} where no text has an injection; its tensors belong to the innermost open scope
     */
    static Hook of(List<TrainingText> texts, int length) {
        Map<Integer, float[]> byLayer = new HashMap<>();
        for (int t = 0; t < texts.size(); t++) {
            if (texts.get(t).injection().isEmpty()) continue;
            Injection injection = texts.get(t).injection().get();
            int width = injection.width();
            float[] directions =
                    byLayer.computeIfAbsent(injection.layer(), l -> new float[texts.size() * length * width]);
            for (int i = 0; i < injection.positions().length; i++)
                injection.direction(i, directions, (t * length + injection.positions()[i]) * width);
        }
        if (byLayer.isEmpty()) return Hook.NONE;
        Map<Site, Tensor> added = new HashMap<>();
        byLayer.forEach((layer, directions) -> added.put(
                Site.of(Site.Kind.RESID_POST, layer),
                Tensor.of(directions, texts.size(), length, directions.length / (texts.size() * length))));
        return Hook.sites((site, x) -> added.containsKey(site) ? x.add(scaled(added.get(site), x)) : x);
    }

    /** Directions {@code [text, position, dModel]}, zero where nothing is injected, times the lengths of the states. */
    private static Tensor scaled(Tensor directions, Tensor x) {
        Tensor lengths = x.detach().to(DType.F32).square().sum(-1).sqrt();
        return directions.to(x.device()).mul(lengths).to(x.type());
    }
}
