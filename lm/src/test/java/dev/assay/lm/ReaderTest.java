package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read in passes of a few positions, against single passes over whole texts. */
class ReaderTest {
    private static final List<String> SITES =
            List.of("embedding", "resid_pre:1", "resid_mid:0", "resid_post:0", "attn_z:1", "attn_out:0", "mlp_in:1");

    private static List<int[]> texts() {
        var random = new Random(5);
        var texts = new ArrayList<int[]>();
        for (int length : new int[] {1, 19, 40, 3, 33})
            texts.add(random.ints(length, 2, 97).toArray());
        return texts;
    }

    private static Engine.Settings settings(int rows, int threads) {
        return Engine.Settings.standard().withRows(rows).withThreads(threads).withArithmetic(Arithmetic.EXACT);
    }

    private static float[] read(LanguageModel model, List<Lora> adapters, String site, int rows, int threads) {
        try (var reader = new Reader(model, adapters, Site.parse(site), settings(rows, threads))) {
            return reader.read(texts());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen3", "gemma3"})
    void whatIsReadIsWhatASinglePassComputes(String family) {
        LanguageModel model = Tiny.model(family, DType.F32);
        for (String site : SITES) {
            float[] read = read(model, List.of(), site, 16, 2);
            int at = 0;
            for (int[] ids : texts()) {
                try (var scope = Scope.open()) {
                    Site place = Site.parse(site);
                    float[] whole =
                            model.activations(ids, List.of(place)).get(place).floats();
                    assertThat(Arrays.copyOfRange(read, at, at + whole.length))
                            .as(family + " " + site)
                            .containsExactly(whole, within(1e-4f));
                    at += whole.length;
                }
            }
            assertThat(at).isEqualTo(read.length);
        }
    }

    @Test
    void neitherThePassesNorTheThreadsChangeABit() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        float[] small = read(model, List.of(), "resid_post:1", 7, 1);
        assertThat(read(model, List.of(), "resid_post:1", 512, 2)).isEqualTo(small);
    }

    @Test
    void adaptersAreReadWith() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        try (Lora adapter = Lora.fresh(model, 4, 8, 3);
                var scope = Scope.open()) {
            adapter.weights()
                    .forEach((name, weight) -> weight.addInPlace(weight.mul(0).exp(), 0.02));
            LanguageModel attached = model.attach(List.of(adapter));
            Site site = Site.parse("resid_post:1");
            int[] first = texts().get(1);
            float[] whole = attached.activations(first, List.of(site)).get(site).floats();
            float[] read = read(model, List.of(adapter), "resid_post:1", 16, 1);
            int at = model.config().dModel(); // behind the first text, of one position
            assertThat(Arrays.copyOfRange(read, at, at + whole.length)).containsExactly(whole, within(1e-4f));
            assertThat(read).isNotEqualTo(read(model, List.of(), "resid_post:1", 16, 1));
        }
    }

    @Test
    void aSiteThatOnlyWholePassesHaveIsRefused() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        for (String site : List.of("logits", "attn_pattern:0", "resid_post:99"))
            assertThatThrownBy(() -> new Reader(model, List.of(), Site.parse(site), settings(8, 1)))
                    .isInstanceOf(SiteException.class);
        try (var reader = new Reader(model, List.of(), Site.parse("resid_post:0"), settings(8, 1))) {
            assertThatThrownBy(() -> reader.read(List.of(new int[0]))).isInstanceOf(PromptException.class);
        }
    }
}
