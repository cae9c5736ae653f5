package dev.assay.lm;

import dev.assay.tensor.PanelKernels;
import dev.assay.tensor.Tensor;
import java.util.List;

/**
 * What tells one family of transformers from another, as data: the one forward pass ({@code Transformer}) reads it.
 *
 * @param name Hugging Face's {@code model_type}
 * @param qkvBias whether the maps to queries, keys and values have biases
 * @param outputBias whether the map after attention has a bias
 * @param feedForwardBias whether the maps of the feed-forward block have biases
 * @param headNorms whether each head's query and key is normalised before it is rotated (Qwen3, Gemma 3)
 * @param branchNorms whether what attention and feed-forward give is normalised before it is added (Gemma 3)
 * @param normOffset what is added to the stored weight of a norm: Gemma multiplies with 1 + w
 * @param tied whether the embedding is the unembedding too
 * @param embeddingScale factor of the embeddings
 * @param queryScale factor of the attention scores
 * @param activation of the feed-forward block's gate
 * @param attention what each block's attention sees, and its position embedding
 */
public record Architecture(
        String name,
        boolean qkvBias,
        boolean outputBias,
        boolean feedForwardBias,
        boolean headNorms,
        boolean branchNorms,
        double normOffset,
        boolean tied,
        double embeddingScale,
        double queryScale,
        Activation activation,
        List<Attention> attention) {
    /** The families that are read, for messages. */
    static final String SUPPORTED = "llama, qwen2, qwen3, gemma3";

    public Architecture {
        attention = List.copyOf(attention);
    }

    /**
     * One block's attention.
     *
     * @param window how many positions are seen, the own one included; 0 for all
     */
    public record Attention(int window, RopeConfig rope) {}

    /** The nonlinear function of the gate. */
    public enum Activation {
        SILU {
            @Override
            Tensor apply(Tensor x) {
                return x.silu();
            }

            @Override
            void times(PanelKernels kernels, float[] gate, float[] up, int from, int width) {
                kernels.siluTimes(gate, from, up, from, gate, from, width);
            }
        },
        GELU_TANH {
            @Override
            Tensor apply(Tensor x) {
                return x.geluTanh();
            }

            @Override
            void times(PanelKernels kernels, float[] gate, float[] up, int from, int width) {
                kernels.geluTimes(gate, from, up, from, gate, from, width);
            }
        };

        abstract Tensor apply(Tensor x);

        /** gate = function(gate) · up, of {@code width} numbers. */
        abstract void times(PanelKernels kernels, float[] gate, float[] up, int from, int width);
    }
}
