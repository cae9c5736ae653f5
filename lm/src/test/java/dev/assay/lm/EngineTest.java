package dev.assay.lm;

import static dev.assay.lm.Requests.adapter;
import static dev.assay.lm.Requests.all;
import static dev.assay.lm.Requests.ids;
import static dev.assay.lm.Requests.joined;
import static dev.assay.lm.Requests.mixed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.assay.lm.Completion.Ending;
import dev.assay.lm.Engine.Settings;
import dev.assay.lm.Site.Kind;
import dev.assay.tensor.Bf16Matrix;
import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine against single passes of {@link Transformer}, and against itself in other batches. */
@Timeout(120)
class EngineTest {
    private static final LanguageModel TINY = Tiny.model("llama", DType.F32);
    private static final Settings SETTINGS = Settings.standard().withThreads(2);

    private static Completion one(LanguageModel model, Settings settings, Request request) {
        try (var engine = new Engine(model, settings)) {
            return engine.submit(request).result().join();
        }
    }

    /** log p of each token from {@code from} on, by one pass over the whole text. */
    private static float[] scored(LanguageModel model, int[] ids, int from, Hook hook) {
        try (var scope = Scope.open()) {
            float[] logits = model.logits(ids, hook).floats();
            int vocab = model.config().vocab();
            var out = new float[ids.length - from];
            for (int i = from; i < ids.length; i++) {
                int row = (i - 1) * vocab;
                double sum = 0;
                for (int v = 0; v < vocab; v++) sum += Math.exp(logits[row + v]);
                out[i - from] = (float) (logits[row + ids[i]] - Math.log(sum));
            }
            return out;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-linear", "qwen2", "qwen2-window", "qwen3", "gemma3", "gemma3-six"})
    void forcedTokensAreScoredAsInASinglePass(String name) {
        LanguageModel model = Tiny.model(name, DType.F32);
        int[] ids = ids(model, 40, 5);
        Request request = new Request(Arrays.copyOf(ids, 9), Sampling.greedy(31), 0)
                .forcing(Arrays.copyOfRange(ids, 9, 40))
                .withLogProbabilities();
        Completion whole = one(model, SETTINGS, request);
        assertThat(whole.tokens()).containsExactly(Arrays.copyOfRange(ids, 9, 40));
        assertThat(whole.ending()).isEqualTo(Ending.LENGTH);
        assertThat(whole.logProbabilities()).containsExactly(scored(model, ids, 9, Hook.NONE), within(2e-5f));
        Completion pieces = one(model, SETTINGS.withTexts(1).withRows(7), request);
        assertThat(pieces.logProbabilities()).containsExactly(whole.logProbabilities());
    }

    /** With and without adapters, and biases (qwen2); on a processor without bf16 products only rounded to 8 bits. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "gemma3"})
    void fastStaysCloseToExact(String name) {
        staysCloseToExact(name, Arithmetic.FAST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3"})
    @EnabledIf("dev.assay.lm.Arithmetic#hasBf16")
    void bf16StaysCloseToExact(String name) {
        staysCloseToExact(name, Arithmetic.BF16);
    }

    private static void staysCloseToExact(String name, Arithmetic arithmetic) {
        LanguageModel model = Tiny.model(name, DType.F32);
        try (Lora lora = adapter(model, 1)) {
            List<Request> requests = IntStream.range(0, 40)
                    .mapToObj(i -> new Request(ids(model, 5 + i % 7, i), Sampling.greedy(6), i)
                            .under(i % 2 == 0 ? List.of() : List.of(lora))
                            .forcing(ids(model, 6, 100 + i))
                            .withLogProbabilities())
                    .toList();
            try (var exact = new Engine(model, SETTINGS);
                    var fast = new Engine(model, SETTINGS.withArithmetic(arithmetic))) {
                assertThat(fast.blockBytes())
                        .as("keys and values in bf16 where all is")
                        .isEqualTo(exact.blockBytes() / (arithmetic == Arithmetic.BF16 ? 2 : 1));
                List<Completion> slow = all(exact, requests);
                List<Completion> quick = all(fast, requests);
                for (int parity = 0; parity < 2; parity++) {
                    double off = 0;
                    for (int i = parity; i < requests.size(); i += 2)
                        for (int t = 0; t < 6; t++)
                            off += Math.abs(quick.get(i).logProbabilities()[t]
                                    - slow.get(i).logProbabilities()[t]);
                    assertThat(off / (3 * requests.size())).isLessThan(0.04);
                }
            }
        }
    }

    /** In bf16 too a text is the same alone as among others, where the processor's products are. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3"})
    @EnabledIf("dev.assay.lm.Arithmetic#hasBf16")
    void bf16TextsDoNotDependOnTheirNeighbours(String name) {
        LanguageModel model = Tiny.model(name, DType.F32).writingIn(Arithmetic.BF16);
        assumeThat(Bf16Matrix.rowsStandAlone(model.config().dModel())).isTrue();
        assumeThat(Bf16Matrix.rowsStandAlone(model.config().dFf())).isTrue();
        try (Lora lora = adapter(model, 1)) {
            List<Request> requests = IntStream.range(0, 40)
                    .mapToObj(i -> new Request(ids(model, 5 + i % 7, i), new Sampling(1, 0.95, 12), i)
                            .under(i % 2 == 0 ? List.of() : List.of(lora))
                            .withLogProbabilities())
                    .toList();
            try (var engine = new Engine(model, SETTINGS)) {
                List<Completion> together = all(engine, requests);
                for (int i = 0; i < requests.size(); i += 7)
                    same(all(engine, List.of(requests.get(i))).getFirst(), together.get(i));
            }
        }
    }

    private static void same(Completion a, Completion b) {
        assertThat(a.tokens()).containsExactly(b.tokens());
        assertThat(a.logProbabilities()).as("to the last bit").containsExactly(b.logProbabilities());
        assertThat(a.ending()).isEqualTo(b.ending());
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3"})
    void aTextIsTheSameInAnyBatchWithAnyThreads(String name) {
        LanguageModel model = Tiny.model(name, DType.F32);
        List<Request> requests = mixed(model, 32);
        try (var together = new Engine(model, SETTINGS.withThreads(3));
                var narrow = new Engine(model, SETTINGS.withTexts(3).withRows(5));
                var alone = new Engine(model, SETTINGS.withThreads(1).withTexts(1))) {
            List<Completion> wide = all(together, requests);
            List<Completion> few = all(narrow, requests.reversed()).reversed();
            for (int i = 0; i < requests.size(); i++) {
                same(few.get(i), wide.get(i));
                same(alone.submit(requests.get(i)).result().join(), wide.get(i));
            }
        }
    }

    @Test
    void theEmbeddedModelIsTheSameAloneAndInABatchOf32() {
        List<Request> requests = IntStream.range(0, 32)
                .mapToObj(i -> new Request(Fp32.encode("Once, when number " + i + " was"), new Sampling(1, 1, 6), i)
                        .withLogProbabilities())
                .toList();
        List<Completion> together;
        try (var engine = new Engine(Fp32.MODEL, SETTINGS)) {
            together = all(engine, requests);
        }
        for (int i = 0; i < 32; i += 9)
            same(one(Fp32.MODEL, SETTINGS.withThreads(1), requests.get(i)), together.get(i));
        int[] written = joined(requests.get(3).prompt(), together.get(3).tokens());
        assertThat(together.get(3).logProbabilities())
                .containsExactly(
                        scored(Fp32.MODEL, written, requests.get(3).prompt().length, Hook.NONE), within(2e-4f));
    }

    @Test
    void aCommonBeginningIsComputedOnce() {
        int block = PanelDecoder.BLOCK;
        int[] common = ids(TINY, 2 * block, 1);
        List<Request> requests = IntStream.range(0, 20)
                .mapToObj(i ->
                        new Request(joined(common, ids(TINY, 3, i)), Sampling.greedy(2), 0).withLogProbabilities())
                .toList();
        try (var engine = new Engine(TINY, SETTINGS)) {
            List<Completion> shared = all(engine, requests);
            // the beginning, three tokens of each prompt, and the first of two tokens written
            assertThat(engine.computed()).isBetween(2L * block + 20 * 3, 2L * block + 20 * 4);
            long before = engine.computed();
            Completion again = engine.submit(requests.get(7)).result().join();
            assertThat(engine.computed() - before).as("the beginning was kept").isLessThanOrEqualTo(4);
            same(again, shared.get(7));
            for (int i = 0; i < 20; i += 6) same(one(TINY, SETTINGS, requests.get(i)), shared.get(i));
        }
    }

    /** A talk's next turn reads what is new, also in a later engine, and comes to the same as if all were read. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3"})
    void aTalkGoesOnWithoutBeingReadAgain(String name) {
        LanguageModel model = Tiny.model(name, DType.F32);
        int block = PanelDecoder.BLOCK;
        Request first = new Request(ids(model, block + 3, 71), new Sampling(1, 1, block + 4), 5).withLogProbabilities();
        Completion reply = one(model, SETTINGS, first);
        assertThat(reply.tokens()).as("goes over the end of a block").hasSizeGreaterThan(block);
        int[] talk = joined(joined(first.prompt(), reply.tokens()), ids(model, 6, 72));
        Request second = new Request(talk, new Sampling(1, 1, 5), 6).withLogProbabilities();
        Completion read = one(Tiny.model(name, DType.F32), SETTINGS, second);
        try (var later = new Engine(model, SETTINGS)) {
            same(later.submit(second).result().join(), read);
            assertThat(later.computed()).isLessThanOrEqualTo(talk.length - 2 * block + 4);
            Lora lora = adapter(model, 1);
            assertThat(later.submit(second.under(List.of(lora))).result().join().logProbabilities())
                    .as("under an adapter nothing of it holds")
                    .isNotEqualTo(read.logProbabilities());
        }
        try (var last = new Engine(model, SETTINGS)) {
            same(last.submit(second).result().join(), read);
            assertThat(last.computed())
                    .as("what lay beside an adapter's was let go")
                    .isGreaterThanOrEqualTo(talk.length);
        }
    }

    /** Target, twin and base side by side over one beginning. */
    @Test
    void adaptersShareABatchAndTheirLogRatiosAreThoseOfSinglePasses() {
        Lora a = adapter(TINY, 1);
        Lora b = adapter(TINY, 2);
        int[] common = ids(TINY, 2 * PanelDecoder.BLOCK, 9);
        List<List<Lora>> sets = List.of(List.of(), List.of(a), List.of(b), List.of(a, b));
        List<Request> requests = IntStream.range(0, 12)
                .mapToObj(i -> new Request(joined(common, ids(TINY, i, i)), new Sampling(1, 1, 5), i)
                        .under(sets.get(i % 4))
                        .beside(List.of(List.of(), List.of(b))))
                .toList();
        try (var engine = new Engine(TINY, SETTINGS.withRows(20).withTexts(20))) {
            List<Completion> completions = all(engine, requests);
            for (int i = 0; i < requests.size(); i++) {
                Completion c = completions.get(i);
                int[] prompt = requests.get(i).prompt();
                int[] text = joined(prompt, c.tokens());
                float[] own = scored(TINY.attach(sets.get(i % 4)), text, prompt.length, Hook.NONE);
                float[] base = scored(TINY, text, prompt.length, Hook.NONE);
                float[] twin = scored(TINY.attach(List.of(b)), text, prompt.length, Hook.NONE);
                assertThat(c.logProbabilities()).as("text %d", i).containsExactly(own, within(1e-4f));
                assertThat(c.beside().get(0)).containsExactly(base, within(1e-4f));
                assertThat(c.beside().get(1)).containsExactly(twin, within(1e-4f));
                if (i % 4 == 0) assertThat(c.logRatios(0)).containsOnly(0f);
                else if (c.tokens().length > 0) assertThat(c.logRatios(0)[0]).isNotZero();
            }
        }
    }

    @Test
    void anAttachedAdapterIsUsedAndItsBaseLeftAlone() {
        Lora a = adapter(TINY, 4);
        Request request = new Request(ids(TINY, 10, 1), Sampling.greedy(4), 0).withLogProbabilities();
        Completion plain = one(TINY, SETTINGS, request);
        Completion under = one(TINY, SETTINGS, request.under(List.of(a)));
        assertThat(one(TINY.attach(List.of(a)), SETTINGS, request).logProbabilities())
                .containsExactly(under.logProbabilities());
        assertThat(under.logProbabilities()).isNotEqualTo(plain.logProbabilities());
        same(one(TINY, SETTINGS, request), plain);
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() {
        Lora other = Lora.fresh(Fp32.MODEL, 2, 2, 1);
        try (var engine = new Engine(TINY, SETTINGS)) {
            Request request = new Request(ids(TINY, 3, 1), Sampling.greedy(1), 0).under(List.of(other));
            assertThatThrownBy(() -> engine.submit(request))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("adapter of another model");
        }
    }

    @Test
    void textsEndAtStopTexts() {
        Request request = new Request(Fp32.encode("One, two, three, four,"), Sampling.greedy(20), 0);
        try (var engine = new Engine(Fp32.MODEL, SETTINGS)) {
            Completion plain = engine.submit(request).result().join();
            assertThat(plain.text()).contains("five, six");
            Completion cut = engine.submit(request.stoppingAt(List.of("nowhere", ", six", "seven")))
                    .result()
                    .join();
            assertThat(cut.ending()).isEqualTo(Ending.STOP_TEXT);
            assertThat(cut.text())
                    .isEqualTo(plain.text().substring(0, plain.text().indexOf(", six")));
            assertThat(cut.tokens().length).isLessThan(plain.tokens().length);
        }
        assertThatThrownBy(() -> request.stoppingAt(List.of("")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stop text");
    }

    @Test
    void forcedTokensBeginTheTextAndAreHeard() {
        int[] forced = ids(TINY, 3, 8);
        var heard = new ArrayList<Integer>();
        Completion c;
        try (var engine = new Engine(TINY, SETTINGS)) {
            c = engine.submit(new Request(ids(TINY, 5, 1), Sampling.greedy(6), 0).forcing(forced), heard::add)
                    .result()
                    .join();
        }
        assertThat(c.tokens()).startsWith(forced).hasSize(6);
        assertThat(heard)
                .containsExactlyElementsOf(Arrays.stream(c.tokens()).boxed().toList());
        int[] prompt = joined(ids(TINY, 5, 1), forced);
        Completion direct = one(TINY, SETTINGS, new Request(prompt, Sampling.greedy(3), 0));
        assertThat(Arrays.copyOfRange(c.tokens(), 3, 6)).containsExactly(direct.tokens());
    }

    @Test
    void aCancelledTextEndsWhereItStands() throws InterruptedException {
        var begun = new CountDownLatch(3);
        try (var engine = new Engine(Fp32.MODEL, SETTINGS)) {
            Engine.Ticket ticket = engine.submit(
                    new Request(Fp32.encode("A very long story:"), new Sampling(1, 1, 4000), 1),
                    token -> begun.countDown());
            begun.await();
            ticket.cancel();
            Completion c = ticket.result().join();
            assertThat(c.ending()).isEqualTo(Ending.CANCELLED);
            assertThat(c.tokens().length).isBetween(3, 3999);
            assertThat(c.stopped()).isFalse();
        }
    }

    @Test
    void aTextThatWaitsCanBeCancelled() {
        var hold = new CountDownLatch(1);
        try (var engine = new Engine(TINY, SETTINGS.withTexts(1))) {
            Request request = new Request(ids(TINY, 3, 1), Sampling.greedy(2), 0);
            Engine.Ticket first = engine.submit(request, token -> await(hold));
            Engine.Ticket second = engine.submit(request.beside(List.of(List.of())));
            second.cancel();
            hold.countDown();
            Completion c = second.result().join();
            assertThat(c.ending()).isEqualTo(Ending.CANCELLED);
            assertThat(c.tokens()).isEmpty();
            assertThat(c.logRatios(0)).isEmpty();
            assertThat(first.result().join().tokens()).isNotEmpty();
        }
    }

    @Test
    void aTextThatIsCancelledLeavesTheQueueFromBehindOthers() {
        var queued = new CountDownLatch(1);
        var third = new AtomicReference<Engine.Ticket>();
        var heard = new AtomicInteger();
        var gone = new AtomicBoolean();
        try (var engine = new Engine(TINY, SETTINGS.withTexts(1))) {
            Request request = new Request(ids(TINY, 3, 1), new Sampling(1, 1, 5), 0);
            Engine.Ticket first = engine.submit(request, token -> {
                if (heard.incrementAndGet() == 1) await(queued);
                else gone.compareAndSet(false, third.get().result().isDone());
            });
            Engine.Ticket second = engine.submit(request);
            third.set(engine.submit(request));
            third.get().cancel();
            queued.countDown();
            assertThat(third.get().result().join().ending()).isEqualTo(Ending.CANCELLED);
            assertThat(second.result().join().tokens())
                    .isEqualTo(first.result().join().tokens());
            assertThat(heard).hasValueGreaterThan(1);
            assertThat(gone).isTrue();
        }
    }

    @Test
    void memoryHasACeilingUnderWhichAllTextsStillGetTheirTurn() {
        List<Request> requests = mixed(TINY, 40);
        int blocks = Math.ceilDiv(64, PanelDecoder.BLOCK); // the longest has 60 tokens
        try (var plenty = new Engine(TINY, SETTINGS);
                var tight = new Engine(TINY, SETTINGS.withMemory(plenty.blockBytes() * blocks))) {
            List<Completion> expected = all(plenty, requests);
            List<Completion> got = all(tight, requests);
            for (int i = 0; i < requests.size(); i++) same(got.get(i), expected.get(i));
            assertThat(tight.memory()).isLessThanOrEqualTo(plenty.blockBytes() * blocks);
            assertThatThrownBy(() -> tight.submit(new Request(ids(TINY, 90, 1), Sampling.greedy(1), 0)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("give it more memory");
        }
    }

    @Test
    void submitWaitsWhenTooManyWait() throws InterruptedException {
        var hold = new CountDownLatch(1);
        var submitted = new AtomicInteger();
        var settings = new Settings(Optional.empty(), 1, 1, 64, 2, 1 << 26);
        try (var engine = new Engine(TINY, settings)) {
            Thread busy = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 5; i++) {
                    engine.submit(new Request(ids(TINY, 3, i), Sampling.greedy(2), 0), token -> await(hold));
                    submitted.incrementAndGet();
                }
            });
            busy.join(500);
            assertThat(submitted.get()).as("one runs and two wait").isBetween(1, 3);
            hold.countDown();
            busy.join();
            assertThat(submitted.get()).isEqualTo(5);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new CancellationException("interrupted");
        }
    }

    private static SequenceHook hook(List<Site> sites, Edit edit) {
        return new SequenceHook() {
            @Override
            public List<Site> sites() {
                return sites;
            }

            @Override
            public void at(Site site, int position, float[] values, int from, int width) {
                edit.at(site, position, values, from, width);
            }
        };
    }

    @FunctionalInterface
    private interface Edit {
        void at(Site site, int position, float[] values, int from, int width);
    }

    /** Steered and plain side by side: the plain one is untouched, the steered one is what a steered pass gives. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3", "qwen3"})
    void hooksEditTheirOwnSequenceAsTheyEditAForwardPass(String name) {
        LanguageModel model = Tiny.model(name, DType.F32);
        int heads = model.config().heads() * model.config().headDim();
        var direction = new float[Math.max(model.config().dModel(), heads)];
        for (int i = 0; i < direction.length; i++) direction[i] = (float) Math.sin(i);
        Request request = new Request(ids(model, 20, 3), Sampling.greedy(6), 0).withLogProbabilities();
        Completion plain = one(model, SETTINGS, request);
        for (Kind kind : List.of(
                Kind.EMBEDDING,
                Kind.RESID_PRE,
                Kind.ATTN_Z,
                Kind.ATTN_OUT,
                Kind.RESID_MID,
                Kind.MLP_IN,
                Kind.MLP_OUT,
                Kind.RESID_POST,
                Kind.FINAL_NORM)) {
            Site site = kind.layered() ? Site.of(kind, 1) : Site.of(kind);
            SequenceHook steer = hook(List.of(site), (s, position, values, from, width) -> {
                for (int i = 0; i < width; i++) values[from + i] += direction[i];
            });
            try (var engine = new Engine(model, SETTINGS)) {
                List<Completion> both = all(engine, List.of(request, request.hooked(steer), request));
                same(both.get(0), plain);
                same(both.get(2), plain);
                int[] text = joined(request.prompt(), both.get(1).tokens());
                int width = kind == Kind.ATTN_Z ? heads : model.config().dModel();
                Hook whole = Hook.sites((s, value) -> s.equals(site)
                        ? value.reshape(-1, width)
                                .add(Tensor.of(Arrays.copyOf(direction, width), width))
                                .reshape(value.shape())
                        : value);
                assertThat(both.get(1).logProbabilities())
                        .as(site.toString())
                        .containsExactly(scored(model, text, request.prompt().length, whole), within(5e-5f));
                assertThat(both.get(1).logProbabilities()).isNotEqualTo(plain.logProbabilities());
            }
        }
    }

    /** What is read at each step is what one pass over the text has there, and reading changes nothing. */
    @Test
    void hooksReadWhatASinglePassHas() {
        List<Site> sites = Site.all(TINY.config()).stream()
                .filter(s -> s.kind() != Kind.ATTN_PATTERN && s.kind() != Kind.LOGITS && s.kind() != Kind.FINAL_NORM)
                .toList();
        int length = 20 + 5;
        var seen = new float[sites.size()][length][];
        SequenceHook read = hook(sites, (site, position, values, from, width) -> {
            assertThat(seen[sites.indexOf(site)][position]).as("seen once").isNull();
            seen[sites.indexOf(site)][position] = Arrays.copyOfRange(values, from, from + width);
        });
        Request request = new Request(ids(TINY, 20, 3), new Sampling(1, 1, 6), 7).withLogProbabilities();
        Completion plain = one(TINY, SETTINGS, request);
        same(one(TINY, SETTINGS.withTexts(4).withRows(6), request.hooked(read)), plain);
        int[] text = Arrays.copyOf(joined(request.prompt(), plain.tokens()), length);
        try (var scope = Scope.open()) {
            var whole = TINY.activations(text, sites);
            for (int s = 0; s < sites.size(); s++) {
                float[] values = whole.get(sites.get(s)).floats();
                int width = values.length / length;
                for (int p = 0; p < length; p++)
                    assertThat(seen[s][p])
                            .as("%s at %d", sites.get(s), p)
                            .containsExactly(Arrays.copyOfRange(values, p * width, (p + 1) * width), within(5e-5f));
            }
        }
    }

    @Test
    void aHookThatWouldSeeNothingIsAnError() {
        try (var engine = new Engine(TINY, SETTINGS)) {
            Request request = new Request(ids(TINY, 3, 1), Sampling.greedy(1), 0);
            for (List<Site> sites : List.of(
                    List.<Site>of(), List.of(Site.of(Kind.RESID_POST, 99)), List.of(Site.of(Kind.ATTN_PATTERN, 0))))
                assertThatThrownBy(() -> engine.submit(request.hooked(hook(sites, (s, p, v, f, w) -> {}))))
                        .isInstanceOf(SiteException.class);
        }
    }

    @Test
    void aFailureIsHandedOnAndTheEngineGoesOn() {
        Request request = new Request(ids(TINY, 40, 1), Sampling.greedy(3), 0).withLogProbabilities();
        try (var engine = new Engine(TINY, SETTINGS)) {
            Engine.Ticket broken = engine.submit(request, token -> {
                throw new UnsupportedOperationException("broken listener");
            });
            assertThatThrownBy(() -> broken.result().join())
                    .isInstanceOf(CompletionException.class)
                    .hasRootCauseMessage("broken listener");
            same(engine.submit(request).result().join(), one(TINY, SETTINGS, request));
        }
    }

    @Test
    void refusesTokensThatTheModelLacks() {
        try (var engine = new Engine(TINY, SETTINGS)) {
            Request request = new Request(new int[] {1, 1_000_000}, Sampling.greedy(1), 0);
            assertThatThrownBy(() -> engine.submit(request))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1000000");
        }
    }

    @Test
    void aClosedEngineTakesNothing() {
        var engine = new Engine(TINY, SETTINGS);
        engine.close();
        assertThatThrownBy(() -> engine.submit(new Request(ids(TINY, 3, 1), Sampling.greedy(1), 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    /** 100,000 texts of one token each, with seeds 0, 1, ..: chi-square test of the tokens against the softmax. */
    @Test
    void tokensAreDrawnFromTheSoftmax() {
        int[] prompt = ids(TINY, 5, 2);
        int draws = 100_000;
        var counts = new int[TINY.config().vocab()];
        try (var engine = new Engine(TINY, SETTINGS)) {
            List<Engine.Ticket> tickets = IntStream.range(0, draws)
                    .mapToObj(seed ->
                            engine.submit(new Request(prompt, new Sampling(0.8, 1, 1), seed), token -> counts[token]++))
                    .toList();
            tickets.forEach(t -> t.result().join());
        }
        var expected = new double[counts.length];
        try (Tensor logits = TINY.logits(prompt)) {
            float[] all = logits.floats();
            double sum = 0;
            for (int v = 0; v < counts.length; v++) sum += expected[v] = Math.exp(all[4 * counts.length + v] / 0.8);
            for (int v = 0; v < counts.length; v++) expected[v] *= draws / sum;
        }
        int stopped = draws - IntStream.of(counts).sum(); // stop tokens are not heard
        for (int stop : TINY.stopTokens()) counts[stop] += stopped / TINY.stopTokens().length;
        assertThat(standardised(counts, expected))
                .as("standard deviations from chi-square's mean")
                .isLessThan(3.09);
    }

    /** Cells with an expectation below 5 are merged; Wilson and Hilferty's normal form of chi-square. */
    private static double standardised(int[] counts, double[] expected) {
        double sum = 0;
        double restExpected = 0;
        int rest = 0;
        int cells = 0;
        for (int v = 0; v < counts.length; v++) {
            if (expected[v] < 5) {
                restExpected += expected[v];
                rest += counts[v];
                continue;
            }
            sum += (counts[v] - expected[v]) * (counts[v] - expected[v]) / expected[v];
            cells++;
        }
        if (restExpected > 0) {
            sum += (rest - restExpected) * (rest - restExpected) / restExpected;
            cells++;
        }
        double k = cells - 1.0;
        return (Math.cbrt(sum / k) - (1 - 2 / (9 * k))) / Math.sqrt(2 / (9 * k));
    }
}
