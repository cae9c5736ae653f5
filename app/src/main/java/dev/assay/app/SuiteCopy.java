package dev.assay.app;

import dev.assay.audit.suite.RunFolder;
import dev.assay.audit.suite.StaticReport;
import dev.assay.audit.suite.Suite;
import dev.assay.audit.suite.SuiteBook;
import dev.assay.audit.suite.SuiteControl;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A temporary folder with the runs of another and all else that a report is computed from, and nothing more: no memoised calls,
 * no errors of servers, no locks. A report is always computed from such a copy, so that whoever has the copy computes the same.
 */
final class SuiteCopy implements AutoCloseable {
    private static final Set<String> RUNS = Set.of(SuiteBook.RECORD, SuiteBook.SECONDS, RunsCommand.SCORE);
    private static final Set<String> STATIC = Set.of(AuditStaticCommand.RECORD, StaticReport.RECORD);

    private final Path folder;
    private @Nullable SuiteResult result;

    private SuiteCopy() {
        try {
            folder = Files.createTempDirectory("assay-suite");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for temporary files: " + e.getMessage(), e);
        }
    }

    /**
     * Whose copy it is.
     *
     * @param name of the folder
     * @param folder as the user calls it
     * @param program that made the copy
     */
    record About(int format, String name, String folder, String program) {
        static final int FORMAT = 0;
        private static final String FILE = "page.json";

        static About of(Path folder) {
            return new About(
                    FORMAT,
                    folder.toAbsolutePath().normalize().getFileName().toString(),
                    folder.toString(),
                    "assay " + Assay.VERSION);
        }

        static About read(Path copy) {
            try {
                return CanonicalJson.value(CanonicalJson.parse(Files.readAllBytes(copy.resolve(FILE))), About.class);
            } catch (IOException e) {
                throw new UncheckedIOException(FILE + " can't be read: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Of a folder of audits.
     *
     * @param statics where what tools show without an agent was evaluated, if not in the folder itself
     * @throws UserException if nothing has ended there
     */
    static SuiteCopy of(Path folder, Optional<Path> statics) {
        var copy = new SuiteCopy();
        try {
            copy.take(folder, statics);
            return copy;
        } catch (RuntimeException | Error e) {
            copy.close();
            throw e;
        }
    }

    /** The same again, from {@link #zip}. {@link IllegalArgumentException} if it is no such thing. */
    static SuiteCopy of(byte[] zip) {
        var copy = new SuiteCopy();
        try {
            SuiteZip.unpack(zip, copy.folder);
            return copy;
        } catch (RuntimeException | Error e) {
            copy.close();
            throw e;
        }
    }

    Path folder() {
        return folder;
    }

    SuiteResult result() {
        if (result == null) result = SuiteResult.of(folder, Journal.read(folder));
        return result;
    }

    byte[] zip() {
        return SuiteZip.pack(folder);
    }

    /**
     * Puts the runs into a folder for good.
     *
     * @return whether they were not there yet
     * @throws UserException if it holds other runs
     */
    boolean put(Path to) {
        var missing = new ArrayList<String>();
        try {
            for (String name : SuiteZip.names(folder)) {
                Path there = to.resolve(name);
                if (!Files.exists(there)) missing.add(name);
                else if (Files.mismatch(folder.resolve(name), there) >= 0)
                    throw new UserException(there + " is of other runs: name a new folder with --out DIR");
            }
            for (String name : missing) AtomicFile.write(to.resolve(name), Files.readAllBytes(folder.resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(to + " can't be compared with the runs: " + e.getMessage(), e);
        }
        return !missing.isEmpty();
    }

    private void take(Path from, Optional<Path> statics) {
        records(from, folder, type -> RUNS.contains(type) || STATIC.contains(type));
        statics.ifPresent(s -> records(s, folder, STATIC::contains));
        Path control = from.resolve(SuiteControl.FOLDER);
        if (Files.exists(control.resolve(Manifest.FILE)))
            records(control, folder.resolve(SuiteControl.FOLDER), type -> true);
        if (Files.exists(from.resolve(Suite.FILE))) file(from.resolve(Suite.FILE), Suite.FILE);
        Snapshot found = Journal.read(folder); // as whoever gets the copy reads it
        List<RunFolder.Run> runs = RunFolder.of(folder, found);
        if (runs.isEmpty()) throw new UserException("no run has ended in " + from + " yet");
        runs.forEach(r -> AgentRuns.file(from, r)
                .ifPresent(f -> file(f, AgentRuns.place(r).toString())));
        SuiteTargets.of(from, runs.stream().map(RunFolder.Run::record).toList()).write(folder);
        AtomicFile.write(folder.resolve(About.FILE), CanonicalJson.bytes(About.of(from)));
        result = SuiteResult.of(folder, found);
    }

    /** All writers' records, in the order in which they are read. */
    private static void records(Path from, Path to, Predicate<String> types) {
        Manifest manifest = Manifest.read(Files.exists(to.resolve(Manifest.FILE)) ? to : from);
        try (Journal journal = Journal.open(to, manifest)) {
            Journal.each(from, types, e -> journal.append(e.type(), e.body()));
        }
    }

    private void file(Path file, String name) {
        Path to = folder.resolve(name);
        try {
            Files.createDirectories(to.getParent());
            Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be copied: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be deleted: " + e.getMessage(), e);
        }
    }
}
