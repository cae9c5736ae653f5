package dev.assay.audit.oracle;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.journal.CanonicalJson;
import dev.assay.lm.ModelConfig;
import dev.assay.lm.Sampling;
import dev.assay.organism.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * All numbers that decide how an oracle is made, read from {@code oracle/recipes/NAME.yaml}.
 *
 * @param base the model that the numbers were chosen for
 * @param depths where activations are taken, in per cent of the blocks
 * @param heldOut questions that the oracle is measured with
 */
public record OracleRecipe(
        String base,
        long seed,
        Adapter adapter,
        Training training,
        List<Integer> depths,
        Injected injection,
        Window window,
        Mix mix,
        Passages passages,
        @JsonProperty("held-out") HeldOut heldOut) {

    /** @param firstLayer lowest block that is adapted */
    public record Adapter(
            int rank,
            double alpha,
            @JsonProperty("first-layer") int firstLayer) {}

    /** @param checkpointSeconds least time between two checkpoints */
    public record Training(
            @JsonProperty("learning-rate") double learningRate,
            int batch,
            int epochs,
            @JsonProperty("checkpoint-seconds") int checkpointSeconds) {}

    /**
     * Where activations go in.
     *
     * @param layer behind which block
     * @param strength how long each is, in lengths of the state that it is added to
     */
    public record Injected(int layer, double strength) {}

    /**
     * Which vectors a question is about.
     *
     * @param most of one question
     * @param back how many tokens from the last the window may end
     */
    public record Window(int most, int back) {}

    /**
     * How many questions are learnt.
     *
     * @param secrets on what a hidden system prompt says
     * @param texts on properties of a text
     * @param single on what stands before or behind one vector
     * @param several on what stands before or behind several
     */
    public record Mix(int secrets, int texts, int single, int several) {}

    /**
     * What the model writes itself.
     *
     * @param replies to ordinary questions
     * @param completions outside of any chat
     */
    public record Passages(
            int replies,
            int completions,
            double temperature,
            @JsonProperty("top-p") double topP,
            int tokens) {
        Sampling sampling() {
            return new Sampling(temperature, topP, tokens);
        }
    }

    /**
     * How many questions measure the oracle.
     *
     * @param context on what stands before or behind
     * @param planted on secrets that no training text has
     */
    public record HeldOut(int secrets, int texts, int context, int planted) {}

    private static final List<String> SHIPPED = List.of("embedded", "published");

    public OracleRecipe {
        depths = List.copyOf(depths);
        if (depths.isEmpty() || depths.stream().anyMatch(d -> d < 0 || d >= 100))
            throw new IllegalArgumentException("depths " + depths + ": give some of 0 to 99 per cent");
        if (window.most() < 1 || window.back() < 0)
            throw new IllegalArgumentException("window: most must be at least 1 and back at least 0");
    }

    /** A recipe that is shipped. */
    public static OracleRecipe named(String name) {
        return Yaml.read("/oracle/recipes/" + name + ".yaml", OracleRecipe.class);
    }

    /** A recipe that is shipped, or that of a file. */
    public static OracleRecipe of(String nameOrFile) {
        if (SHIPPED.contains(nameOrFile)) return named(nameOrFile);
        Path file = Path.of(nameOrFile);
        if (!Files.exists(file))
            throw new OracleException("there is no oracle recipe " + nameOrFile + ": give " + String.join(", ", SHIPPED)
                    + " or a YAML file (docs/audit.md)");
        return Yaml.read(file.toUri().toString(), OracleRecipe.class);
    }

    /** The block behind which a model's activations of a depth are taken. */
    public static int layer(int percent, ModelConfig config) {
        return config.layers() * percent / 100;
    }

    List<Integer> layers(ModelConfig config) {
        return depths.stream().map(d -> layer(d, config)).toList();
    }

    /** Identity of the recipe. */
    public String hash() {
        return CanonicalJson.sha256(this);
    }
}
