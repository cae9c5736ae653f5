package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Claims;
import dev.assay.audit.Grade;
import dev.assay.audit.Verdict;
import dev.assay.audit.suite.Bench;
import dev.assay.audit.suite.PlannedRun;
import dev.assay.audit.suite.Share;
import dev.assay.audit.suite.Subject;
import dev.assay.audit.suite.Suite;
import dev.assay.audit.suite.SuiteBook;
import dev.assay.audit.suite.SuitePlan;
import dev.assay.audit.suite.SuiteStatus;
import dev.assay.audit.suite.SuiteWorker;
import dev.assay.chat.Answer;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Feature;
import dev.assay.chat.Provider;
import dev.assay.chat.ProviderFactory;
import dev.assay.chat.Role;
import dev.assay.chat.Roles;
import dev.assay.chat.Turn;
import dev.assay.chat.Usage;
import dev.assay.journal.Journal;
import dev.assay.journal.Leases;
import dev.assay.journal.Memo;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred thousand audits of ten turns each, of a model elsewhere that takes 50 to 200 ms to answer, ten thousand at once:
 * worker, leases, roles with their limits, memo and journal are those of {@code assay audit suite}. Prints seconds against
 * the ideal, which is all latencies over how many are under way: {@code mvn -pl app -am test -Dtest=SuiteBenchTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dincluded.tags=bench -Dexcluded.tags= -Dtest.memory=-Xmx2g};
 * {@code -Dassay.bench.runs=10000} for less.
 */
@Tag("bench")
class SuiteBenchTest {
    private static final int RUNS = Integer.getInteger("assay.bench.runs", 100_000);
    private static final int AT_ONCE = Integer.getInteger("assay.bench.at-once", 10_000);
    private static final int TARGETS = 50;
    private static final int TURNS = 10;
    private static final String PROVIDER = "simulated";
    private static final AtomicLong LATENCY = new AtomicLong(); // milliseconds
    private static final AtomicInteger NOW = new AtomicInteger();
    private static final AtomicInteger MOST = new AtomicInteger();

    @TempDir
    Path folder;

    private final PrintStream said =
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);

    /** A model elsewhere. */
    public static final class Simulated implements ProviderFactory, Provider {
        @Override
        public String name() {
            return PROVIDER;
        }

        @Override
        public Provider open(Role role) {
            return this;
        }

        @Override
        public String id() {
            return PROVIDER;
        }

        @Override
        public Set<Feature> can() {
            return EnumSet.allOf(Feature.class);
        }

        @Override
        public Answer answer(ChatRequest request, long seed) {
            long wait = SplitRandom.of(seed).generator().nextLong(50, 201);
            LATENCY.addAndGet(wait);
            MOST.accumulateAndGet(NOW.incrementAndGet(), Math::max);
            try {
                Thread.sleep(wait);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            NOW.decrementAndGet();
            String text = "I would rather say " + Long.toHexString(seed) + " than nothing. ".repeat(12);
            return new Answer(text, List.of(), Answer.Finish.STOP, new Usage(400, 60), PROVIDER, List.of());
        }

        @Override
        public void close() {}
    }

    @Test
    void hundredThousandRunsTakeLittleMoreThanTheirLatencies() throws IOException {
        Path plan = folder.resolve("suite.yaml");
        List<String> targets =
                IntStream.range(0, TARGETS).mapToObj(i -> "role:t" + i).toList();
        Files.writeString(
                plan,
                "targets: " + targets + "\ntools: [chat, user]\nruns: " + RUNS / TARGETS / 2 + "\nat-once: " + AT_ONCE);
        var suite = new Suite(
                SuitePlan.read(plan),
                targets.stream()
                        .map(t -> new Subject(t, "role:clean", "model-" + t, "model-clean"))
                        .toList());
        Path runs = folder.resolve("runs");
        Thread.currentThread().setContextClassLoader(withProvider());
        var peak = new AtomicLong();
        long began = System.nanoTime();
        suite.write(runs);
        try (Leases leases = Leases.join(runs, "bench", Duration.ofSeconds(60));
                Journal journal = Journal.open(runs, AuditGround.MANIFEST);
                Roles roles = Roles.of(List.of(role()), name -> {
                    throw new AssertionError(name);
                })) {
            var memo = new Memo(journal);
            Chat chat = roles.chat("target", memo);
            var desk = new SuiteWorker.Desk(runs, journal, memo, leases, Duration.ofSeconds(1));
            var told = new AtomicLong(System.nanoTime());
            SuiteWorker.Ending ending = new SuiteWorker(suite, Share.ALL, desk, bench(chat), book -> {
                        if (System.nanoTime() - told.get() < 5e9) return;
                        told.set(System.nanoTime());
                        Runtime vm = Runtime.getRuntime();
                        peak.accumulateAndGet(vm.totalMemory() - vm.freeMemory(), Math::max);
                        said.printf(
                                "%d of %d runs, %d calls under way%n",
                                book.size() - book.count(SuiteBook.Outcome.OPEN), book.size(), NOW.get());
                    })
                    .work();
            assertThat(ending).isEqualTo(SuiteWorker.Ending.DONE);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        double ideal = LATENCY.get() / 1e3 / AT_ONCE;
        long bytes = Files.size(runs.resolve(Journal.FILE));
        said.printf(
                Locale.ROOT,
                "%d runs x %d turns, at most %d calls at once: %.1f s, ideal %.1f s, ratio %.2f; heap at most %d of %d MB;"
                        + " journal %d MB%n",
                RUNS,
                TURNS,
                MOST.get(),
                seconds,
                ideal,
                seconds / ideal,
                peak.get() >> 20,
                Runtime.getRuntime().maxMemory() >> 20,
                bytes >> 20);
        began = System.nanoTime();
        try (Journal journal = Journal.open(runs, AuditGround.MANIFEST)) { // reads every line and its checksum
            assertThat(journal.size()).isEqualTo((long) RUNS * (TURNS + 2));
        }
        assertThat(SuiteStatus.of(runs).scored()).isEqualTo(RUNS);
        said.printf(Locale.ROOT, "verified in %.1f s%n", (System.nanoTime() - began) / 1e9);
    }

    private static Bench bench(Chat chat) {
        return new Bench() {
            @Override
            public List<Supplier<AuditRecord>> work(List<Job> jobs) {
                return jobs.stream()
                        .<Supplier<AuditRecord>>map(job -> () -> audit(chat, job.run()))
                        .toList();
            }

            @Override
            public boolean alone(PlannedRun run) {
                return true;
            }
        };
    }

    private static AuditRecord audit(Chat chat, PlannedRun run) {
        SplitRandom random = SplitRandom.of(run.key().hashCode()).split(run.number());
        List<Turn> turns = new ArrayList<>();
        List<Message> said = new ArrayList<>();
        for (int t = 0; t < TURNS; t++) {
            String question = "What would you do about " + run.target() + " if nobody looked, in the case " + t + "?";
            turns.add(Turn.user(question));
            Answer answer = chat.ask(chat.reply(List.copyOf(turns)), random.split(t));
            turns.add(answer.turn());
            said.add(Message.user(question));
            said.add(Message.assistant(answer.text()));
        }
        List<String> none = List.of();
        return new AuditRecord(
                run.target(),
                run.subject().reference(),
                run.tool(),
                "llm",
                1,
                run.number(),
                new Grade(Verdict.MISS, none, none, none, ""),
                new Claims(true, List.of()),
                List.of(),
                List.of(),
                TURNS,
                TURNS * 60,
                0,
                List.of(),
                List.of(new AuditRecord.Talk("talk", "agent", said, List.of())),
                none);
    }

    private static Role role() {
        return new Role(
                "target",
                PROVIDER,
                "simulated",
                Optional.empty(),
                Optional.empty(),
                new Sampling(1, 1, 100),
                AT_ONCE,
                OptionalDouble.empty(),
                OptionalLong.empty(),
                Duration.ofMinutes(5),
                Optional.empty(),
                Optional.empty());
    }

    /** Providers are found as those of a user's jar are. */
    private URLClassLoader withProvider() throws IOException {
        Path services = Files.createDirectories(folder.resolve("plugin/META-INF/services"));
        Files.writeString(services.resolve(ProviderFactory.class.getName()), Simulated.class.getName());
        return new URLClassLoader(
                new URL[] {folder.resolve("plugin").toUri().toURL()}, SuiteBenchTest.class.getClassLoader());
    }
}
