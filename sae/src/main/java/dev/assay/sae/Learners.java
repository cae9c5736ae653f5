package dev.assay.sae;

import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the two learners share. */
final class Learners {
    private Learners() {}

    static Tensor entry(Map<String, Tensor> state, String name) {
        Tensor t = state.get(name);
        if (t == null)
            throw new SaeException("the checkpoint has no entry " + name + "; it is of another architecture");
        return t;
    }

    /** The entries whose names begin with {@code prefix}, without it. */
    static Map<String, Tensor> part(Map<String, Tensor> state, String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        state.forEach((name, t) -> {
            if (name.startsWith(prefix)) part.put(name.substring(prefix.length()), t);
        });
        return part;
    }
}
