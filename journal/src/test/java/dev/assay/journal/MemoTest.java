package dev.assay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoTest {

    record Reply(String text, List<Integer> tokens) {}

    @TempDir
    Path folder;

    private Journal journal;
    private Memo memo;

    @BeforeEach
    void open() {
        journal = Journal.open(folder, Manifest.ofCache("replies"));
        memo = new Memo(journal);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private void resume() {
        close();
        open();
    }

    private static List<String> keys(int... numbers) {
        return IntStream.of(numbers).mapToObj(n -> Memo.key("model", n)).toList();
    }

    private static Reply reply(int i) {
        return new Reply("r" + i, List.of(i));
    }

    private static Memo.Batch<Reply> never() {
        return (missing, done) -> {
            throw new AssertionError("computed again: " + missing);
        };
    }

    @Test
    void onlyTheMissingAreComputed() {
        memo.put(keys(1).getFirst(), reply(1));
        resume();
        List<Integer> asked = new ArrayList<>();
        List<Reply> replies = memo.computeAll(keys(0, 1, 2), Reply.class, (missing, done) -> {
            asked.addAll(missing);
            missing.reversed().forEach(i -> done.accept(i, reply(i)));
        });
        assertThat(asked).containsExactly(0, 2);
        assertThat(replies).containsExactly(reply(0), reply(1), reply(2));
        resume();
        assertThat(memo.computeAll(keys(2, 0), Reply.class, never())).containsExactly(reply(2), reply(0));
    }

    @Test
    void aBatchThatBreaksOffKeepsWhatWasDone() {
        assertThatIllegalStateException()
                .isThrownBy(() -> memo.computeAll(keys(0, 1, 2), Reply.class, (missing, done) -> {
                    done.accept(1, reply(1));
                    throw new IllegalStateException("killed");
                }))
                .withMessage("killed");
        resume();
        List<Integer> asked = new ArrayList<>();
        memo.computeAll(keys(0, 1, 2), Reply.class, (missing, done) -> {
            asked.addAll(missing);
            missing.forEach(i -> done.accept(i, reply(i)));
        });
        assertThat(asked).containsExactly(0, 2);
    }

    @Test
    void aKeyThatStandsTwiceIsComputedOnce() {
        List<Reply> replies = memo.computeAll(keys(5, 6, 5), Reply.class, (missing, done) -> {
            assertThat(missing).containsExactly(0, 1);
            missing.forEach(i -> done.accept(i, reply(i)));
        });
        assertThat(replies).containsExactly(reply(0), reply(1), reply(0));
        assertThat(journal.records(Memo.TYPE)).hasSize(2);
    }

    @Test
    void resultsMayComeFromManyThreads() {
        int[] numbers = IntStream.range(0, 200).toArray();
        List<Reply> replies = memo.computeAll(keys(numbers), Reply.class, (missing, done) -> {
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                missing.forEach(i -> executor.submit(() -> done.accept(i, reply(i))));
            }
        });
        assertThat(replies)
                .isEqualTo(IntStream.of(numbers).mapToObj(MemoTest::reply).toList());
        resume();
        assertThat(memo.computeAll(keys(numbers), Reply.class, never())).isEqualTo(replies);
    }

    @Test
    void aBatchOwesAResultForEachThatIsMissingAndNoOther() {
        memo.put(keys(0).getFirst(), reply(0));
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> memo.computeAll(keys(0, 1, 2), Reply.class, (missing, done) -> done.accept(1, reply(1))))
                .withMessageContaining("position 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memo.computeAll(keys(0, 3), Reply.class, (missing, done) -> done.accept(0, reply(9))))
                .withMessageContaining("a result for 0");
        assertThat(memo.computeAll(List.of(), Reply.class, never())).isEmpty();
    }

    @Test
    void theFirstValueStays() {
        String key = Memo.key("a");
        assertThat(memo.find(key)).isEmpty();
        memo.put(key, "first");
        assertThat(memo.put(key, "second").asText()).isEqualTo("first");
        assertThat(memo.compute(key, String.class, () -> "third")).isEqualTo("first");
        journal.append(Memo.TYPE, Map.of("key", key, "value", "of another writer"));
        resume();
        assertThat(memo.find(key, String.class)).contains("first");
    }

    @Test
    void threadsThatRaceForAKeyGetTheSameValue() {
        Set<Integer> seen = ConcurrentHashMap.newKeySet();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, 500)
                    .forEach(t -> executor.submit(
                            () -> seen.add(memo.put("k" + t / 50, t).asInt())));
        }
        // ten keys, fifty threads each
        assertThat(journal.records(Memo.TYPE)).hasSize(10);
        assertThat(seen).hasSize(10);
    }

    @Test
    void computeKeepsWhatItComputed() {
        assertThat(memo.compute("k", Reply.class, () -> reply(7))).isEqualTo(reply(7));
        resume();
        assertThat(memo.compute("k", Reply.class, () -> reply(8))).isEqualTo(reply(7));
    }

    @Test
    void keysSayWhatTheyAreMadeOf() {
        assertThat(Memo.key("base", 17, "Hello"))
                .isEqualTo("10c18172d6a0cabaf3c1f3a901c564ae310dd3c2da97e6cd9ba08dd7adff3632")
                .isEqualTo(Memo.key("base", 17L, "Hello"));
        assertThat(List.of(
                        Memo.key("ab"),
                        Memo.key("a", "b"),
                        Memo.key(1),
                        Memo.key("1"),
                        Memo.key(),
                        Memo.key(List.of())))
                .doesNotHaveDuplicates();
    }

    @Test
    void aValueOfAnotherTypeIsAnErrorThatSaysWhere() {
        memo.put("k", Map.of("text", 1, "tokens", "none", "later", true));
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> memo.find("k", Reply.class))
                .withMessageContaining(folder.toString())
                .withMessageContaining("under k is not a Reply");
        memo.put("l", Map.of("text", "t", "tokens", List.of(), "later", true));
        assertThat(memo.find("l", Reply.class)).contains(new Reply("t", List.of()));
    }
}
