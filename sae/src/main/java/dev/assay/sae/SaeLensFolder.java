package dev.assay.sae;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Checkpoints as sae-lens 6 keeps them: a folder of {@code cfg.json} and {@code sae_weights.safetensors}. Read are the
 * inference forms {@code standard}, {@code topk}, {@code jumprelu}, {@code gated}, {@code matching_pursuit} and {@code
 * lista_matryoshka_decreasingk}, and the training forms {@code batchtopk} and {@code matryoshka_batchtopk}, which become
 * JumpReLU as in SAELens; written are the inference forms. Weights of any float type are read as fp32 and written as that.
 */
public final class SaeLensFolder {
    private static final String CONFIG = "cfg.json";
    private static final String WEIGHTS = "sae_weights.safetensors";
    private static final double LEAST_NORM = 1e-8;

    private SaeLensFolder() {}

    /**
     * What a folder holds.
     *
     * @param sae lives until it is closed
     * @param metadata SAELens' notes about model, layer, training; kept as they are
     */
    public record Checkpoint(InferenceSae sae, ObjectNode metadata) {}

    /**
     * Reads a folder.
     *
     * @throws SaeFormatException if it holds no autoencoder of a known kind
     */
    public static Checkpoint read(Path folder) {
        return read(folder, OptionalDouble.empty());
    }

    /**
     * Reads a folder whose autoencoder was trained on inputs that were multiplied by one factor ({@code
     * expected_average_only_in}: √dModel / mean ‖x‖), and folds the factor into the weights, as SAELens does.
     *
     * @throws SaeFormatException if it holds no autoencoder of a known kind, or one that takes inputs as they are
     */
    public static Checkpoint read(Path folder, double inputScale) {
        if (!(inputScale > 0) || Double.isInfinite(inputScale))
            throw new IllegalArgumentException("an input scale is a positive number, not " + inputScale);
        return read(folder, OptionalDouble.of(inputScale));
    }

    private static Checkpoint read(Path folder, OptionalDouble scale) {
        var config = SaeLensConfig.read(folder.resolve(CONFIG));
        checkScale(config, scale);
        try (var scope = Scope.open()) {
            Path file = folder.resolve(WEIGHTS);
            var tensors = new CheckpointTensors(file, Safetensors.read(file));
            InferenceSae sae = sae(config, tensors, scale.orElse(1));
            tensors.allTaken();
            sae.tensors().values().forEach(scope::keep);
            return new Checkpoint(sae, metadata(config));
        }
    }

    /** SAELens' notes of a folder, without its weights. */
    public static ObjectNode metadata(Path folder) {
        return metadata(SaeLensConfig.read(folder.resolve(CONFIG)));
    }

    private static ObjectNode metadata(SaeLensConfig config) {
        return config.metadata() instanceof ObjectNode o ? o : JsonNodeFactory.instance.objectNode();
    }

    private static void checkScale(SaeLensConfig config, OptionalDouble scale) {
        if (config.wantsScale() && scale.isEmpty())
            throw config.wrong(
                    "its normalize_activations is \"" + SaeLensConfig.FOLDED_SCALE
                            + "\" and the factor that inputs were multiplied by is in no file of the folder",
                    "Call read(folder, inputScale) with it, or with 1 for inputs that are scaled already");
        if (!config.wantsScale() && scale.isPresent())
            throw config.wrong("an input scale was given, but inputs are taken as they are", "Call read(folder)");
    }

    private static InferenceSae sae(SaeLensConfig config, CheckpointTensors tensors, double scale) {
        int dModel = config.count("d_in");
        int latents = config.count("d_sae");
        String architecture = config.architecture();
        return switch (architecture) {
            case "standard" -> {
                var decoder = decoder(tensors, latents, dModel, scale);
                yield new StandardSae(config.input(), encoder(tensors, "b_enc", dModel, latents, scale), decoder);
            }
            case "jumprelu" -> {
                var decoder = decoder(tensors, latents, dModel, scale);
                var encoder = encoder(tensors, "b_enc", dModel, latents, scale);
                yield new JumpReluSae(config.input(), encoder, decoder, threshold(tensors, latents));
            }
            case "batchtopk", "matryoshka_batchtopk" -> batchTopK(config, tensors, latents, dModel, scale);
            case "topk" -> {
                var decoder = decoder(tensors, latents, dModel, scale);
                var encoder = encoder(tensors, "b_enc", dModel, latents, scale);
                yield topK(config, encoder, decoder);
            }
            case "gated" -> {
                var decoder = decoder(tensors, latents, dModel, scale);
                var encoder = encoder(tensors, "b_gate", dModel, latents, scale);
                yield new GatedSae(
                        config.input(),
                        encoder,
                        decoder,
                        tensors.take("r_mag", latents),
                        tensors.take("b_mag", latents));
            }
            case "matching_pursuit" -> pursuit(config, tensors, latents, dModel, scale);
            case "lista_matryoshka_decreasingk" -> lista(config, tensors, latents, dModel, scale);
            default ->
                throw config.wrong(
                        "its architecture is \"" + architecture + "\"",
                        "Known are standard, topk, jumprelu, gated, matching_pursuit, lista_matryoshka_decreasingk,"
                                + " and the training forms batchtopk and matryoshka_batchtopk");
        };
    }

    private static SaeEncoder encoder(CheckpointTensors tensors, String bias, int dModel, int latents, double scale) {
        Tensor weight = tensors.take("W_enc", dModel, latents);
        return new SaeEncoder(scale == 1 ? weight : weight.mul(scale), tensors.take(bias, latents));
    }

    private static SaeDecoder decoder(CheckpointTensors tensors, int latents, int dModel, double scale) {
        Tensor weight = tensors.take("W_dec", latents, dModel);
        Tensor bias = tensors.take("b_dec", dModel);
        return scale == 1 ? new SaeDecoder(weight, bias) : new SaeDecoder(weight.mul(1 / scale), bias.mul(1 / scale));
    }

    private static Tensor threshold(CheckpointTensors tensors, int latents) {
        return tensors.has("log_threshold") // of training before 6.0
                ? tensors.take("log_threshold", latents).exp()
                : tensors.take("threshold", latents);
    }

    private static InferenceSae topK(SaeLensConfig config, SaeEncoder encoder, SaeDecoder decoder) {
        int k = config.count("k");
        if (k > decoder.latents())
            throw config.wrong("its k is " + k + " of " + decoder.latents() + " latents", "Correct k or d_sae");
        return new TopKSae(config.input(), encoder, decoder, k, config.truth("rescale_acts_by_decoder_norm", false));
    }

    /** The training form: norms are folded and the running threshold becomes everyone's, as SAELens does on export. */
    private static InferenceSae batchTopK(
            SaeLensConfig config, CheckpointTensors tensors, int latents, int dModel, double scale) {
        Tensor decoder = tensors.take("W_dec", latents, dModel);
        Tensor encoder = tensors.take("W_enc", dModel, latents);
        Tensor bias = tensors.take("b_enc", latents);
        Tensor threshold = bias.mul(0).add(tensors.take("topk_threshold"));
        if (config.truth("rescale_acts_by_decoder_norm", true)) {
            double[] norms = decoder.square().sum(1).sqrt().doubles();
            for (int i = 0; i < latents; i++) norms[i] = Math.max(norms[i], LEAST_NORM);
            Tensor n = Tensor.of(norms, latents).to(decoder.type());
            decoder = decoder.div(n.reshape(latents, 1));
            encoder = encoder.mul(n);
            bias = bias.mul(n);
        }
        Tensor decoderBias = tensors.take("b_dec", dModel).mul(1 / scale);
        return new JumpReluSae(
                config.input(),
                new SaeEncoder(encoder.mul(scale), bias),
                new SaeDecoder(decoder.mul(1 / scale), decoderBias),
                threshold);
    }

    /** A scale leaves the dictionary as it is: latents are measured in units of the unscaled input then. */
    private static InferenceSae pursuit(
            SaeLensConfig config, CheckpointTensors tensors, int latents, int dModel, double scale) {
        var decoder = new SaeDecoder(
                tensors.take("W_dec", latents, dModel),
                tensors.take("b_dec", dModel).mul(1 / scale));
        return new MatchingPursuitSae(
                config.input(),
                decoder,
                config.count("max_iterations", dModel),
                config.number("residual_threshold", 1e-2) / scale,
                config.truth("stop_on_duplicate_support", true));
    }

    private static InferenceSae lista(
            SaeLensConfig config, CheckpointTensors tensors, int latents, int dModel, double scale) {
        int steps = config.count("n_refinement_steps", 1);
        var decoder = decoder(tensors, latents, dModel, scale);
        var encoder = encoder(tensors, "b_enc", dModel, latents, scale);
        return new ListaSae(
                config.input(),
                encoder,
                decoder,
                tensors.take("thresholds", steps + 1L, latents),
                tensors.take("eta", steps));
    }

    /** Writes a folder with no notes but SAELens' version. */
    public static void write(Path folder, InferenceSae sae) {
        write(folder, sae, JsonNodeFactory.instance.objectNode());
    }

    /**
     * Writes a folder, which is made if need be; files of those names are replaced.
     *
     * @param metadata what SAELens should know about model, layer and training ({@code model_name}, {@code hook_name}, …)
     */
    public static void write(Path folder, InferenceSae sae, ObjectNode metadata) {
        write(folder, sae, metadata, Safetensors.encode(sae.tensors(), new TreeMap<>()));
    }

    /** The same with weights that are rounded to F16, which SAELens reads into fp32 as well. */
    public static void writeHalf(Path folder, InferenceSae sae, ObjectNode metadata) {
        write(folder, sae, metadata, Safetensors.encodeHalf(sae.tensors(), new TreeMap<>()));
    }

    private static void write(Path folder, InferenceSae sae, ObjectNode metadata, byte[] weights) {
        try {
            Files.createDirectories(folder);
            replace(folder.resolve(WEIGHTS), weights);
            String config = SaeLensConfig.of(sae, metadata).toString();
            replace(folder.resolve(CONFIG), config.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + folder + ": " + e.getMessage(), e);
        }
    }

    private static void replace(Path file, byte[] bytes) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, bytes);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
