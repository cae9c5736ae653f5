package dev.assay.sae;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The golden file of SAELens' training steps (interop/, {@code make_sae_fixtures.py}): from the module's resources, or
 * from the folder that {@code -Dassay.fixtures} names.
 */
final class ZooFixture {
    private final Map<String, Tensor> tensors;
    private final JsonNode facts;

    ZooFixture() {
        this.tensors = Safetensors.read(file("sae_zoo_small.safetensors"));
        try {
            this.facts = new ObjectMapper().readTree(Files.readAllBytes(file("sae_zoo_small.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path file(String name) {
        String folder = System.getProperty("assay.fixtures", "");
        try {
            return folder.isEmpty()
                    ? Path.of(ZooFixture.class.getResource("/" + name).toURI())
                    : Path.of(folder, name);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    Tensor get(String name) {
        Tensor t = tensors.get(name);
        if (t == null) throw new AssertionError("the fixture has no tensor " + name);
        return t;
    }

    Optional<Tensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    JsonNode facts() {
        return facts;
    }

    JsonNode facts(String name) {
        return facts.path("cases").path(name);
    }

    /**
     * What a case was configured with, by SAELens' name ({@code cases.NAME.config.FIELD}); where the fixture does not
     * record it, the value that its script has.
     */
    double setting(String name, String field, double otherwise) {
        JsonNode value = facts(name).path("config").path(field);
        return value.isNumber() ? value.asDouble() : otherwise;
    }

    int dModel() {
        return facts.path("dims").path("d_in").asInt();
    }

    int latents() {
        return facts.path("dims").path("d_sae").asInt();
    }

    /** The training batches, in order. */
    List<Tensor> batches() {
        List<Tensor> out = new ArrayList<>();
        for (int i = 0; tensors.containsKey("x" + i); i++) out.add(get("x" + i));
        return out;
    }

    boolean[] dead() {
        long[] mask = get("dead_mask").longs();
        var out = new boolean[mask.length];
        for (int i = 0; i < out.length; i++) out[i] = mask[i] != 0;
        return out;
    }

    double learningRate() {
        return facts.path("adam").path("lr").asDouble();
    }

    /** The parameters that all cases start from, those that the case's gradients name. */
    Parameters start(String name) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        String prefix = name + ".grad.";
        for (String key : tensors.keySet())
            if (key.startsWith(prefix)) {
                String parameter = key.substring(prefix.length());
                String unit = name.startsWith("matching_pursuit") && parameter.equals("W_dec") ? "_unit" : "";
                out.put(parameter, get("init." + parameter + unit).copy());
            }
        return new Parameters(out);
    }
}
