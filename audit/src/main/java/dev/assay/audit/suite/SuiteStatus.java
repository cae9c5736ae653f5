package dev.assay.audit.suite;

import dev.assay.journal.JournalException;
import dev.assay.journal.JournalTail;
import dev.assay.journal.Leases;
import dev.assay.journal.Segments;
import dev.assay.journal.Snapshot;
import java.nio.file.Path;
import java.util.ArrayList;
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
        var book = new SuiteBook(suite.runs());
        List<String> damages = learn(book, folder);
        var control = new SuiteControl(folder);
        book.learn(control.entries());
        return of(suite, book, control.order(), Leases.workers(folder), damages);
    }

    /** What is known of a suite's runs, up to damaged lines. */
    public static SuiteBook book(Path folder) {
        var book = new SuiteBook(Suite.read(folder).runs());
        learn(book, folder);
        book.learn(new SuiteControl(folder).entries());
        return book;
    }

    /** Takes in what all workers have recorded, without holding it; returns what is wrong with lines that can't be believed. */
    private static List<String> learn(SuiteBook book, Path folder) {
        var damages = new ArrayList<String>();
        for (Path journal : Segments.all(folder))
            try {
                new JournalTail(journal).read(Long.MAX_VALUE, line -> {
                    if (SuiteBook.TYPES.contains(line.type())) book.learn(line.type(), line.body());
                });
            } catch (JournalException e) {
                damages.add(e.getMessage());
            }
        return damages;
    }

    /** What is known of the runs among what was read of a suite's journals. */
    static SuiteBook book(Path folder, Snapshot found) {
        var book = new SuiteBook(Suite.read(folder).runs());
        book.learn(found.entries());
        book.learn(new SuiteControl(folder).entries());
        return book;
    }

    private static SuiteStatus of(
            Suite suite, SuiteBook book, SuiteControl.Order order, List<Leases.Worker> workers, List<String> damages) {
        return new SuiteStatus(
                order.word(),
                book.level(),
                book.size(),
                book.count(SuiteBook.Outcome.SCORED),
                book.count(SuiteBook.Outcome.VOID),
                book.count(SuiteBook.Outcome.ERROR),
                book.count(SuiteBook.Outcome.OPEN),
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
