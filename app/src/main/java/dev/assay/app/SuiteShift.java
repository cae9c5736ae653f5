package dev.assay.app;

import dev.assay.audit.suite.Share;
import dev.assay.audit.suite.Suite;
import dev.assay.audit.suite.SuiteBook;
import dev.assay.audit.suite.SuiteWorker;
import dev.assay.journal.Leases;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A process's work on a suite: joins, works, shows on stderr how it goes, leaves. */
final class SuiteShift {
    private static final int POLLS_PER_EXPIRY = 10;

    @Option(
            names = "--expiry",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "a worker that is silent for so long is given up (default: 60, the same for all)")
    int expiry;

    private int level;
    private @Nullable String last;

    /** @param name of this worker */
    SuiteWorker.Ending work(Suite suite, Path folder, String name, Share share, AuditGround ground, SuiteGround bench) {
        if (expiry < 1) throw new UserException("--expiry must be 1 or more");
        Duration patience = Duration.ofSeconds(expiry);
        try (Leases leases = Leases.join(folder, name, patience)) {
            var desk = new SuiteWorker.Desk(
                    folder, ground.journal(), ground.memo(), leases, patience.dividedBy(POLLS_PER_EXPIRY));
            SuiteWorker.Ending ending =
                    new SuiteWorker(suite, share, desk, bench, book -> show(suite, book, ground.progress())).work();
            ground.journal().commit();
            return ending;
        }
    }

    private void show(Suite suite, SuiteBook book, ConsoleProgress progress) {
        int runs = book.size();
        int done = runs - book.count(SuiteBook.Outcome.OPEN);
        String now = done + " " + book.tokens();
        if (now.equals(last)) return;
        last = now;
        progress.at("runs", done, runs, note(book));
        int had = level;
        level = book.level();
        if (level > had && level < suite.plan().runs()) {
            progress.say("every cell has " + level + " of " + suite.plan().runs() + ":");
            System.err.print(new AuditTable(book.records(), (target, dose) -> java.util.Optional.empty()).tools());
        }
    }

    private static String note(SuiteBook book) {
        int voids = book.count(SuiteBook.Outcome.VOID);
        int errors = book.count(SuiteBook.Outcome.ERROR);
        return String.format(java.util.Locale.ROOT, " (%d void, %d errors), %,d tokens", voids, errors, book.tokens());
    }
}
