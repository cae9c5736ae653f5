package dev.assay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LeasesTest {
    private static final Duration EXPIRY = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final AtomicLong clock = new AtomicLong();

    /** A member on a machine of its own, whose process can't be looked at. */
    private Leases member(String name) {
        return Leases.join(folder, new Member(name, "machine of " + name, 1, 0), EXPIRY, clock::get);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void aPieceHasOneOwner() {
        Leases a = member("a");
        Leases b = member("b");
        assertThat(a.take("p")).isTrue();
        assertThat(a.take("p")).isTrue();
        assertThat(b.take("p")).isFalse();
        assertThat(b.taken("p")).isTrue();
        assertThat(b.taken("q")).isFalse();
        assertThat(b.take("q")).isTrue();
    }

    @Test
    void whoseHeartBeatsIsNotGivenUp() {
        Leases a = member("a");
        Leases b = member("b");
        a.take("p");
        for (int i = 0; i < 10; i++) {
            assertThat(b.take("p")).isFalse();
            pass(EXPIRY.minusSeconds(1));
            a.beat(false);
        }
        assertThat(a.holds("p")).isTrue();
    }

    @Test
    void whoIsSilentIsGivenUpAndFindsIt() {
        Leases a = member("a");
        Leases b = member("b");
        Leases c = member("c");
        a.take("p");
        assertThat(b.take("p")).isFalse();
        pass(EXPIRY.minusSeconds(1));
        assertThat(b.take("p")).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(b.take("p")).isTrue();
        assertThat(a.holds("p")).isFalse();
        assertThat(a.take("p")).as("slept through it").isFalse();
        assertThat(c.take("p")).as("b lives").isFalse();
        assertThat(b.holds("p")).isTrue();
    }

    /** Who has only just come can't know how long another has been silent. */
    @Test
    void anObserverWaitsTheWholeExpiryItself() {
        member("a").take("p");
        pass(EXPIRY.multipliedBy(10));
        Leases late = member("late");
        assertThat(late.take("p")).isFalse();
        pass(EXPIRY);
        assertThat(late.take("p")).isTrue();
    }

    @Test
    void whoSaysGoodbyeIsNotWaitedFor() {
        Leases a = member("a");
        a.take("p");
        a.beat(true);
        assertThat(member("b").take("p")).isTrue();
    }

    /** The times in the files are for people: one that is years off changes nothing. */
    @Test
    void wallClocksDoNotCount() throws IOException {
        Leases a = member("a");
        a.take("p");
        Path heart = Member.file(folder.resolve(Leases.FOLDER), "a");
        String text = Files.readString(heart);
        String jumped = text.replaceAll("\"at\":\"\\d{4}", "\"at\":\"1999");
        assertThat(jumped).isNotEqualTo(text);
        Files.writeString(heart, jumped);
        Leases b = member("b");
        assertThat(b.take("p")).isFalse();
        pass(EXPIRY.minusSeconds(1));
        assertThat(b.take("p")).isFalse();
    }

    @Test
    void aLeaseThatWasNeverWrittenExpiresToo() throws IOException {
        Leases a = member("a");
        Files.createFile(folder.resolve("leases/p.1"));
        assertThat(a.take("p")).isFalse();
        pass(EXPIRY);
        assertThat(a.take("p")).isTrue();
    }

    @Test
    void ofThisMachineADeadProcessIsKnownAtOnce() throws IOException, InterruptedException {
        Process child = new ProcessBuilder("sleep", "60").start();
        Member here = Member.here("x");
        long started = child.toHandle().info().startInstant().orElseThrow().toEpochMilli();
        Leases gone = Leases.join(folder, new Member("gone", here.machine(), child.pid(), started), EXPIRY, clock::get);
        gone.take("p");
        Leases b = member("b");
        assertThat(b.take("p")).as("its process lives").isFalse();
        child.destroyForcibly().waitFor();
        assertThat(b.take("p")).isEqualTo(!here.machine().isEmpty());
    }

    /** Sixty-four pieces, eight threads, each a member: every piece is taken once. */
    @Test
    void manyAtOnceShareWithoutOverlap() throws InterruptedException {
        var taken = new AtomicInteger[64];
        for (int i = 0; i < taken.length; i++) taken[i] = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int m = 0; m < 8; m++) {
            Leases leases = member("m" + m);
            threads.add(Thread.ofPlatform()
                    .start(() -> IntStream.range(0, taken.length)
                            .filter(p -> leases.take("p" + p))
                            .forEach(p -> taken[p].incrementAndGet())));
        }
        for (Thread t : threads) t.join();
        assertThat(taken).allSatisfy(n -> assertThat(n).hasValue(1));
    }

    @Test
    void theHeartBeatsByItselfAndGoodbyeIsWritten() throws InterruptedException {
        Path heart;
        try (Leases a = Leases.join(folder, "a", Duration.ofMillis(40))) {
            heart = Member.file(folder.resolve(Leases.FOLDER), a.member());
            while (beats(heart) < 3) Thread.sleep(5);
            assertThat(a.failure()).isEmpty();
        }
        assertThat(Runs.unchecked(() -> Files.readString(heart))).contains("\"ended\":true");
    }

    private static int beats(Path heart) {
        return CanonicalJson.parse(Runs.unchecked(() -> Files.readAllBytes(heart)))
                .path("beat")
                .asInt();
    }

    /** A heart that can't be written beats again when it can. */
    @Test
    void aFullDiskStopsTheHeartAndSaysSo() {
        var disk = new StubbornDisk();
        Leases a = Leases.join(disk.path(folder), new Member("a", "machine of a", 1, 0), EXPIRY, clock::get);
        Leases b = member("b");
        a.take("p");
        assertThat(b.take("p")).isFalse();
        disk.room(10);
        a.beat(false);
        assertThat(a.failure().orElseThrow()).hasMessageContaining("No space left on device");
        assertThatExceptionOfType(JournalException.class).isThrownBy(() -> a.take("q"));
        pass(EXPIRY);
        assertThat(b.take("p")).as("nobody heard of a").isTrue();
        disk.room(10_000);
        a.beat(false);
        assertThat(a.failure()).isEmpty();
        assertThat(a.holds("p")).isFalse();
    }

    @Test
    void aFolderThatCanNotBeWrittenIsNamed() throws IOException {
        Files.writeString(folder.resolve(Leases.FOLDER), "a file where a folder should be");
        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> member("a"))
                .withMessageContaining(folder.resolve(Leases.FOLDER).toString());
    }
}
