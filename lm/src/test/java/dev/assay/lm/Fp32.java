package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** The embedded model in fp32, loaded once for all tests, and comparisons with the golden files. */
final class Fp32 {
    static final LanguageModel MODEL = LanguageModel.load(Smol.GGUF.path(), DType.F32);

    static {
        // two threads of the tensor library wait for each other where other processes use the machine
        Device.threads(1);
    }

    private Fp32() {}

    static Path golden(String name) {
        try {
            return Path.of(Fp32.class.getResource("/golden/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Map<String, Tensor> tensors(String name) {
        return Safetensors.read(golden(name));
    }

    static int[] encode(String text) {
        return Smol.TOKENIZER.encode(text);
    }

    /** Logits of the last position. */
    static float[] last(LanguageModel model, int[] ids, Hook hook) {
        try (Tensor logits = model.logits(ids, hook);
                var scope = Scope.open()) {
            return logits.narrow(0, ids.length - 1, 1).floats();
        }
    }

    static float[] last(LanguageModel model, int[] ids) {
        return last(model, ids, Hook.NONE);
    }

    static double difference(float[] a, float[] b) {
        if (a.length != b.length) throw new AssertionError(a.length + " numbers against " + b.length);
        double most = 0;
        for (int i = 0; i < a.length; i++) most = Math.max(most, Math.abs((double) a[i] - b[i]));
        return most;
    }

    static double largest(float[] a) {
        return difference(a, new float[a.length]);
    }

    /** An adapter with numbers in B too, so that it changes something. */
    static Lora adapter(int rank, double alpha, long seed) {
        Lora adapter = Lora.fresh(MODEL, rank, alpha, seed);
        var random = new Random(seed);
        try (var scope = Scope.open()) {
            adapter.weights().forEach((name, t) -> {
                if (!name.endsWith("B")) return;
                var values = new float[(int) t.count()];
                for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian() * 0.02f;
                t.setInPlace(Tensor.of(values, t.shape()));
            });
        }
        return adapter;
    }
}
