package dev.assay.research;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is not to change while somebody else's code runs: protocol, baseline, finished sprints, the ledger so far. What
 * other loops add meanwhile is no change.
 */
final class Outside {
    private final Workspace workspace;
    private final Path root;
    private final long ledgerBytes;
    private final String ledgerStart;
    private final Map<Path, String> hashes = new LinkedHashMap<>();

    private Outside(Workspace workspace) {
        this.workspace = workspace;
        this.root = workspace.folder();
        this.ledgerBytes = workspace.ledger().bytes();
        this.ledgerStart = Hashes.ofStart(root.resolve(Ledger.FILE), ledgerBytes);
    }

    /** As it is now, without what is below {@code own}. */
    static Outside of(Workspace workspace, Path own) {
        var outside = new Outside(workspace);
        outside.add(outside.root.resolve(Protocol.FILE));
        outside.add(outside.root.resolve(Workspace.BASELINE));
        for (Path folder : SprintFolder.all(workspace))
            if (SprintFolder.done(folder) && !folder.equals(own)) outside.add(folder);
        return outside;
    }

    /** The same, and these files and folders. */
    Outside and(List<Path> more) {
        more.forEach(this::add);
        return this;
    }

    private void add(Path path) {
        hashes.put(path, hash(path));
    }

    private static String hash(Path path) {
        if (Files.isDirectory(path)) return Hashes.ofTree(path, file -> true);
        return Files.isRegularFile(path) ? Hashes.of(path) : "";
    }

    /** The first file or finished sprint that is no longer what it was, by its path in the workspace. */
    Optional<String> changed() {
        for (Map.Entry<Path, String> was : hashes.entrySet())
            if (!hash(was.getKey()).equals(was.getValue()))
                return Optional.of(root.relativize(was.getKey()).toString());
        if (!readable()) return Optional.of(Ledger.FILE);
        boolean same = Hashes.ofStart(root.resolve(Ledger.FILE), ledgerBytes).equals(ledgerStart);
        return same ? Optional.empty() : Optional.of(Ledger.FILE);
    }

    /** Whether what was added to the ledger meanwhile are entries. */
    private boolean readable() {
        try {
            workspace.ledger().entries();
            return true;
        } catch (ResearchException e) {
            return false;
        }
    }
}
