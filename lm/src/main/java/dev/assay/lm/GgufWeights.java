package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Tensor;
import dev.assay.tensor.WeightMatrix;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The weights of a GGUF file, with llama.cpp's names and row order translated. */
final class GgufWeights implements Weights {
    private static final Map<String, String> TOP =
            Map.of("embed_tokens", "token_embd", "norm", "output_norm", "lm_head", "output");
    private static final Map<String, String> IN_BLOCK = Map.ofEntries(
            Map.entry("input_layernorm", "attn_norm"),
            Map.entry("self_attn.q_proj", "attn_q"),
            Map.entry("self_attn.k_proj", "attn_k"),
            Map.entry("self_attn.v_proj", "attn_v"),
            Map.entry("self_attn.o_proj", "attn_output"),
            Map.entry("self_attn.q_norm", "attn_q_norm"),
            Map.entry("self_attn.k_norm", "attn_k_norm"),
            Map.entry("pre_feedforward_layernorm", "ffn_norm"),
            Map.entry("post_feedforward_layernorm", "post_ffw_norm"),
            Map.entry("mlp.gate_proj", "ffn_gate"),
            Map.entry("mlp.up_proj", "ffn_up"),
            Map.entry("mlp.down_proj", "ffn_down"));

    private final Gguf gguf;
    private final ModelConfig config;
    private final Set<String> read = new HashSet<>();

    GgufWeights(Gguf gguf, ModelConfig config) {
        this.gguf = gguf;
        this.config = config;
    }

    @Override
    public Tensor tensor(String name, DType type, long... shape) {
        String stored = nameInFile(name);
        Gguf.TensorInfo info = gguf.tensors().get(stored);
        if (info == null)
            throw new ModelFormatException(gguf.path() + ": tensor " + stored
                    + " is missing; the file is not a complete" + " model of the family "
                    + config.architecture().name() + ". Copy it again from its source.");
        if (!Arrays.equals(info.shape(), shape))
            throw new ModelFormatException(gguf.path() + ": tensor " + stored + " has the shape "
                    + Arrays.toString(info.shape()) + ", the metadata call for " + Arrays.toString(shape)
                    + "; convert the model again");
        read.add(stored);
        float[] values = gguf.floats(stored);
        return Tensor.of(interleaved(name) ? halved(values, shape) : values, shape)
                .to(type);
    }

    @Override
    public Optional<WeightMatrix> stored(String name) {
        Gguf.TensorInfo info = gguf.tensor(nameInFile(name));
        int rows = (int) info.shape()[0];
        return GgufBlocks.matrix(
                info.type(),
                gguf.bytes(nameInFile(name)),
                rows,
                (int) (info.elements() / rows),
                interleaved(name) ? this::storedRow : row -> row);
    }

    @Override
    public void refuseSurplus() {
        List<String> surplus = gguf.tensors().keySet().stream()
                .filter(name -> !read.contains(name) && !name.equals("rope_freqs.weight"))
                .toList();
        if (!surplus.isEmpty())
            throw new ModelFormatException(gguf.path() + ": tensor " + surplus.getFirst() + " (and "
                    + (surplus.size() - 1) + " more) has no place in a model of the family "
                    + config.architecture().name() + "; supported families: " + Architecture.SUPPORTED);
    }

    private String nameInFile(String name) {
        int dot = name.lastIndexOf('.');
        String what = name.substring(dot);
        if (!name.startsWith("layers.")) return TOP.get(name.substring(0, dot)) + what;
        String[] parts = name.substring(0, dot).split("\\.", 3);
        // Gemma's norm after attention has the name that others give to the one before the feed-forward block
        String kind = parts[2].equals("post_attention_layernorm")
                ? config.architecture().branchNorms() ? "post_attention_norm" : "ffn_norm"
                : IN_BLOCK.get(parts[2]);
        return "blk." + parts[1] + "." + kind + what;
    }

    private boolean interleaved(String name) {
        return config.architecture().name().equals("llama") && (name.contains("q_proj") || name.contains("k_proj"));
    }

    /** Of Llama, rows 2i and 2i+1 of a head are stored where Hugging Face has rows i and i + headDim/2. */
    private float[] halved(float[] stored, long[] shape) {
        var weights = new float[stored.length];
        int rows = (int) shape[0];
        int width = stored.length / rows;
        for (int row = 0; row < rows; row++)
            System.arraycopy(stored, storedRow(row) * width, weights, row * width, width);
        return weights;
    }

    /** Where the file has a row of Hugging Face's order. */
    private int storedRow(int row) {
        int half = config.headDim() / 2;
        int head = row / config.headDim();
        int i = row % config.headDim();
        return head * config.headDim() + 2 * (i % half) + i / half;
    }
}
