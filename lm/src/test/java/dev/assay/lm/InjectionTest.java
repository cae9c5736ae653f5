package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.tensor.Autograd;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InjectionTest {
    private static final TrainingSettings SETTINGS = TrainingSettings.of(5e-3, 4, 2, 8);

    @TempDir
    Path folder;

    @BeforeAll
    static void oneThread() {
        Device.threads(1);
    }

    /** Texts with up to three vectors behind block 0 or 1; the third has none. */
    private static List<TrainingText> texts(LanguageModel model, long seed) {
        var random = new Random(seed);
        var texts = new ArrayList<TrainingText>();
        for (TrainingText text : Tiny.texts(4, seed)) {
            if (texts.size() == 2) {
                texts.add(text);
                continue;
            }
            int[] positions = random.ints(0, text.ids().length)
                    .distinct()
                    .limit(1 + random.nextInt(3))
                    .sorted()
                    .toArray();
            var vectors = new float[positions.length * model.config().dModel()];
            for (int i = 0; i < vectors.length; i++) vectors[i] = (float) random.nextGaussian();
            texts.add(text.with(new Injection(texts.size() % 2, positions, vectors, 1 + texts.size())));
        }
        return texts;
    }

    private static Trainer<TrainingText> trainer(LanguageModel model, Lora adapter, TrainingSettings settings) {
        return new Trainer<>(Trainable.adapter(model, adapter), new Sft(), settings);
    }

    /** An adapter whose B is not zero, so that all its weights have gradients. */
    private static Lora adapter(LanguageModel model, int firstLayer) {
        Lora adapter = Lora.fresh(model, firstLayer, 3, 6, 1);
        var random = new Random(2);
        adapter.weights().values().forEach(w -> {
            var more = new float[(int) w.count()];
            for (int i = 0; i < more.length; i++) more[i] = (float) (0.1 * random.nextGaussian());
            w.addInPlace(Tensor.of(more, w.shape()), 1);
        });
        return adapter;
    }

    /** h + strength · |h| · v/|v|, one position after another, of one text alone. */
    private static Hook slow(Injection injection) {
        return Hook.sites((site, x) -> {
            if (!site.equals(Site.of(Site.Kind.RESID_POST, injection.layer()))) return x;
            var rows = new ArrayList<Tensor>();
            for (int p = 0; p < x.size(1); p++) {
                Tensor h = x.narrow(1, p, 1);
                int place = Arrays.binarySearch(injection.positions(), p);
                if (place >= 0) {
                    Tensor v = Tensor.of(injection.vectors(), injection.positions().length, injection.width())
                            .narrow(0, place, 1);
                    double length = Math.sqrt(
                            h.detach().square().sum().item() / v.square().sum().item());
                    h = h.add(v.mul(injection.strength() * length).unsqueeze(0));
                }
                rows.add(h);
            }
            return Tensor.cat(rows, 1);
        });
    }

    /** The batch's loss without batches, padding and {@link Passes}. */
    private static Tensor slowLoss(LanguageModel attached, List<TrainingText> texts) {
        Tensor sum = Tensor.zeros(DType.F32, 1).sum();
        int count = 0;
        for (TrainingText text : texts) {
            Tensor logits = attached.logits(
                    text.ids(), text.injection().map(InjectionTest::slow).orElse(Hook.NONE));
            long[] rows = IntStream.range(1, text.ids().length)
                    .filter(i -> text.target()[i])
                    .mapToLong(i -> i - 1)
                    .toArray();
            long[] targets =
                    Arrays.stream(rows).map(r -> text.ids()[(int) r + 1]).toArray();
            Tensor mean = logits.indexSelect(0, Tensor.of(rows, rows.length))
                    .crossEntropy(Tensor.of(targets, targets.length));
            sum = sum.add(mean.mul(targets.length));
            count += targets.length;
        }
        return sum.mul(1.0 / count);
    }

    @Test
    void gradientsAreThoseOfTheSlowVersion() {
        for (String family : List.of("llama", "gemma3")) {
            LanguageModel model = Tiny.model(family, DType.F32);
            for (int first : new int[] {0, 2}) {
                for (boolean recompute : new boolean[] {false, true}) {
                    try (Scope scope = Scope.open()) {
                        Lora adapter = adapter(model, first);
                        List<TrainingText> texts = texts(model, 3);
                        var fast = trainer(
                                        model,
                                        adapter,
                                        SETTINGS.recompute(recompute).tokensAtOnce(70))
                                .gradients(texts);
                        Tensor loss = slowLoss(model.attach(List.of(adapter)), texts);
                        loss.backward();
                        assertThat(fast.loss()).isEqualTo(loss.item(), within(1e-5));
                        adapter.weights()
                                .forEach((name, weight) -> assertThat(Fp32.difference(
                                                fast.gradients().get(name).floats(),
                                                weight.gradient().floats()))
                                        .as(family + " " + name)
                                        .isLessThanOrEqualTo(2e-4
                                                * Fp32.largest(weight.gradient().floats())));
                    }
                }
            }
        }
    }

    /** Along the gradient the loss rises by its square: above the blocks where vectors come in, |h| is a constant. */
    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        LanguageModel model = Tiny.model("qwen3", DType.F32);
        Lora adapter = adapter(model, 2);
        List<TrainingText> texts = texts(model, 5);
        Trainer<TrainingText> trainer = trainer(model, adapter, SETTINGS);
        var here = trainer.gradients(texts);
        double square = here.gradients().values().stream()
                .mapToDouble(g -> g.square().sum().item())
                .sum();
        double step = 0.02 / Math.sqrt(square);
        double above = shifted(trainer, adapter, here, step, texts);
        double below = shifted(trainer, adapter, here, -step, texts);
        assertThat((above - below) / (2 * step)).isEqualTo(square, within(0.01 * square));
    }

    private static double shifted(
            Trainer<TrainingText> trainer,
            Lora adapter,
            Trainer.Gradients gradients,
            double step,
            List<TrainingText> texts) {
        shift(adapter, gradients, step);
        double loss = trainer.gradients(texts).loss();
        shift(adapter, gradients, -step);
        return loss;
    }

    private static void shift(Lora adapter, Trainer.Gradients gradients, double step) {
        try (var pause = Autograd.pause()) {
            adapter.weights()
                    .forEach((name, w) -> w.addInPlace(gradients.gradients().get(name), step));
        }
    }

    /** What is learnt with vectors is what is read with them. */
    @Test
    void generationSeesTheSame() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        Lora adapter = adapter(model, 0);
        TrainingText text = texts(model, 7).getFirst();
        Injection injection = text.injection().orElseThrow();
        int learnt = IntStream.range(0, text.ids().length)
                .filter(i -> text.target()[i])
                .findFirst()
                .orElseThrow();
        int[] prompt = Arrays.copyOf(text.ids(), learnt);
        int[] answer = Arrays.copyOfRange(text.ids(), learnt, text.ids().length);
        var request = new Request(prompt, new Sampling(0, 1, answer.length), 0)
                .under(List.of(adapter))
                .forcing(answer)
                .withLogProbabilities();
        var generator = new Generator(model, Engine.Settings.standard().withThreads(1));
        double read = -mean(generator
                .generate(List.of(request.hooked(inside(injection, learnt))))
                .getFirst());
        double plain = -mean(generator.generate(List.of(request)).getFirst());
        TrainingText inside = new TrainingText(text.ids(), text.target())
                .with(inside(injection, learnt).injection());
        double trained =
                trainer(model, adapter, SETTINGS).gradients(List.of(inside)).loss();
        assertThat(read).isEqualTo(trained, within(1e-4));
        assertThat(Math.abs(read - plain)).as("the vectors matter").isGreaterThan(1e-2);
    }

    /** The hook of an injection whose positions are moved to the first ones. */
    private record Moved(Injection injection) implements SequenceHook {
        @Override
        public List<Site> sites() {
            return injection.hook().sites();
        }

        @Override
        public void at(Site site, int position, float[] values, int from, int width) {
            injection.hook().at(site, position, values, from, width);
        }
    }

    private static Moved inside(Injection injection, int length) {
        int[] first = IntStream.range(0, injection.positions().length).toArray();
        assertThat(first.length).isLessThan(length);
        return new Moved(new Injection(injection.layer(), first, injection.vectors(), injection.strength()));
    }

    private static double mean(Completion completion) {
        return IntStream.range(0, completion.logProbabilities().length)
                .mapToDouble(i -> completion.logProbabilities()[i])
                .average()
                .orElseThrow();
    }

    @Test
    void aZeroVectorChangesNothing() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        Trainer<TrainingText> trainer = trainer(model, adapter(model, 0), SETTINGS);
        TrainingText text = Tiny.texts(1, 1).getFirst();
        var zero = new Injection(1, new int[] {0}, new float[model.config().dModel()], 1);
        assertThat(trainer.gradients(List.of(text.with(zero))).loss())
                .isEqualTo(trainer.gradients(List.of(text)).loss());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        Trainer<TrainingText> trainer = trainer(model, adapter(model, 0), SETTINGS);
        TrainingText text = Tiny.texts(1, 1).getFirst();
        int d = model.config().dModel();
        int length = text.ids().length;
        assertThatIllegalArgumentException().isThrownBy(() -> new Injection(0, new int[] {1, 1}, new float[2 * d], 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Injection(0, new int[] {0}, new float[0], 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        trainer.gradients(List.of(text.with(new Injection(99, new int[] {0}, new float[d], 1)))))
                .withMessageContaining("training text 1 of 1 has an injection behind block 99");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        trainer.gradients(List.of(text.with(new Injection(0, new int[] {0}, new float[d + 1], 1)))))
                .withMessageContaining("the residual stream has " + d);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        trainer.gradients(List.of(text.with(new Injection(0, new int[] {length}, new float[d], 1)))))
                .withMessageContaining("an injection at position " + length);
    }

    @Test
    void aCheckpointWithOtherVectorsIsRefused() {
        LanguageModel model = Tiny.model("llama", DType.F32);
        Path file = folder.resolve("checkpoint");
        List<TrainingText> texts = texts(model, 3);
        TrainingSettings settings = SETTINGS.checkpointInterval(Duration.ZERO);
        trainer(model, adapter(model, 0), settings).train(texts, Optional.of(file), step -> {});
        trainer(model, adapter(model, 0), settings).train(texts, Optional.of(file), step -> {});
        texts.getFirst().injection().orElseThrow().vectors()[0] += 1;
        assertThatThrownBy(
                        () -> trainer(model, adapter(model, 0), settings).train(texts, Optional.of(file), step -> {}))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("other data");
    }
}
