package dev.assay.journal;

import java.nio.file.Path;
import java.util.List;

/** The folder holds a run with another configuration, so its records can't be continued by this one. */
public final class ManifestMismatchException extends JournalException {

    private static final long serialVersionUID = 1L;

    private final List<String> differences;

    ManifestMismatchException(Path folder, List<String> differences) {
        super(folder + " holds another run: " + String.join("; ", differences)
                + ". Use another folder, or run again as that run was started (see " + folder.resolve(Manifest.FILE)
                + ")");
        this.differences = List.copyOf(differences);
    }

    /** One line for each field that differs: {@code config/seed is 17 there and 18 here}. */
    public List<String> differences() {
        return differences;
    }
}
