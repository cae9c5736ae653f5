package dev.assay.audit.suite;

import dev.assay.journal.Journal;
import dev.assay.journal.Leases;
import dev.assay.journal.Manifest;
import dev.assay.journal.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a suite stands.
 *
 * @param order what workers are told to do
 * @param level how many runs every cell has that is not spent
 * @param runs that are planned
 * @param failed what went wrong, once each
 * @param tokens that targets have written
 * @param workers who have joined and not left
 * @param damages lines of journals that can't be believed
 */
public record SuiteStatus(
        String order,
        int level,
        int runs,
        int scored,
        int voids,
        int errors,
        int open,
        List<String> failed,
        long tokens,
        Optional<Long> budget,
        List<Leases.Worker> workers,
        List<String> damages) {

    /** Looks at a suite's folder, also while it is worked on. */
    public static SuiteStatus of(Path folder) {
        Suite suite = Suite.read(folder);
        Snapshot found = snapshot(folder);
        SuiteControl control = new SuiteControl(folder);
        SuiteBook book = book(suite, found, control);
        return of(suite, book, control.order(), Leases.workers(folder), found.damages());
    }

    /** What is known of a suite's runs, up to damaged lines. */
    public static SuiteBook book(Path folder) {
        return book(folder, snapshot(folder));
    }

    /** The same of what was read of its journals. */
    static SuiteBook book(Path folder, Snapshot found) {
        return book(Suite.read(folder), found, new SuiteControl(folder));
    }

    private static SuiteBook book(Suite suite, Snapshot found, SuiteControl control) {
        var book = new SuiteBook(suite.runs());
        book.learn(found.entries());
        book.learn(control.entries());
        return book;
    }

    private static Snapshot snapshot(Path folder) {
        return Files.exists(folder.resolve(Manifest.FILE))
                ? Journal.readIntact(folder)
                : new Snapshot(Manifest.ofCache("nothing yet"), List.of(), 0, List.of());
    }

    private static SuiteStatus of(
            Suite suite, SuiteBook book, SuiteControl.Order order, List<Leases.Worker> workers, List<String> damages) {
        List<PlannedRun> open = book.runs(SuiteBook.Outcome.OPEN);
        return new SuiteStatus(
                order.word(),
                open.stream()
                        .mapToInt(r -> r.number() - 1)
                        .min()
                        .orElse(suite.plan().runs()),
                book.runs().size(),
                book.runs(SuiteBook.Outcome.SCORED).size(),
                book.runs(SuiteBook.Outcome.VOID).size(),
                book.runs(SuiteBook.Outcome.ERROR).size(),
                open.size(),
                book.runs().stream()
                        .flatMap(r -> book.error(r).stream())
                        .distinct()
                        .toList(),
                book.tokens(),
                suite.plan().budget().suite(),
                workers.stream().filter(w -> !w.ended()).toList(),
                damages);
    }

    /** In one line: {@code 12 of 40 runs, 1 void, 0 errors, 48,000 tokens; every cell has 1}. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "%d of %d runs, %d void, %d errors, %,d tokens%s; every cell has %d",
                scored + voids + errors,
                runs,
                voids,
                errors,
                tokens,
                budget.map(b -> String.format(Locale.ROOT, " of %,d", b)).orElse(""),
                level);
    }
}
