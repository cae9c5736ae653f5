package dev.assay.sae;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The numbers of a sparse autoencoder in training, named and shaped as SAELens does: {@code W_enc [dModel, latents]},
 * {@code W_dec [latents, dModel]}, {@code b_enc}, {@code b_dec} and what the architecture adds.
 */
public final class Parameters implements AutoCloseable {
    /** Of the decoder's rows at the start, where the architecture has no other. */
    static final double NORM = 0.1;

    private final Map<String, Tensor> tensors;

    /** Takes over the tensors: they are closed with it. */
    public Parameters(Map<String, Tensor> tensors) {
        this.tensors = new LinkedHashMap<>(tensors);
    }

    /**
     * Decoder rows of one norm, mostly 0.1, in directions that are uniform in a cube (Kaiming), the encoder their transpose, biases 0.
     */
    static Parameters fresh(Architecture architecture, int dModel, int latents, DType type, SplitRandom random) {
        boolean pursuit = architecture instanceof Architecture.MatchingPursuit;
        double norm = switch (architecture) {
            case Architecture.MatchingPursuit m -> 1;
            case Architecture.JumpRelu j -> j.decoderNorm();
            default -> NORM;
        };
        float[] decoder =
                directions(latents, dModel, norm, random.split("decoder").generator());
        Map<String, Tensor> made = new LinkedHashMap<>();
        try (var scope = Scope.open()) {
            Tensor rows = Tensor.of(decoder, latents, dModel).to(type);
            if (!pursuit) made.put("W_enc", scope.keep(rows.transpose(0, 1).contiguous()));
            made.put("W_dec", scope.keep(rows));
            made.put("b_dec", scope.keep(Tensor.zeros(type, dModel)));
            for (String bias : biases(architecture)) made.put(bias, scope.keep(Tensor.zeros(type, latents)));
            switch (architecture) {
                case Architecture.JumpRelu jump ->
                    made.put("threshold", scope.keep(filled(jump.threshold(), latents, type)));
                case Architecture.BatchTopK batch -> refinement(batch.refinement(), made, scope, type);
                default -> {}
            }
        }
        return new Parameters(made);
    }

    private static void refinement(Refinement refinement, Map<String, Tensor> made, Scope scope, DType type) {
        if (refinement.learned()) made.put("eta", scope.keep(filled(refinement.eta(), refinement.iterations(), type)));
        if (refinement.separate())
            for (int i = 0; i < refinement.iterations(); i++)
                made.put("W_enc_" + (i + 1), scope.keep(tensor(made, "W_enc").copy()));
    }

    private static List<String> biases(Architecture architecture) {
        return switch (architecture) {
            case Architecture.MatchingPursuit m -> List.of();
            case Architecture.Gated g -> List.of("b_gate", "b_mag", "r_mag");
            default -> List.of("b_enc");
        };
    }

    private static Tensor filled(double value, int count, DType type) {
        var values = new double[count];
        java.util.Arrays.fill(values, value);
        return Tensor.of(values, count).to(type);
    }

    private static float[] directions(int rows, int width, double norm, RandomGenerator random) {
        var out = new float[rows * width];
        for (int r = 0; r < rows; r++) {
            double square = 0;
            for (int d = 0; d < width; d++) {
                float v = (float) random.nextDouble(-1, 1);
                out[r * width + d] = v;
                square += (double) v * v;
            }
            for (int d = 0; d < width; d++) out[r * width + d] *= (float) (norm / Math.sqrt(square));
        }
        return out;
    }

    public int dModel() {
        return (int) tensor(tensors, "W_dec").size(1);
    }

    public int latents() {
        return (int) tensor(tensors, "W_dec").size(0);
    }

    /** By SAELens' name. */
    public Tensor get(String name) {
        return tensor(tensors, name);
    }

    public Map<String, Tensor> all() {
        return tensors;
    }

    private static Tensor tensor(Map<String, Tensor> tensors, String name) {
        Tensor t = tensors.get(name);
        if (t == null)
            throw new SaeException("the sparse autoencoder has no parameter " + name + ", only " + tensors.keySet());
        return t;
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
