package dev.assay.lm;

import static dev.assay.lm.Requests.adapter;
import static dev.assay.lm.Requests.all;
import static dev.assay.lm.Requests.ids;
import static dev.assay.lm.Requests.joined;
import static dev.assay.lm.Requests.mixed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.lm.Completion.Ending;
import dev.assay.lm.Engine.Settings;
import dev.assay.lm.Site.Kind;
import dev.assay.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder of GPUs, on LibTorch's processor device, against the processor's own. */
@Timeout(120)
class DeviceDecoderTest {
    private static final LanguageModel TINY = Tiny.model("llama", DType.F32);
    private static final Settings SETTINGS = Settings.standard().withThreads(1).withMemory(1 << 24);
    private static final float CLOSE = 1e-4f;

    private static Engine engine(LanguageModel model, Settings settings, boolean fused) {
        return new Engine(model, settings, team -> new DeviceDecoder(model, fused));
    }

    private static Engine engine(LanguageModel model) {
        return engine(model, SETTINGS, false);
    }

    /** The same tokens, up to one that was drawn where the rounding of a logit could decide; there are few of those. */
    private static void close(List<Completion> actual, List<Completion> expected) {
        int same = 0;
        for (int i = 0; i < actual.size(); i++) {
            Completion a = actual.get(i);
            Completion e = expected.get(i);
            int common = Arrays.mismatch(a.tokens(), e.tokens());
            if (common < 0) {
                same++;
                common = a.tokens().length;
                assertThat(a.ending()).isEqualTo(e.ending());
                assertThat(a.text()).isEqualTo(e.text());
            }
            assertThat(Arrays.copyOf(a.logProbabilities(), common))
                    .as("text " + i)
                    .containsExactly(Arrays.copyOf(e.logProbabilities(), common), within(CLOSE));
            for (int o = 0; o < e.beside().size(); o++)
                assertThat(Arrays.copyOf(a.beside().get(o), common))
                        .containsExactly(Arrays.copyOf(e.beside().get(o), common), within(CLOSE));
        }
        assertThat(same).isGreaterThanOrEqualTo(actual.size() - 1 - actual.size() / 20);
    }

    @ParameterizedTest
    @CsvSource({
        "llama,false",
        "llama-linear,true",
        "qwen2,false",
        "qwen2-window,true",
        "qwen3,false",
        "gemma3,true",
        "gemma3-six,false"
    })
    void textsOfAllFamiliesAreThoseOfTheOtherDecoder(String name, boolean fused) {
        LanguageModel model = Tiny.model(name, DType.F32);
        List<Request> requests = mixed(model, 24);
        List<Completion> expected;
        try (var engine = new Engine(model, SETTINGS)) {
            expected = all(engine, requests);
        }
        for (Settings settings : List.of(SETTINGS, SETTINGS.withTexts(3).withRows(5)))
            try (var engine = engine(model, settings, fused)) {
                close(all(engine, requests), expected);
            }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bf16IsNear(boolean fused) {
        LanguageModel model = Tiny.model("qwen3", DType.F32);
        LanguageModel narrow = Tiny.model("qwen3", DType.BF16);
        List<Request> requests = IntStream.range(0, 8)
                .mapToObj(i -> new Request(ids(model, 12, i), Sampling.greedy(6), i)
                        .forcing(ids(model, 6, 100 + i))
                        .withLogProbabilities())
                .toList();
        try (var exact = new Engine(model, SETTINGS);
                var rounded = engine(narrow, SETTINGS, fused)) {
            List<Completion> wanted = all(exact, requests);
            List<Completion> got = all(rounded, requests);
            double off = 0;
            for (int i = 0; i < requests.size(); i++)
                for (int t = 0; t < 6; t++)
                    off += Math.abs(
                            got.get(i).logProbabilities()[t] - wanted.get(i).logProbabilities()[t]);
            assertThat(off / (6 * requests.size())).isBetween(1e-4, 0.1);
        }
    }

    /** Target, twin and base side by side over one beginning; one adapter is attached to the model already. */
    @Test
    void adaptersShareABatch() {
        try (Lora a = adapter(TINY, 1);
                Lora b = adapter(TINY, 2);
                Lora under = adapter(TINY, 3)) {
            LanguageModel model = TINY.attach(List.of(under.scaled(0.5)));
            int[] common = ids(model, 2 * KvCache.BLOCK, 9);
            List<List<Lora>> sets = List.of(List.of(), List.of(a), List.of(b), List.of(a, b));
            List<Request> requests = IntStream.range(0, 12)
                    .mapToObj(i -> new Request(joined(common, ids(model, i, i)), new Sampling(1, 1, 5), i)
                            .under(sets.get(i % 4))
                            .beside(List.of(List.of(), List.of(b))))
                    .toList();
            Settings few = SETTINGS.withRows(20).withTexts(20);
            try (var panels = new Engine(model, few);
                    var devices = engine(model, few, false)) {
                close(all(devices, requests), all(panels, requests));
            }
        }
    }

    @Test
    void aCommonBeginningIsComputedOnceAndMemoryGrowsWithTheTexts() {
        int block = KvCache.BLOCK;
        int[] common = ids(TINY, 2 * block, 1);
        List<Request> requests = IntStream.range(0, 90) // more blocks than there is room for at first
                .mapToObj(i ->
                        new Request(joined(common, ids(TINY, 3, i)), Sampling.greedy(2), 0).withLogProbabilities())
                .toList();
        try (var panels = new Engine(TINY, SETTINGS);
                var devices = engine(TINY)) {
            List<Completion> shared = all(devices, requests);
            close(shared, all(panels, requests));
            assertThat(devices.computed()).isBetween(2L * block + 90 * 3, 2L * block + 90 * 4);
            assertThat(devices.memory()).isLessThanOrEqualTo(SETTINGS.memory());
            long before = devices.computed();
            close(List.of(devices.submit(requests.get(7)).result().join()), List.of(shared.get(7)));
            assertThat(devices.computed() - before).as("the beginning was kept").isLessThanOrEqualTo(4);
        }
    }

    @Test
    void memoryHasACeilingUnderWhichAllTextsStillGetTheirTurn() {
        List<Request> requests = mixed(TINY, 40);
        int blocks = Math.ceilDiv(64, KvCache.BLOCK); // the longest has 60 tokens
        try (var plenty = engine(TINY);
                var tight = engine(TINY, SETTINGS.withMemory(plenty.blockBytes() * blocks), false)) {
            close(all(tight, requests), all(plenty, requests));
            assertThat(tight.memory()).isLessThanOrEqualTo(plenty.blockBytes() * blocks);
            assertThatThrownBy(() -> tight.submit(new Request(ids(TINY, 90, 1), Sampling.greedy(1), 0)))
                    .isInstanceOf(PromptException.class)
                    .hasMessageContaining("give it more memory");
        }
    }

    @Test
    void forcedTokensBeginTheTextAndAreHeard() {
        int[] forced = ids(TINY, 3, 8);
        Request request = new Request(ids(TINY, 5, 1), Sampling.greedy(6), 0)
                .forcing(forced)
                .withLogProbabilities();
        var heard = new ArrayList<Integer>();
        try (var panels = new Engine(TINY, SETTINGS);
                var devices = engine(TINY)) {
            Completion c = devices.submit(request, heard::add).result().join();
            assertThat(c.tokens()).startsWith(forced).hasSize(6);
            assertThat(heard)
                    .containsExactlyElementsOf(Arrays.stream(c.tokens()).boxed().toList());
            close(List.of(c), all(panels, List.of(request)));
        }
    }

    @Test
    void aCancelledTextEndsWhereItStandsAndItsNeighbourGoesOn() throws InterruptedException {
        var begun = new CountDownLatch(3);
        Request request = new Request(ids(TINY, 5, 1), new Sampling(1, 1, 8), 1).withLogProbabilities();
        try (var panels = new Engine(TINY, SETTINGS);
                var devices = engine(TINY)) {
            var held = new CountDownLatch(1);
            Engine.Ticket ticket = devices.submit(new Request(ids(TINY, 5, 2), new Sampling(1, 1, 80), 1), token -> {
                begun.countDown();
                if (begun.getCount() == 0) waitFor(held);
            });
            Engine.Ticket neighbour = devices.submit(request);
            begun.await();
            ticket.cancel();
            held.countDown();
            Completion c = ticket.result().join();
            assertThat(c.ending()).isEqualTo(Ending.CANCELLED);
            assertThat(c.tokens().length).isBetween(3, 79);
            close(List.of(neighbour.result().join()), all(panels, List.of(request)));
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Edits a site by a function of place and position. */
    private record Steering(List<Site> sites, float strength) implements SequenceHook {
        @Override
        public void at(Site site, int position, float[] values, int from, int width) {
            for (int i = 0; i < width; i++) values[from + i] += strength * (float) Math.sin(i + position);
        }
    }

    /** Steered and plain side by side, at every site. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3"})
    void hooksEditTheirOwnSequence(String name) {
        LanguageModel model = Tiny.model(name, DType.F32);
        Request request = new Request(ids(model, 20, 3), Sampling.greedy(6), 0).withLogProbabilities();
        List<Request> requests = new ArrayList<>(List.of(request));
        for (Kind kind : Kind.values()) {
            if (kind == Kind.ATTN_PATTERN) continue;
            Site site = kind.layered() ? Site.of(kind, 1) : Site.of(kind);
            requests.add(request.hooked(new Steering(List.of(site), 1)));
        }
        requests.add(request);
        try (var panels = new Engine(model, SETTINGS);
                var devices = engine(model)) {
            List<Completion> expected = all(panels, requests);
            List<Completion> got = all(devices, requests);
            close(got, expected);
            for (int i = 1; i < requests.size() - 1; i++)
                assertThat(got.get(i).logProbabilities()[0])
                        .as(requests.get(i).hook().orElseThrow().sites().toString())
                        .isNotCloseTo(got.getFirst().logProbabilities()[0], within(1e-3f));
        }
    }

    /** All sites and positions, once each; what is read is what the other decoder has, and reading changes nothing. */
    @Test
    void hooksRead() {
        List<Site> sites = Site.all(TINY.config()).stream()
                .filter(s -> s.kind() != Kind.ATTN_PATTERN)
                .toList();
        Request request = new Request(ids(TINY, 20, 3), new Sampling(1, 1, 6), 7).withLogProbabilities();
        try (var panels = new Engine(TINY, SETTINGS);
                var devices = engine(TINY, SETTINGS.withRows(6).withTexts(4), false)) {
            var expected = new Reading(sites);
            var got = new Reading(sites);
            List<Completion> plain = all(devices, List.of(request));
            close(all(devices, List.of(request.hooked(got))), plain);
            close(all(panels, List.of(request.hooked(expected))), plain);
            assertThat(got.seen).hasSameSizeAs(expected.seen);
            expected.seen.forEach((place, values) ->
                    assertThat(got.seen.get(place)).as(place).containsExactly(values, within(CLOSE)));
        }
    }

    private static final class Reading implements SequenceHook {
        private final List<Site> sites;
        private final Map<String, float[]> seen = new TreeMap<>();

        Reading(List<Site> sites) {
            this.sites = sites;
        }

        @Override
        public List<Site> sites() {
            return sites;
        }

        @Override
        public void at(Site site, int position, float[] values, int from, int width) {
            float[] before = seen.put(site + " at " + position, Arrays.copyOfRange(values, from, from + width));
            assertThat(before).as("seen once").isNull();
        }
    }

    /** A sequence whose numbers are damaged damages no other, also where it is padded beside it. */
    @Test
    void damagedNumbersStayInTheirSequence() {
        SequenceHook damage = new SequenceHook() {
            @Override
            public List<Site> sites() {
                return List.of(Site.of(Kind.RESID_PRE, 0));
            }

            @Override
            public void at(Site site, int position, float[] values, int from, int width) {
                Arrays.fill(values, from, from + width, Float.NaN);
            }
        };
        int[] forced = ids(TINY, 4, 5);
        List<Request> requests = IntStream.range(0, 8)
                .mapToObj(i -> new Request(ids(TINY, 3 + 4 * i, i), Sampling.greedy(4), 0)
                        .forcing(forced)
                        .withLogProbabilities())
                .toList();
        List<Request> beside = new ArrayList<>(requests);
        beside.addFirst(requests.get(3).hooked(damage));
        beside.addLast(requests.get(7).hooked(damage));
        try (var panels = new Engine(TINY, SETTINGS);
                var devices = engine(TINY)) {
            List<Completion> got = all(devices, beside);
            assertThat(got.getFirst().logProbabilities()).containsOnly(Float.NaN);
            close(got.subList(1, 9), all(panels, requests));
        }
    }

    /** In passes of few positions and of many, in all blocks or in some. */
    @ParameterizedTest
    @ValueSource(strings = {"embedding", "resid_pre:1", "attn_z:0", "mlp_in:1", "resid_post:1"})
    void aReaderReadsTheSame(String at) {
        List<int[]> texts = IntStream.of(1, 19, 40, 3, 33)
                .mapToObj(length -> ids(TINY, length, length))
                .toList();
        Site site = Site.parse(at);
        try (Lora a = adapter(TINY, 1);
                var panels = new Reader(TINY, List.of(a), site, SETTINGS);
                var few = new Reader(
                        TINY, List.of(a), site, SETTINGS.withRows(7), team -> new DeviceDecoder(TINY, false));
                var many = new Reader(TINY, List.of(a), site, SETTINGS, team -> new DeviceDecoder(TINY, true))) {
            float[] expected = panels.read(texts); // up to 30, with an adapter of such size
            assertThat(few.read(texts)).containsExactly(expected, within(10 * CLOSE));
            assertThat(many.read(texts)).containsExactly(expected, within(10 * CLOSE));
        }
    }

    @Test
    void rectanglesHoldAllRowsOnceAndAreNotMostlyPadding() {
        var random = new Random(2);
        var sides = DeviceSides.of(TINY);
        for (int trial = 0; trial < 200; trial++) {
            List<Step.Row> rows = new ArrayList<>();
            for (int s = 0; s < 1 + random.nextInt(30); s++) {
                int position = random.nextInt(random.nextBoolean() ? 30 : 3000);
                int count = random.nextBoolean() ? 1 : 1 + random.nextInt(200);
                var sequence =
                        new Sequence(new Request(new int[] {1}, Sampling.greedy(1), 0), sides, TINY, token -> {});
                for (int i = 0; i < count; i++)
                    rows.add(new Step.Row(sequence, 1, position + i, new KvBlock[0], sides, Optional.empty(), false));
            }
            List<List<Spans.Span>> rectangles = Spans.of(new Step(rows)).rectangles();
            var seen = new boolean[rows.size()];
            for (List<Spans.Span> spans : rectangles) {
                long own = 0;
                int most = 0;
                int longest = 0;
                for (Spans.Span span : spans) {
                    assertThat(rows.get(span.from()).position()).isEqualTo(span.position());
                    for (int r = span.from(); r < span.from() + span.count(); r++) {
                        assertThat(seen[r]).isFalse();
                        seen[r] = true;
                    }
                    own += (long) span.count() * (span.last() + 1);
                    most = Math.max(most, span.count());
                    longest = Math.max(longest, span.last() + 1);
                }
                if (spans.size() > 1)
                    assertThat((long) spans.size() * most * longest).isLessThanOrEqualTo(Math.max(1 << 14, 2 * own));
            }
            assertThat(seen).doesNotContain(false);
        }
    }

    @Test
    void aFailureIsHandedOnAndTheEngineGoesOn() {
        Request request = new Request(ids(TINY, 40, 1), Sampling.greedy(3), 0).withLogProbabilities();
        try (var panels = new Engine(TINY, SETTINGS);
                var devices = engine(TINY)) {
            Engine.Ticket broken = devices.submit(request, token -> {
                throw new UnsupportedOperationException("broken listener");
            });
            assertThatThrownBy(() -> broken.result().join()).hasRootCauseMessage("broken listener");
            close(all(devices, List.of(request)), all(panels, List.of(request)));
        }
    }
}
