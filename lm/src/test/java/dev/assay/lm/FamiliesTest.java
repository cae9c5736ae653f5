package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every family in fp32 against transformers and PEFT, on tiny random models: {@code interop/families.py}. Those of another
 * folder are tested with {@code -Dassay.families=FOLDER}.
 */
class FamiliesTest {
    private static final double CLOSE = 1e-4;

    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    static List<Path> folders() throws IOException {
        String named = System.getProperty("assay.families", "");
        Path all = named.isEmpty() ? Fp32.golden("families") : Path.of(named);
        try (Stream<Path> folders = Files.list(all)) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static LanguageModel load(Path folder) {
        return LanguageModel.load(folder, DType.F32);
    }

    private static JsonNode golden(Path folder) {
        try {
            return Smol.parse(Files.readAllBytes(folder.resolve("golden.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] ids(Path folder) {
        return Smol.ints(golden(folder).get("ids"));
    }

    private static Map<String, Tensor> tensors(Path folder) {
        return Safetensors.read(folder.resolve("golden.safetensors"));
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everySiteEqualsTransformers(Path folder) {
        LanguageModel model = load(folder);
        Map<String, Tensor> golden = new TreeMap<>(tensors(folder));
        golden.keySet().removeIf(name -> name.startsWith("adapter."));
        Map<Site, Tensor> actual = model.activations(ids(folder), Site.all(model.config()));
        assertThat(actual.keySet().stream().map(Site::toString)).containsExactlyInAnyOrderElementsOf(golden.keySet());
        actual.forEach((site, value) -> {
            Tensor wanted = golden.get(site.toString());
            assertThat(value.shape()).as(site.toString()).containsExactly(wanted.shape());
            assertThat(Fp32.difference(value.floats(), wanted.floats()))
                    .as("%s of %s", site, folder)
                    .isLessThan(CLOSE);
        });
    }

    @ParameterizedTest
    @MethodSource("folders")
    void readingChangesNothing(Path folder) {
        LanguageModel model = load(folder);
        int[] ids = ids(folder);
        float[] plain = model.logits(ids).floats();
        float[] read = model.activations(ids, List.of(Site.of(Site.Kind.LOGITS)))
                .get(Site.of(Site.Kind.LOGITS))
                .floats();
        Map<Site, Tensor> all = model.activations(ids, Site.all(model.config()));
        assertThat(read).containsExactly(plain);
        assertThat(all.get(Site.of(Site.Kind.LOGITS)).floats()).containsExactly(plain);
        assertThat(model.logits(ids, (layer, residual) -> residual).floats()).containsExactly(plain);
    }

    /** What is read is what the pass goes on with: put somewhere else into the pass, it gives the same logits. */
    @ParameterizedTest
    @MethodSource("folders")
    void whatIsWrittenAtASiteGoesOn(Path folder) {
        LanguageModel model = load(folder);
        int[] ids = ids(folder);
        int[] others =
                Arrays.stream(ids).map(id -> (id + 1) % model.config().vocab()).toArray();
        float[] plain = model.logits(ids).floats();
        int last = model.config().layers() - 1;
        for (Site site : List.of(
                Site.of(Site.Kind.EMBEDDING),
                Site.of(Site.Kind.RESID_PRE, 1),
                Site.of(Site.Kind.RESID_POST, 1),
                Site.of(Site.Kind.RESID_POST, last),
                Site.of(Site.Kind.FINAL_NORM))) {
            Tensor value = model.activations(ids, List.of(site)).get(site);
            float[] patched = model.logits(
                            others, Hook.sites((at, v) -> at.equals(site) ? value.reshape(v.shape()) : v))
                    .floats();
            assertThat(patched).as(site.toString()).containsExactly(plain);
        }
        Site mid = Site.of(Site.Kind.RESID_MID, 0);
        assertThat(model.logits(ids, Hook.sites((at, v) -> at.equals(mid) ? v.mul(1.5) : v))
                        .floats())
                .isNotEqualTo(plain);
    }

    /** Prompts of different lengths in one batch, with the key-value cache, windows and padding. */
    @ParameterizedTest
    @MethodSource("folders")
    void greedyContinuationsEqualTransformers(Path folder) {
        LanguageModel model = load(folder);
        int compared = 0;
        List<JsonNode> cases = golden(folder).get("cases").valueStream().toList();
        List<Request> requests = cases.stream()
                .map(c -> new Request(
                        Smol.ints(c.get("prompt")), Sampling.greedy(c.get("ids").size()), 0))
                .toList();
        List<Completion> together = new Generator(model, requests.size(), 1).generate(requests);
        for (int i = 0; i < cases.size(); i++) {
            int[] wanted = Smol.ints(cases.get(i).get("ids"));
            JsonNode margins = cases.get(i).get("margins");
            int sure = IntStream.range(0, wanted.length)
                    .filter(t -> margins.get(t).asDouble() < 1e-3)
                    .findFirst()
                    .orElse(wanted.length);
            Completion alone = new Generator(model, 1, 1)
                    .generate(requests.subList(i, i + 1))
                    .getFirst();
            for (Completion c : List.of(alone, together.get(i)))
                assertThat(Arrays.copyOf(c.tokens(), sure))
                        .as("case %d of %s", i, folder)
                        .containsExactly(Arrays.copyOf(wanted, sure));
            compared += sure;
        }
        assertThat(compared).isGreaterThan(10);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void adaptersEqualPeft(Path folder) {
        LanguageModel model = load(folder);
        int[] ids = ids(folder);
        Map<String, Tensor> golden = tensors(folder);
        Path adapters = folder.resolve("adapters");
        try (Lora a = Lora.load(adapters.resolve("a"));
                Lora b = Lora.load(adapters.resolve("b"));
                Lora both = Lora.load(adapters.resolve("cat"))) {
            float[] plain = Fp32.last(model, ids);
            Map.of("a", List.of(a), "b", List.of(b), "cat", List.of(both)).forEach((name, list) -> {
                float[] wanted = golden.get("adapter." + name).floats();
                assertThat(Fp32.difference(wanted, plain)).as("it matters").isGreaterThan(0.05);
                assertThat(Fp32.difference(Fp32.last(model.attach(list), ids), wanted))
                        .as("adapter %s of %s", name, folder)
                        .isLessThan(CLOSE);
                try (LanguageModel merged = model.merge(list)) {
                    assertThat(Fp32.difference(Fp32.last(merged, ids), wanted)).isLessThan(CLOSE);
                }
            });
            float[] summed = golden.get("adapter.cat").floats();
            assertThat(Fp32.difference(Fp32.last(model.attach(List.of(a, b)), ids), summed))
                    .isLessThan(CLOSE);
            List<Lora> halves = List.of(a.scaled(0.5), a.scaled(0.5), b.scaled(2), b.scaled(-1));
            assertThat(Fp32.difference(Fp32.last(model.attach(halves), ids), summed))
                    .isLessThan(CLOSE);
        }
    }

    /** The same weights with llama.cpp's names, row order and norms, from gguf-py. */
    @ParameterizedTest
    @MethodSource("folders")
    void ggufGivesTheSameLogits(Path folder) {
        Path file = folder.resolve("model.gguf");
        assumeTrue(Files.exists(file), "llama.cpp's metadata can't say what this model does");
        LanguageModel model = load(file);
        assertThat(Fp32.difference(
                        model.logits(ids(folder)).floats(),
                        tensors(folder).get("logits").floats()))
                .isLessThan(CLOSE);
        assertThat(model.config().architecture().name())
                .isEqualTo(load(folder).config().architecture().name());
    }

    /** The folder in the element type that is asked for. */
    @ParameterizedTest
    @MethodSource("folders")
    void bf16IsNear(Path folder) {
        int[] ids = ids(folder);
        float[] exact = Fp32.last(load(folder), ids);
        LanguageModel narrow = LanguageModel.load(folder, DType.BF16);
        assertThat(narrow.type()).isEqualTo(DType.BF16);
        float[] rounded = Fp32.last(narrow, ids);
        assertThat(Fp32.difference(rounded, exact)).isBetween(1e-6, 0.2 * Fp32.largest(exact));
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() throws IOException {
        List<Path> folders = folders();
        try (Lora other = Lora.load(folders.getFirst().resolve("adapters/a"))) {
            assertThatThrownBy(() -> load(folders.getLast()).attach(List.of(other)))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("another model");
        }
    }
}
