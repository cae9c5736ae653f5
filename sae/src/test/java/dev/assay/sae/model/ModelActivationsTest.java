package dev.assay.sae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Site;
import dev.assay.sae.Recipes;
import dev.assay.sae.SaeException;
import dev.assay.sae.Trainer;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelActivationsTest {
    private static final int WIDTH = 20;
    private static final int ROWS = 128;

    private final LanguageModel model = Golden.model();

    @TempDir
    Path folder;

    private static Pieces pieces() {
        var random = new Random(8);
        var texts = new ArrayList<int[]>();
        for (int i = 0; i < 60; i++)
            texts.add(random.ints(5 + random.nextInt(40), 2, 97).toArray());
        return Pieces.of(texts, 24);
    }

    private ModelActivations open(long seed, Optional<Path> cache, ModelActivations.Listener listener) {
        return new ModelActivations(
                new ModelSource(model, List.of(), Site.parse("resid_post:1"), Golden.exact()),
                pieces(),
                ROWS,
                seed,
                cache,
                listener);
    }

    private ModelActivations open(long seed) {
        return open(seed, Optional.empty(), (done, of) -> {});
    }

    private static float[] batch(ModelActivations data, long index, int rows) {
        try (var scope = Scope.open()) {
            return data.batch(index, rows).floats();
        }
    }

    @Test
    void aBatchIsTheSameInWhateverOrderTheyAreAskedFor() {
        try (var straight = open(1);
                var jumping = open(1)) {
            Map<Integer, float[]> all = new HashMap<>();
            for (int i = 0; i < 40; i++) all.put(i, batch(straight, i, 32));
            for (int i : new int[] {39, 0, 17, 18, 3, 17})
                assertThat(batch(jumping, i, 32)).isEqualTo(all.get(i));
        }
    }

    @Test
    void aPassGivesEveryKeptPositionOfItsTextsOnceAndInAnOrderOfTheSeed() {
        Map<Long, float[]> sorted = new TreeMap<>();
        for (long seed : new long[] {1, 2}) {
            try (var data = open(seed)) {
                int batches = (int) (data.pass() / 32);
                var rows = new ArrayList<float[]>();
                for (int i = 0; i < batches; i++) {
                    float[] batch = batch(data, i, 32);
                    for (int r = 0; r < 32; r++) rows.add(Arrays.copyOfRange(batch, r * WIDTH, (r + 1) * WIDTH));
                }
                if (seed == 2) assertThat(rows.getFirst()).isNotEqualTo(sorted.get(1L)); // another order
                rows.sort(Arrays::compare);
                for (int i = 1; i < rows.size(); i++) // different contexts: no two are alike
                assertThat(rows.get(i)).isNotEqualTo(rows.get(i - 1));
                var flat = new float[rows.size() * WIDTH];
                for (int i = 0; i < rows.size(); i++) System.arraycopy(rows.get(i), 0, flat, i * WIDTH, WIDTH);
                sorted.put(seed, flat);
            }
        }
        assertThat(sorted.get(2L)).isEqualTo(sorted.get(1L));
    }

    @Test
    void theFirstPositionAndOutliersAreLeftOut() {
        try (var source = new ModelSource(model, List.of(), Site.parse("resid_post:1"), Golden.exact())) {
            List<int[]> texts = Golden.tokens();
            Norms norms = Norms.of(source, texts);
            float[] read = source.read(texts, done -> {});
            var strict = new Norms(norms.mean(), norms.mean());
            Rows rows = Rows.kept(texts, read, WIDTH, strict);
            assertThat(rows.count()).isBetween(1, texts.size() * Golden.CONTEXT - texts.size() - 1);
            assertThat(rows.position()).doesNotContain(0);
            for (int r = 0; r < rows.count(); r++) {
                double squares = 0;
                for (int d = 0; d < WIDTH; d++) squares += Math.pow(rows.values()[r * WIDTH + d], 2);
                assertThat(Math.sqrt(squares)).isLessThanOrEqualTo(strict.limit() + 1e-9);
                int at = (rows.textOf()[r] * Golden.CONTEXT + rows.position()[r]) * WIDTH;
                assertThat(rows.values()[r * WIDTH]).isEqualTo(read[at]);
            }
        }
    }

    @Test
    void aCacheGivesTheSameBatchesWithoutReadingAndMendsWhatIsDamaged() throws Exception {
        float[] fresh;
        try (var data = open(1)) {
            fresh = batch(data, 5, 32);
        }
        Path cache = folder.resolve("cache");
        var read = new AtomicInteger();
        for (int run = 0; run < 3; run++) {
            read.set(0);
            try (var data = open(1, Optional.of(cache), (done, of) -> read.incrementAndGet())) {
                assertThat(batch(data, 5, 32)).isEqualTo(fresh);
            }
            assertThat(read.get() > 0).as("run " + run).isEqualTo(run != 1);
            if (run == 1) {
                Path block;
                try (var files = Files.list(cache)) {
                    block = files.findFirst().orElseThrow();
                }
                byte[] bytes = Files.readAllBytes(block);
                bytes[100] ^= 1;
                Files.write(block, bytes);
            }
        }
    }

    /** As `sae sweep --parallel` has them: the same blocks at the same time. */
    @Test
    void runsSideBySideShareACacheAndReadEachBlockOnce() throws Exception {
        Path cache = Files.createDirectory(folder.resolve("shared"));
        Files.write(cache.resolve("block-00000-999999999.part"), new byte[8]); // of a process that is gone
        float[] wanted;
        int batches;
        try (var data = open(1)) {
            batches = (int) (data.pass() / ROWS);
            wanted = batch(data, batches - 1L, ROWS);
        }
        var ended = new AtomicInteger(); // blocks read to their end
        try (var pool = Executors.newFixedThreadPool(3)) {
            List<Future<float[]>> runs = new ArrayList<>();
            for (int r = 0; r < 3; r++)
                runs.add(pool.submit(() -> {
                    try (var data = open(1, Optional.of(cache), (done, of) -> {
                        if (done == of) ended.incrementAndGet();
                    })) {
                        for (int b = 0; b < batches - 1; b++) batch(data, b, ROWS);
                        return batch(data, batches - 1L, ROWS);
                    }
                }));
            for (Future<float[]> run : runs) assertThat(run.get()).isEqualTo(wanted);
        }
        assertThat(ended).hasValue(batches);
        try (var files = Files.list(cache)) {
            assertThat(files).hasSize(batches).allMatch(f -> f.toString().endsWith(".f32"));
        }
    }

    @Test
    void aTrainingThatGoesOnInTheMiddleOfABlockEndsAsOneThatWasNotStopped() {
        var recipe = Recipes.of("tiny", """
                architecture: batchtopk
                latents: 32
                k: 4
                training: {samples: 1280, batch: 32, learning-rate: 0.01, normalise: true, dead-window: 5}
                """);
        Map<String, float[]> whole = new HashMap<>();
        try (var data = open(3);
                var trainer = new Trainer(recipe, data, 3, 1);
                var scope = Scope.open()) {
            while (!trainer.done()) trainer.next();
            trainer.parameters().all().forEach((name, t) -> whole.put(name, t.floats()));
        }
        Map<String, Tensor> state;
        try (var scope = Scope.open()) {
            try (var data = open(3);
                    var first = new Trainer(recipe, data, 3, 1)) {
                for (int i = 0; i < 22; i++) first.next();
                state = new HashMap<>(first.state());
                state.replaceAll((name, t) -> t.copy());
            }
            try (var data = open(3);
                    var second = new Trainer(recipe, data, 3, 1)) {
                second.restore(state);
                while (!second.done()) second.next();
                second.parameters()
                        .all()
                        .forEach((name, t) -> assertThat(t.floats()).as(name).isEqualTo(whole.get(name)));
            }
        }
    }

    @Test
    void inputsAreScaledToTheRootOfTheirWidth() {
        try (var data = open(1)) {
            double sum = 0;
            int batches = (int) (data.pass() / 32);
            for (int i = 0; i < batches; i++)
                try (var scope = Scope.open()) {
                    sum += data.batch(i, 32).square().sum(1).sqrt().mean().item();
                }
            assertThat(data.meanNorm(32)).isCloseTo(sum / batches, within(0.03 * sum / batches));
        }
    }

    @Test
    void aBatchThatDoesNotDivideTheBufferIsRefused() {
        try (var data = open(1)) {
            assertThatThrownBy(() -> data.batch(0, 48))
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining("multiple of training.batch");
        }
    }

    @Test
    void onTwentyPiecesOneIsHeldOutAndThePiecesHashWhatTheyAre() {
        Pieces pieces = pieces();
        int all = pieces.training().size() + pieces.heldOut().size();
        assertThat(pieces.heldOut()).hasSize(all / 20);
        assertThat(pieces.training()).allMatch(p -> p.length > 1 && p.length <= 24);
        assertThat(pieces.hash()).isEqualTo(pieces().hash());
        assertThat(Pieces.of(pieces.training(), 24).hash()).isNotEqualTo(pieces.hash());
    }

    @Test
    void aFileThatIsNoTextIsNamedWithItsLine() throws Exception {
        Path file = folder.resolve("texts.jsonl");
        for (Map.Entry<String, String> wrong : Map.of(
                        "{\"text\"", "line 2 is not JSON", "{\"words\": 1}", "line 2 has neither a text nor messages")
                .entrySet()) {
            Files.writeString(file, "\n" + wrong.getKey(), StandardCharsets.UTF_8);
            assertThatThrownBy(() -> TextFiles.tokens(List.of(file), model))
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining(wrong.getValue());
        }
        assertThatThrownBy(() -> TextFiles.tokens(List.of(folder.resolve("none.txt")), model))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("there is no text");
        assertThatThrownBy(() -> TextFiles.tokens(List.of(folder.resolve("a.csv")), model))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("neither a .txt nor a .jsonl");
    }
}
