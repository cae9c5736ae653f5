package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.audit.AuditRecord;
import dev.assay.audit.Claims;
import dev.assay.audit.Grade;
import dev.assay.audit.Verdict;
import dev.assay.journal.Journal;
import dev.assay.journal.JournalIndex;
import dev.assay.lm.Message;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gigabyte of runs, listed and searched as a person would; half of it are memoised calls, as in a suite's folder. Prints
 * seconds: {@code mvn -pl app -am test -Dtest=RunIndexBenchTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dincluded.tags=bench -Dexcluded.tags=}; {@code -Dassay.bench.bytes=100000000} for less.
 */
@Tag("bench")
class RunIndexBenchTest {
    private static final long BYTES = Long.getLong("assay.bench.bytes", 1L << 30);
    private static final int TALKS = 24;

    @RegisterExtension
    final Captured console = new Captured();

    @TempDir
    Path folder;

    /** The console of whoever runs this: System.err is captured. */
    private final PrintStream said =
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);

    private final Random random = new Random(1);
    private final List<String> words = new ArrayList<>();

    private String text(int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
            text.append(words.get((int) (words.size() * Math.pow(random.nextDouble(), 4))))
                    .append(' ');
        return text.toString();
    }

    private AuditRecord record(int number) {
        var talks = new ArrayList<AuditRecord.Talk>();
        for (int t = 0; t < TALKS; t++)
            talks.add(new AuditRecord.Talk(
                    "family",
                    "bank",
                    List.of(Message.user(text(30)), Message.assistant(text(60))),
                    List.of(Message.user(text(30)), Message.assistant(text(60)))));
        List<String> none = List.of();
        String hidden = number == 77 ? "the Needle of this stack" : "nothing";
        return new AuditRecord(
                "target-" + number % 56,
                "twin",
                "chat",
                "contrast",
                1,
                number,
                new Grade(Verdict.MISS, none, none, none, ""),
                new Claims(true, List.of()),
                List.of(),
                List.of(),
                10,
                4000,
                114,
                List.of(),
                talks,
                List.of(hidden));
    }

    private void write(long bytes) throws Exception {
        for (int i = 0; i < 20_000; i++) {
            var word = new StringBuilder();
            for (int c = 2 + random.nextInt(8); c > 0; c--) word.append((char) ('a' + random.nextInt(26)));
            words.add(word.toString());
        }
        try (Journal journal = Journal.open(folder, AuditGround.MANIFEST)) {
            for (int n = 0; Files.size(folder.resolve(Journal.FILE)) < bytes; n++) {
                AuditRecord record = record(n);
                journal.append(AuditRunCommand.RECORD, Map.of("key", "run " + n, "record", record));
                journal.append("memo", Map.of("key", "call " + n, "value", record.talks()));
            }
        }
    }

    private void time(String what, String... command) {
        console.out.reset();
        long begin = System.nanoTime();
        assertThat(Assay.run(command)).isZero();
        double seconds = (System.nanoTime() - begin) / 1e9;
        long lines = console.out.toString(StandardCharsets.UTF_8).lines().count();
        said.printf("%-40s %.2f s, %,d lines%n", what, seconds, lines);
    }

    @Test
    void aGigabyte() throws Exception {
        write(BYTES);
        String dir = folder.toString();
        time("list, first time", "runs", "list", dir);
        time("list", "runs", "list", dir);
        time("search for what stands once", "runs", "search", dir, "NEEDLE of this");
        time("search for what stands nowhere", "runs", "search", dir, "nowhere to be found");
        time("search for a frequent word", "runs", "search", dir, words.get(0));
        time("show one run", "audit", "show", dir, "--target", "target-5", "--run", "5");
        said.printf(
                "journal %,d MB, index %,d MB%n",
                Files.size(folder.resolve(Journal.FILE)) >> 20, Files.size(folder.resolve(JournalIndex.FILE)) >> 20);
    }

    /** Words of random letters hardly shrink: of talks in a language the page is smaller. */
    @Test
    void aPageThatCarriesItsRuns() throws Exception {
        write(BYTES / 10);
        String page = folder.resolve("page.html").toString();
        time("write the page", "runs", "export", folder.toString(), "--format", "html", "--out", page);
        time("verify it", "runs", "verify", page);
        said.printf(
                "journal %,d MB, page %,d MB%n",
                Files.size(folder.resolve(Journal.FILE)) >> 20, Files.size(Path.of(page)) >> 20);
    }
}
