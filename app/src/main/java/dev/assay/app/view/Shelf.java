package dev.assay.app.view;

import dev.assay.journal.Journal;
import dev.assay.journal.JournalException;
import dev.assay.journal.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * What lies in the folders that were given: audits, dialogues, organisms, autoencoders, research, certificates. What was found stays under its name;
 * {@link #look} finds what came since. Thread-safe.
 */
final class Shelf {
    private static final int DEEPEST = 5;
    private static final String AUDITS = "audits";
    /** Beside the journal of audits, where {@code assay audit petri} writes if it is not told otherwise. */
    private static final String DIALOGUES = "petri";

    private final List<Path> roots;
    private final Map<Path, Object> found = new LinkedHashMap<>();
    private final Map<String, Path> ids = new LinkedHashMap<>();
    private final Map<Path, FileTime> looked = new HashMap<>();

    /** @param roots folders, or files of certificates */
    Shelf(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /**
     * Looks for what is new.
     *
     * @return whether there is something
     */
    synchronized boolean look() {
        int before = found.size();
        for (Path root : roots) visit(root, root, 0);
        return found.size() > before;
    }

    List<AuditFolder> audits() {
        return all(AuditFolder.class);
    }

    List<OrganismSuite> organisms() {
        return all(OrganismSuite.class);
    }

    List<SaeRun> autoencoders() {
        return all(SaeRun.class);
    }

    List<PetriFolder> dialogues() {
        return all(PetriFolder.class);
    }

    List<ResearchFolder> research() {
        return all(ResearchFolder.class);
    }

    List<CertificateFile> certificates() {
        return all(CertificateFile.class);
    }

    /** What has that name, if it is of that kind. */
    synchronized <T> Optional<T> named(Class<T> kind, String id) {
        return Optional.ofNullable(ids.get(id))
                .map(found::get)
                .filter(kind::isInstance)
                .map(kind::cast);
    }

    private synchronized <T> List<T> all(Class<T> kind) {
        return found.values().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private void visit(Path root, Path at, int depth) {
        if (found.containsKey(at)) {
            beside(root, at, depth);
            return;
        }
        if (Files.isRegularFile(at) && changed(at) && CertificateFile.is(at)) keep(root, at, CertificateFile::new);
        if (!Files.isDirectory(at) || (depth > 0 && Files.isSymbolicLink(at))) return;
        Optional<String> command = command(at);
        if (command.isPresent()) {
            if (command.get().equals(AUDITS)) keep(root, at, AuditFolder::new);
            else if (command.get().equals(SaeRun.COMMAND)) keep(root, at, SaeRun::new);
            beside(root, at, depth);
            return;
        }
        if (OrganismSuite.is(at)) keep(root, at, OrganismSuite::new);
        else if (PetriFolder.is(at)) keep(root, at, PetriFolder::new);
        else if (ResearchFolder.is(at)) keep(root, at, ResearchFolder::new);
        else if (depth < DEEPEST) inside(at).forEach(f -> visit(root, f, depth + 1));
    }

    private void beside(Path root, Path at, int depth) {
        Path dialogues = at.resolve(DIALOGUES);
        if (found.get(at) instanceof AuditFolder && Files.isDirectory(dialogues)) visit(root, dialogues, depth + 1);
    }

    /** Whether a file is new or other than when it was last looked into. */
    private boolean changed(Path file) {
        try {
            FileTime now = Files.getLastModifiedTime(file);
            return !now.equals(looked.put(file, now));
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> inside(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> !f.getFileName().toString().startsWith("."))
                    .filter(f -> Files.isDirectory(f) || f.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** What a run folder is of; audits are kept in a journal that is a cache to their command. */
    private static Optional<String> command(Path folder) {
        if (!Files.isRegularFile(folder.resolve(Manifest.FILE)) || !Files.isRegularFile(folder.resolve(Journal.FILE)))
            return Optional.empty();
        try {
            Manifest m = Manifest.read(folder);
            boolean audits = m.command().startsWith("audit")
                    || m.config().path("cache").asText().equals(AUDITS);
            return Optional.of(audits ? AUDITS : m.command());
        } catch (JournalException e) {
            return Optional.of("unreadable");
        }
    }

    private <T> void keep(Path root, Path at, BiFunction<String, Path, T> maker) {
        Path name = root.equals(at) ? name(root) : root.relativize(at);
        String wanted = HeatMap.slug(name.toString().replaceFirst("\\.json$", ""));
        String id = wanted;
        for (int i = 2; ids.containsKey(id); i++) id = wanted + "-" + i;
        ids.put(id, at);
        found.put(at, maker.apply(id, at));
    }

    private static Path name(Path root) {
        Path last = root.toAbsolutePath().normalize().getFileName();
        return last == null ? Path.of("runs") : last;
    }
}
