package dev.assay.app;

import dev.assay.audit.suite.RunIndex;
import java.nio.file.Path;

/** Opens the index of a folder of runs; where that takes a while it is said how far it is. */
final class RunLookup {
    private static final int MEGABYTE = 1 << 20;
    private static final int WHILE = 32 * MEGABYTE;

    private RunLookup() {}

    static RunIndex open(Path folder) {
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            return RunIndex.open(folder, (done, of) -> {
                if (of > WHILE)
                    progress.at("reading " + folder + ", megabytes", (int) (done / MEGABYTE), (int) (of / MEGABYTE));
            });
        }
    }
}
