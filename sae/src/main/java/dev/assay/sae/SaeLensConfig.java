package dev.assay.sae;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** A {@code cfg.json} of SAELens 6, whose fields are asked for by name and type. */
final class SaeLensConfig {
    /** The version whose files are written; readers before 6.0 had another layout. */
    static final String VERSION = "6.54.12";

    static final String FOLDED_SCALE = "expected_average_only_in";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final JsonNode root;

    private SaeLensConfig(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    static SaeLensConfig read(Path file) {
        try {
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            var config = new SaeLensConfig(file, root);
            if (!root.isObject()) throw config.wrong("it is not a JSON object", "Download or save it again");
            config.checkVersion();
            return config;
        } catch (JsonProcessingException e) {
            throw new SaeFormatException(
                    file + " is not JSON: " + e.getOriginalMessage() + ". Download or save it again.", e);
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException(
                    "there is no file " + file
                            + "; an autoencoder is a folder with cfg.json and sae_weights.safetensors",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private void checkVersion() {
        String version = metadata().path("sae_lens_version").asText("");
        if (!version.matches("\\d{1,6}\\..*") || Integer.parseInt(version.substring(0, version.indexOf('.'))) < 6)
            throw wrong(
                    "its metadata.sae_lens_version is \"" + version + "\", known are versions from 6.0 on",
                    "Load it with sae-lens " + VERSION + " and save it again with save_model()");
    }

    JsonNode metadata() {
        return root.path("metadata");
    }

    Path file() {
        return file;
    }

    String architecture() {
        return field("architecture").asText();
    }

    /** Whether inputs must be multiplied by a factor that the file does not hold. */
    boolean wantsScale() {
        return root.path("normalize_activations").asText("").equals(FOLDED_SCALE);
    }

    SaeInput input() {
        String shape = text("reshape_activations", "none");
        if (!shape.equals("none") && !shape.equals("hook_z"))
            throw wrong("its reshape_activations is \"" + shape + "\"", "Known are none and hook_z");
        return new SaeInput(truth("apply_b_dec_to_input", true), normalisation(), shape.equals("hook_z"));
    }

    private SaeInput.Normalisation normalisation() {
        String name = text("normalize_activations", "none");
        if (name.equals(FOLDED_SCALE)) return SaeInput.Normalisation.NONE;
        return Arrays.stream(SaeInput.Normalisation.values())
                .filter(n -> n.saeLens().equals(name))
                .findFirst()
                .orElseThrow(() -> wrong(
                        "its normalize_activations is \"" + name
                                + "\", known are none, constant_norm_rescale, layer_norm and " + FOLDED_SCALE,
                        "Fold the normalisation into the weights with sae-lens before saving"));
    }

    /** A whole number from 1 on. */
    int count(String name) {
        JsonNode value = field(name);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1)
            throw wrong("its " + name + " is " + value + ", wanted is a whole number from 1 on", "Correct the field");
        return value.intValue();
    }

    /** {@link #count}, with a value for a field that is missing or null. */
    int count(String name, int otherwise) {
        return root.path(name).isNull() || root.path(name).isMissingNode() ? otherwise : count(name);
    }

    double number(String name, double otherwise) {
        JsonNode value = root.path(name);
        if (value.isMissingNode()) return otherwise;
        if (!value.isNumber())
            throw wrong("its " + name + " is " + value + ", wanted is a number", "Correct the field");
        return value.doubleValue();
    }

    boolean truth(String name, boolean otherwise) {
        JsonNode value = root.path(name);
        if (value.isMissingNode()) return otherwise;
        if (!value.isBoolean())
            throw wrong("its " + name + " is " + value + ", wanted is true or false", "Correct the field");
        return value.booleanValue();
    }

    private String text(String name, String otherwise) {
        return root.path(name).isMissingNode() || root.path(name).isNull()
                ? otherwise
                : root.path(name).asText();
    }

    private JsonNode field(String name) {
        JsonNode value = root.path(name);
        if (value.isMissingNode()) throw wrong("it has no field " + name, "Save the autoencoder again with sae-lens 6");
        return value;
    }

    SaeFormatException wrong(String what, String remedy) {
        return new SaeFormatException(file + " is not a usable SAELens configuration: " + what + ". " + remedy + ".");
    }

    /** The file's content for an autoencoder, fields in SAELens' order. */
    static ObjectNode of(InferenceSae sae, ObjectNode metadata) {
        ObjectNode out = JSON.createObjectNode();
        out.put("d_in", sae.dModel());
        out.put("d_sae", sae.latents());
        out.put("dtype", "float32");
        out.put("device", "cpu");
        out.put("apply_b_dec_to_input", sae.input().subtractsDecoderBias());
        out.put("normalize_activations", sae.input().normalisation().saeLens());
        out.put("reshape_activations", sae.input().perHead() ? "hook_z" : "none");
        out.set("metadata", withVersion(metadata));
        switch (sae) {
            case TopKSae topK -> out.put("k", topK.k()).put("rescale_acts_by_decoder_norm", topK.rescale());
            case MatchingPursuitSae pursuit ->
                out.put("residual_threshold", pursuit.residual())
                        .put("max_iterations", pursuit.iterations())
                        .put("stop_on_duplicate_support", pursuit.stopOnSameSupport());
            case ListaSae lista -> out.put("n_refinement_steps", lista.refinements());
            case StandardSae s -> {}
            case JumpReluSae j -> {}
            case GatedSae g -> {}
        }
        return out.put("architecture", sae.architecture());
    }

    /** SAELens takes a file without its version for one of before 6.0, and reads it otherwise. */
    private static ObjectNode withVersion(ObjectNode metadata) {
        ObjectNode out = JSON.createObjectNode();
        out.put("sae_lens_version", VERSION);
        out.putNull("sae_lens_training_version");
        out.setAll(metadata.deepCopy());
        return out;
    }
}
