package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.tensor.DType;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Patching, attribution and lens of every family against transformers' own modules: {@code interop/insides.py}. */
class InsidesTest {
    private static final double CLOSE = 1e-4;
    private static final int FIRST = 9; // where the corrupted prompt differs first

    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    static List<Path> folders() throws IOException {
        return FamiliesTest.folders();
    }

    /** A family's model and what transformers makes of it. */
    private record Case(LanguageModel model, Map<String, Tensor> golden) {
        static Case of(Path folder) {
            return new Case(
                    LanguageModel.load(folder, DType.F32), Safetensors.read(folder.resolve("insides.safetensors")));
        }

        private int[] ints(String name) {
            return Arrays.stream(golden.get(name).longs())
                    .mapToInt(Math::toIntExact)
                    .toArray();
        }

        int[] clean() {
            return ints("clean");
        }

        int[] corrupted() {
            return ints("corrupted");
        }

        int last() {
            return clean().length - 1;
        }

        Metric.Linear difference() {
            return new Metric.LogitDifference(ints("answers")[0], ints("answers")[1]);
        }

        Patching patching() {
            return Patching.of(model, clean(), corrupted());
        }

        /** Every patch of the golden file, and its row there. */
        List<Patch> patches(String site) {
            Site place = Site.parse(site);
            return place.kind() == Site.Kind.ATTN_Z
                    ? IntStream.range(0, model.config().heads())
                            .mapToObj(h -> Patch.head(place.layer(), h))
                            .toList()
                    : List.of(Patch.at(place, FIRST), Patch.at(place, last()));
        }

        Stream<String> sites(String of) {
            return golden.keySet().stream()
                    .filter(name -> name.startsWith(of + "."))
                    .map(name -> name.substring(of.length() + 1));
        }
    }

    private static List<float[]> run(Patching patching, List<Patch> patches) {
        List<float[]> out = new ArrayList<>();
        patching.run(patches, (patch, logits) -> out.add(logits));
        return out;
    }

    @ParameterizedTest
    @MethodSource("folders")
    void patchedLogitsEqualTransformers(Path folder) {
        Case c = Case.of(folder);
        List<Patch> patches = new ArrayList<>();
        List<float[]> wanted = new ArrayList<>();
        c.sites("patched").sorted().forEach(site -> {
            List<Patch> here = c.patches(site);
            Tensor rows = c.golden.get("patched." + site);
            for (int r = 0; r < here.size(); r++)
                wanted.add(rows.narrow(0, r, 1).floats());
            patches.addAll(here);
        });
        assertThat(patches.stream().map(p -> p.site().kind())).containsAll(Patch.KINDS);
        float[] plain = c.patching().unpatched();
        Set<Site.Kind> mattered = new HashSet<>();
        for (int rows : new int[] {1, 7, 64}) {
            List<float[]> actual = run(c.patching().withRows(rows), patches);
            for (int i = 0; i < patches.size(); i++) {
                assertThat(Fp32.difference(actual.get(i), wanted.get(i)))
                        .as("%s of %s, %d rows", patches.get(i), folder, rows)
                        .isLessThan(CLOSE);
                if (Fp32.difference(actual.get(i), plain) > 0.01)
                    mattered.add(patches.get(i).site().kind());
            }
        }
        assertThat(mattered).as("it matters").isEqualTo(Patch.KINDS);
    }

    /** A prompt's own numbers, put where they are anyway. */
    @ParameterizedTest
    @MethodSource("folders")
    void patchingAPromptWithItselfChangesNothing(Path folder) {
        Case c = Case.of(folder);
        List<Patch> patches = new ArrayList<>(Patch.heads(c.model.config()));
        List<Site> sites = Site.all(c.model.config()).stream()
                .filter(s -> Patch.KINDS.contains(s.kind()))
                .toList();
        patches.addAll(Patch.grid(sites, List.of(0, FIRST, c.last())));
        Patching same = Patching.of(c.model, c.clean(), c.clean());
        float[] plain = same.unpatched();
        for (float[] patched : run(same.withRows(1), patches))
            assertThat(patched).containsExactly(plain);
        for (float[] patched : run(same, patches))
            assertThat(Fp32.difference(patched, plain)).isLessThan(CLOSE);
        try (Tensor logits = c.model.logits(c.clean())) {
            assertThat(Fp32.difference(plain, logits.narrow(0, c.last(), 1).floats()))
                    .isLessThan(CLOSE);
        }
        // before the first difference both prompts have the same numbers
        assertThat(c.patching().positions())
                .isEqualTo(IntStream.rangeClosed(FIRST, c.last()).boxed().toList());
        float[] corrupted = c.patching().unpatched();
        for (float[] patched : run(c.patching().withRows(1), Patch.grid(sites, List.of(0, FIRST - 1))))
            assertThat(patched).containsExactly(corrupted);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void theWholeOfTheStreamRecoversEverything(Path folder) {
        Case c = Case.of(folder);
        int layers = c.model.config().layers();
        List<Patch> patches = List.of(
                Patch.at(Site.of(Site.Kind.RESID_POST, layers - 1), c.last()),
                Patch.at(Site.of(Site.Kind.RESID_POST, layers - 1), FIRST));
        List<Patch> told = new ArrayList<>();
        Patching.Result result = c.patching().measure(patches, c.difference(), told::add);
        assertThat(told).isEqualTo(patches);
        assertThat(result.recovered().get(0)).isCloseTo(1, within(1e-5));
        assertThat(result.recovered().get(1)).as("nothing comes after it").isCloseTo(0, within(1e-5));
        Patching.Result reverse =
                Patching.of(c.model, c.corrupted(), c.clean()).measure(patches, c.difference(), told::add);
        assertThat(reverse.from()).isEqualTo(result.into());
        assertThat(reverse.metrics().get(0)).isCloseTo(result.into(), within(1e-4));
        Metric surprise =
                new Metric.LogProbability(c.difference().tokens().iterator().next());
        Patching.Result log = c.patching().measure(patches, surprise, told::add);
        assertThat(log.from()).isNegative().isCloseTo(log.metrics().get(0), within(1e-4));
        assertThat(log.from()).isNotCloseTo(log.into(), within(0.01));
    }

    @ParameterizedTest
    @MethodSource("folders")
    void attributionEqualsTransformersAndAddsUp(Path folder) {
        Case c = Case.of(folder);
        int heads = c.model.config().heads();
        Attribution a = Attribution.of(c.model, c.clean(), c.last(), c.difference());
        float[] parts = c.golden.get("attribution.parts").floats();
        assertThat(a.parts()).hasSize(parts.length);
        for (int i = 0; i < parts.length; i++)
            assertThat(a.parts().get(i).value())
                    .as("%s of %s", a.parts().get(i).site(), folder)
                    .isCloseTo(parts[i], within(CLOSE));
        float[] byHead = c.golden.get("attribution.heads").floats();
        float[] biases = c.golden.get("attribution.biases").floats();
        for (Attribution.Heads block : a.heads()) {
            for (int h = 0; h < heads; h++)
                assertThat(block.values().get(h))
                        .as("head %d of block %d of %s", h, block.layer(), folder)
                        .isCloseTo(byHead[block.layer() * heads + h], within(CLOSE));
            assertThat(block.bias()).isCloseTo(biases[block.layer()], within(CLOSE));
        }
        assertThat(a.total()).isCloseTo(c.golden.get("attribution.total").item(), within(CLOSE));

        for (int position : new int[] {0, FIRST, c.last()}) {
            for (Metric.Linear metric : List.of(c.difference(), new Metric.Logit(3))) {
                Attribution at = Attribution.of(c.model, c.clean(), position, metric);
                assertThat(at.sum()).as("%s at %d", folder, position).isCloseTo(at.total(), within(1e-5));
                for (Attribution.Heads block : at.heads()) {
                    double added = block.values().stream().mapToDouble(v -> v).sum() + block.bias();
                    assertThat(added)
                            .isCloseTo(at.parts().get(1 + 2 * block.layer()).value(), within(1e-5));
                }
                assertThat(metric.of(c.model
                                .logits(Arrays.copyOf(c.clean(), position + 1))
                                .narrow(0, position, 1)
                                .floats()))
                        .isCloseTo(at.total(), within(1e-4));
            }
        }
    }

    /** An adapter beside the weights is part of what attention and feed-forward add. */
    @Test
    void attributionAddsUpWithAnAdapter() throws IOException {
        Path folder = folders().getFirst();
        Case c = Case.of(folder);
        try (Lora adapter = Lora.load(folder.resolve("adapters/a"))) {
            Attribution a = Attribution.of(c.model.attach(List.of(adapter)), c.clean(), c.last(), c.difference());
            assertThat(a.sum()).isCloseTo(a.total(), within(1e-5));
            for (Attribution.Heads block : a.heads())
                assertThat(block.values().stream().mapToDouble(v -> v).sum() + block.bias())
                        .isCloseTo(a.parts().get(1 + 2 * block.layer()).value(), within(1e-5));
            assertThat(a.total()).isNotCloseTo(c.golden.get("attribution.total").item(), within(0.01));
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void theLensEqualsTransformers(Path folder) {
        Case c = Case.of(folder);
        List<Site> sites = c.sites("lens").map(Site::parse).toList();
        assertThat(sites).hasSize(1 + 3 * c.model.config().layers());
        Map<Site, float[]> actual = LogitLens.logits(c.model, c.clean(), c.last(), sites);
        assertThat(actual.keySet()).containsExactlyElementsOf(sites);
        actual.forEach((site, logits) -> assertThat(
                        Fp32.difference(logits, c.golden.get("lens." + site).floats()))
                .as("%s of %s", site, folder)
                .isLessThan(CLOSE));

        Site end = Site.of(Site.Kind.RESID_POST, c.model.config().layers() - 1);
        List<LogitLens.Guess> guesses =
                LogitLens.read(c.model, c.clean(), c.last(), List.of(end), 3).get(end);
        assertThat(guesses).hasSize(3);
        float[] logits = actual.get(end);
        for (LogitLens.Guess guess : guesses)
            assertThat(guess.probability())
                    .isCloseTo(Math.exp(new Metric.LogProbability(guess.token()).of(logits)), within(1e-6));
        assertThat(guesses.getFirst().token())
                .as("the answer of the golden file is the likeliest")
                .isEqualTo(c.ints("answers")[0]);
        assertThat(guesses.get(1).probability())
                .isLessThan(guesses.get(0).probability())
                .isGreaterThan(guesses.get(2).probability());
    }

    @Test
    void whatDoesNotExistIsAnErrorThatSaysWhatDoes() throws IOException {
        Case c = Case.of(folders().getFirst());
        int layers = c.model.config().layers();
        int heads = c.model.config().heads();
        noPlace(c, Patch.at(Site.of(Site.Kind.RESID_PRE, layers), 0), "resid_pre:LAYER", "0 to " + (layers - 1));
        noPlace(c, Patch.at(Site.of(Site.Kind.RESID_PRE, 0), c.last() + 1), "0 to " + c.last());
        noPlace(c, Patch.at(Site.of(Site.Kind.RESID_PRE, 0), -1), "no position -1");
        noPlace(c, Patch.head(0, heads), "0 to " + (heads - 1));
        noPlace(c, Patch.at(Site.of(Site.Kind.ATTN_PATTERN, 0), 0), "cannot be patched", "attn_out:LAYER");
        noPlace(c, Patch.at(Site.of(Site.Kind.LOGITS), 0), "cannot be patched");
        assertThatThrownBy(() -> Attribution.of(c.model, c.clean(), 99, c.difference()))
                .isInstanceOf(SiteException.class)
                .hasMessageContaining("0 to " + c.last());
        assertThatThrownBy(() -> LogitLens.logits(c.model, c.clean(), 0, List.of(Site.of(Site.Kind.MLP_OUT, 0))))
                .isInstanceOf(SiteException.class)
                .hasMessageContaining("resid_post:LAYER");
    }

    private static void noPlace(Case c, Patch patch, String... says) {
        assertThatThrownBy(() -> run(c.patching(), List.of(patch)))
                .as(patch.toString())
                .isInstanceOf(SiteException.class)
                .hasMessageContainingAll(says)
                .hasMessageNotContaining("\n");
    }

    @Test
    void promptsThatDoNotFitAreRefused() throws IOException {
        Case c = Case.of(folders().getFirst());
        int vocab = c.model.config().vocab();
        refused(() -> Patching.of(c.model, c.clean(), new int[] {1, 2}), "23 tokens", "other 2");
        refused(() -> Patching.of(c.model, new int[] {vocab}, new int[] {0}), "token " + vocab);
        refused(() -> Patching.of(c.model, new int[0], new int[0]), "0 tokens");
        Metric unknown = new Metric.Logit(vocab);
        List<Patch> one = List.of(Patch.at(Site.of(Site.Kind.EMBEDDING), FIRST));
        refused(() -> c.patching().measure(one, unknown, p -> {}), "token " + vocab);
        refused(() -> new Metric.LogitDifference(3, 3), "two different");
        refused(
                () -> Patching.of(c.model, c.clean(), c.clean()).measure(one, c.difference(), p -> {}),
                "nothing to recover");
    }

    private static void refused(Runnable work, String... says) {
        assertThatThrownBy(work::run)
                .isInstanceOf(PromptException.class)
                .hasMessageContainingAll(says)
                .hasMessageNotContaining("\n");
    }
}
