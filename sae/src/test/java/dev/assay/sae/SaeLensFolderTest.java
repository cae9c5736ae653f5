package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SaeLensFolderTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Scope scope = Scope.open();

    @TempDir
    Path folder;

    @AfterEach
    void free() {
        scope.close();
    }

    static List<String> names() {
        return GoldenSae.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void readsWhatSaeLensWrote(String name) {
        var golden = GoldenSae.given(name);
        var checkpoint = golden.read();
        golden.matches(checkpoint.sae());
        assertThat(checkpoint.metadata()).isEqualTo(config(golden.folder()).path("metadata"));
        checkpoint.sae().close();
    }

    /**
     * What is written reads back the same, and is SAELens' own file where that is an inference form in fp32. The folders
     * stay in target/saelens-written for interop/check_sae.py.
     */
    @ParameterizedTest
    @MethodSource("names")
    void writesWhatSaeLensReads(String name) throws IOException {
        var golden = GoldenSae.given(name);
        var checkpoint = golden.read();
        Path written = Path.of("target", "saelens-written", name);
        SaeLensFolder.write(written, checkpoint.sae(), checkpoint.metadata());
        Map<String, Tensor> ours = new LinkedHashMap<>();
        Tensor x = golden.get("x");
        ours.put("x", x);
        var latents = checkpoint.sae().encode(x);
        ours.put("latents", Tensor.of(latents.dense(), latents.rows(), latents.width()));
        ours.put("recon", checkpoint.sae().decode(latents, x));
        Files.write(written.resolve("golden.safetensors"), Safetensors.encode(ours, new TreeMap<>()));

        golden.matches(SaeLensFolder.read(written).sae());
        ObjectNode theirs = (ObjectNode) config(golden.folder());
        if (!theirs.path("dtype").asText().equals("float32")
                || theirs.path("architecture").asText().contains("batchtopk")
                || golden.tensors().containsKey("input_scale")) return;
        if (theirs.path("max_iterations").isNull())
            theirs.put("max_iterations", theirs.path("d_in").asInt());
        assertThat(config(written)).isEqualTo(theirs);
        Map<String, Tensor> wanted = Safetensors.read(golden.folder().resolve("sae_weights.safetensors"));
        Map<String, Tensor> found = Safetensors.read(written.resolve("sae_weights.safetensors"));
        assertThat(found.keySet()).isEqualTo(wanted.keySet());
        wanted.forEach((tensor, t) -> {
            assertThat(found.get(tensor).shape()).containsExactly(t.shape());
            assertThat(found.get(tensor).floats()).containsExactly(t.floats());
        });
    }

    private static JsonNode config(Path folder) {
        try {
            return JSON.readTree(Files.readAllBytes(folder.resolve("cfg.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void writesTheVersionByWhichSaeLensReads() {
        SaeLensFolder.write(folder, GoldenSae.of("standard").read().sae());
        assertThat(config(folder).path("metadata").path("sae_lens_version").asText())
                .isEqualTo("6.54.12");
        assertThat(SaeLensFolder.read(folder).sae()).isInstanceOf(StandardSae.class);
    }

    /** Latents alone do not tell the scale that each input had. */
    @Test
    void decodingNormalisedInputsNeedsThem() {
        var golden = GoldenSae.of("standard-layer-norm");
        InferenceSae sae = golden.read().sae();
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> sae.decode(sae.encode(golden.get("x"))))
                .withMessageContaining("layer_norm");
        InferenceSae plain = GoldenSae.of("gated").read().sae();
        Tensor x = GoldenSae.of("gated").get("x");
        assertThat(plain.decode(plain.encode(x)).floats())
                .containsExactly(plain.decode(plain.encode(x), x).floats());
    }

    @Test
    void inputsMayBeOfOtherTypesAndLayouts() {
        var golden = GoldenSae.of("matching-pursuit");
        InferenceSae sae = golden.read().sae();
        Tensor columns =
                golden.get("x").transpose(0, 1).contiguous().transpose(0, 1).to(DType.F64);
        assertThat(sae.encode(columns).dense())
                .containsExactly(sae.encode(golden.get("x")).dense());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sae.encode(Tensor.zeros(DType.F32, 2, sae.dModel() + 1)))
                .withMessageContaining("[batch, " + sae.dModel() + "]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sae.decode(new dev.assay.tensor.SparseRows(sae.latents() + 1)));
    }

    private void refuses(String name, Consumer<ObjectNode> change, String... parts) {
        try {
            Files.copy(
                    GoldenSae.of(name).folder().resolve("sae_weights.safetensors"),
                    folder.resolve("sae_weights.safetensors"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            var config = (ObjectNode) config(GoldenSae.of(name).folder());
            change.accept(config);
            Files.writeString(folder.resolve("cfg.json"), config.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThatExceptionOfType(SaeFormatException.class)
                .isThrownBy(() -> SaeLensFolder.read(folder))
                .withMessageContaining(folder.toString())
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void refusesConfigurationsThatItDoesNotKnow() {
        refuses("standard", c -> c.put("architecture", "temporal"), "cfg.json", "temporal", "jumprelu");
        refuses("standard", c -> c.remove("architecture"), "architecture");
        refuses("standard", c -> c.put("d_in", "12"), "d_in", "\"12\"");
        refuses("standard", c -> c.put("d_sae", 0), "d_sae");
        refuses("standard", c -> c.put("apply_b_dec_to_input", 1), "apply_b_dec_to_input");
        refuses("standard", c -> c.put("normalize_activations", "covariance_whitening"), "covariance_whitening");
        refuses("standard", c -> c.put("reshape_activations", "other"), "reshape_activations");
        refuses("standard", c -> c.withObject("/metadata").put("sae_lens_version", "5.9.1"), "5.9.1", "save it again");
        refuses("standard", c -> c.remove("metadata"), "sae_lens_version");
        refuses("topk", c -> c.put("k", 21), "k is 21");
        refuses("topk", c -> c.remove("k"), "no field k");
        refuses("matching-pursuit", c -> c.put("residual_threshold", "low"), "residual_threshold");
        refuses("jumprelu-scaled", c -> {}, "expected_average_only_in", "inputScale");
    }

    @Test
    void refusesTensorsThatDoNotFit() {
        refuses("standard", c -> c.put("d_sae", 21), "sae_weights.safetensors", "W_dec", "[20, 12]", "[21, 12]");
        refuses("standard", c -> c.put("architecture", "jumprelu"), "no tensor threshold");
        refuses("jumprelu", c -> c.put("architecture", "standard"), "no known meaning", "threshold");
        refuses("gated", c -> c.put("architecture", "standard"), "b_enc");
        refuses("lista", c -> c.put("n_refinement_steps", 2), "thresholds", "[2, 20]", "[3, 20]");
    }

    @Test
    void refusesAScaleThatIsNotWanted() {
        Path plain = GoldenSae.of("standard").folder();
        assertThatExceptionOfType(SaeFormatException.class)
                .isThrownBy(() -> SaeLensFolder.read(plain, 2))
                .withMessageContaining("input scale");
        assertThatIllegalArgumentException().isThrownBy(() -> SaeLensFolder.read(plain, 0));
    }

    @Test
    void refusesWhatIsNoConfiguration() throws IOException {
        Path file = folder.resolve("cfg.json");
        for (String text : new String[] {"{\"d_in\":", "[]", ""}) {
            Files.writeString(file, text);
            assertThatExceptionOfType(SaeFormatException.class)
                    .isThrownBy(() -> SaeLensFolder.read(folder))
                    .withMessageContaining(file.toString());
        }
        Files.delete(file);
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> SaeLensFolder.read(folder))
                .withMessageContaining("cfg.json");
    }

    @Test
    void weightsMustFitEachOther() {
        var decoder = new SaeDecoder(Tensor.zeros(DType.F32, 3, 2), Tensor.zeros(DType.F32, 2));
        var encoder = new SaeEncoder(Tensor.zeros(DType.F32, 2, 3), Tensor.zeros(DType.F32, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SaeDecoder(Tensor.zeros(DType.F32, 3, 2), Tensor.zeros(DType.F32, 3)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SaeEncoder(Tensor.zeros(DType.F64, 2, 3), Tensor.zeros(DType.F64, 3)))
                .withMessageContaining("W_enc");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JumpReluSae(SaeInput.AS_IS, encoder, decoder, Tensor.zeros(DType.F32, 2)))
                .withMessageContaining("threshold");
        assertThatIllegalArgumentException().isThrownBy(() -> new TopKSae(SaeInput.AS_IS, encoder, decoder, 4, false));
    }
}
