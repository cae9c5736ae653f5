package dev.assay.app.view;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/** The page and all its documents as files, for any web server. */
public final class Export {
    private Export() {}

    /**
     * Writes a bundle.
     *
     * @param folders what to show
     * @param to an empty or new folder, or one that holds an earlier bundle
     * @param progress told after each document how many of how many are written
     * @return number of files
     * @throws ViewException if the folder holds something else
     */
    public static int write(List<Path> folders, Path to, ObjIntConsumer<Integer> progress) {
        if (Files.exists(to.resolve("data")) != Files.exists(to.resolve(Assets.START)))
            throw new ViewException(to + " holds something else than an earlier export: name a new folder");
        var shelf = new Shelf(folders);
        shelf.look();
        for (AuditFolder f : shelf.audits()) while (f.refresh()) if (f.state().read() == 1) break;
        var pages = new Pages(shelf, false, Optional.empty());
        int files = 0;
        for (String name : Assets.names()) {
            AtomicFile.write(to.resolve(name.equals(Assets.START) ? name : "assets/" + name), Assets.bytes(name));
            files++;
        }
        List<String> addresses = pages.addresses();
        for (int i = 0; i < addresses.size(); i++) {
            Object document = pages.document(addresses.get(i)).orElseThrow();
            AtomicFile.write(to.resolve("data").resolve(addresses.get(i) + ".json"), CanonicalJson.bytes(document));
            progress.accept(i + 1, addresses.size());
        }
        for (var file : pages.files().entrySet()) {
            AtomicFile.write(to.resolve(file.getKey()), bytes(file.getValue()));
            files++;
        }
        return files + addresses.size();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
