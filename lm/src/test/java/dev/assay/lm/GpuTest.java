package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.assay.lm.Engine.Settings;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What computes on a GPU against the processor, and blocks split over both. Skipped where there is no GPU. */
class GpuTest {
    private static final Settings SETTINGS = Settings.standard().withThreads(2);
    private static final float CLOSE = 1e-3f;

    @BeforeEach
    void look() {
        assumeFalse(Device.gpus().isEmpty(), "no GPU is found here; these tests need one and a build with -Pcuda");
    }

    /** On the GPU, and on both: the first half of the blocks here, the second half there. */
    private static List<LanguageModel> models(String family, DType type) {
        Device gpu = Device.gpus().getFirst();
        return List.of(
                LanguageModel.load(Tiny.folder(family), type, List.of(gpu)),
                LanguageModel.load(
                        Tiny.folder(family),
                        type,
                        c -> new Placement(IntStream.range(0, c.layers())
                                .mapToObj(l -> l < c.layers() / 2 ? Device.CPU : gpu)
                                .toList())));
    }

    private static int[] ids(LanguageModel model, int count, long seed) {
        return new Random(seed).ints(count, 2, model.config().vocab()).toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2-window", "qwen3", "gemma3"})
    void passesAreThoseOfTheProcessor(String family) {
        LanguageModel here = Tiny.model(family, DType.F32);
        int[] ids = ids(here, 30, 1);
        for (LanguageModel there : models(family, DType.F32))
            try (var scope = Scope.open()) {
                assertThat(there.logits(ids).floats())
                        .containsExactly(here.logits(ids).floats(), within(CLOSE));
                List<Site> sites = Site.all(here.config());
                var wanted = here.activations(ids, sites);
                there.activations(ids, sites)
                        .forEach((site, value) -> assertThat(value.floats())
                                .as(site.toString())
                                .containsExactly(wanted.get(site).floats(), within(CLOSE)));
                assertThat(Attribution.of(there, ids, 20, new Metric.Logit(5)).sum())
                        .isCloseTo(
                                Attribution.of(here, ids, 20, new Metric.Logit(5))
                                        .total(),
                                within(1e-2));
            }
    }

    @Test
    void patchesAndLensesAreThoseOfTheProcessor() {
        LanguageModel here = Tiny.model("gemma3", DType.F32);
        int[] from = ids(here, 12, 1);
        int[] into = ids(here, 12, 2);
        List<Site> sites = List.of(Site.parse("resid_pre:1"), Site.parse("attn_z:0"), Site.parse("mlp_out:1"));
        List<Patch> patches = Patch.grid(sites, List.of(3, 11));
        for (LanguageModel there : models("gemma3", DType.F32)) {
            List<float[]> wanted = new ArrayList<>();
            List<float[]> got = new ArrayList<>();
            Patching.of(here, from, into).run(patches, (patch, logits) -> wanted.add(logits));
            Patching.of(there, from, into).run(patches, (patch, logits) -> got.add(logits));
            for (int i = 0; i < patches.size(); i++)
                assertThat(got.get(i)).as(patches.get(i).toString()).containsExactly(wanted.get(i), within(CLOSE));
            Site site = Site.parse("resid_post:0");
            assertThat(LogitLens.logits(there, from, 5, List.of(site)).get(site))
                    .containsExactly(
                            LogitLens.logits(here, from, 5, List.of(site)).get(site), within(CLOSE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2-window", "qwen3", "gemma3"})
    void textsAreScoredAsOnTheProcessor(String family) {
        LanguageModel here = Tiny.model(family, DType.F32);
        for (DType type : List.of(DType.F32, DType.BF16))
            for (LanguageModel there : models(family, type))
                try (Lora adapter = Lora.fresh(here, 2, 4, 1);
                        var near = new Engine(here, SETTINGS);
                        var far = new Engine(there, SETTINGS)) {
                    List<Request> requests = IntStream.range(0, 40)
                            .mapToObj(i -> new Request(ids(here, 1 + i, i), Sampling.greedy(8), i)
                                    .under(i % 2 == 0 ? List.of() : List.of(adapter))
                                    .forcing(ids(here, 8, 50 + i))
                                    .withLogProbabilities())
                            .toList();
                    List<Engine.Ticket> a = requests.stream().map(near::submit).toList();
                    List<Engine.Ticket> b = requests.stream().map(far::submit).toList();
                    double off = 0;
                    for (int i = 0; i < requests.size(); i++) {
                        float[] wanted = a.get(i).result().join().logProbabilities();
                        float[] got = b.get(i).result().join().logProbabilities();
                        for (int t = 0; t < 8; t++) off += Math.abs(got[t] - wanted[t]) / (8.0 * requests.size());
                    }
                    assertThat(off).as(family + " " + type).isLessThan(type == DType.F32 ? CLOSE : 0.1);
                }
    }

    @Test
    void trainingIsThatOfTheProcessorAndIsSaved(@TempDir Path folder) {
        LanguageModel here = Tiny.model("qwen3", DType.F32);
        var settings = TrainingSettings.of(1e-2, 4, 1, 1);
        try (Lora wanted = Lora.fresh(here, 2, 4, 1)) {
            new Trainer<>(Trainable.adapter(here, wanted), new Sft(), settings)
                    .train(Tiny.texts(12, 1), Optional.empty(), step -> {});
            for (LanguageModel there : models("qwen3", DType.F32))
                try (Lora trained = Lora.fresh(there, 2, 4, 1)) {
                    new Trainer<>(Trainable.adapter(there, trained), new Sft(), settings)
                            .train(Tiny.texts(12, 1), Optional.of(folder.resolve("state")), step -> {});
                    trained.save(folder, "tiny");
                    try (Lora saved = Lora.load(folder)) {
                        Map<String, Tensor> weights = saved.weights();
                        wanted.weights()
                                .forEach((name, w) -> assertThat(
                                                weights.get(name).floats())
                                        .as(name)
                                        .containsExactly(w.floats(), within(CLOSE)));
                    }
                }
        }
    }

    @Test
    void greedyTextsOfTheEmbeddedModelAreThoseOfTheProcessor() {
        LanguageModel there = LanguageModel.load(
                Smol.GGUF.path(), DType.F32, List.of(Device.gpus().getFirst()));
        Request request = new Request(Fp32.encode("One, two, three, four,"), Sampling.greedy(12), 0);
        try (var near = new Engine(Fp32.MODEL, SETTINGS);
                var far = new Engine(there, SETTINGS)) {
            assertThat(Arrays.toString(far.submit(request).result().join().tokens()))
                    .isEqualTo(
                            Arrays.toString(near.submit(request).result().join().tokens()));
        }
    }
}
