package dev.assay.app;

import dev.assay.chat.Chat;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.organism.Authors;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which models write the texts that organisms learn from; none if no roles' file is given. */
final class AuthorOptions {
    private static final String USER = "user";

    @Option(
            names = "--roles",
            paramLabel = "FILE",
            description =
                    "models write the texts: roles generator, judge and (optional) user of this file (docs/chat.md)")
    @Nullable
    Path roles;

    @Option(names = "--revise", description = "with --roles: every document is written again after a critique")
    boolean revise;

    /** What stands in the name of a suite's folder for the models that write. */
    String suffix() {
        if (roles == null) return "";
        try (Roles read = Roles.read(roles, new LocalModels())) {
            String model = read.role("generator").model();
            return "-by-" + model.replaceAll("[^A-Za-z0-9.]+", "-") + (revise ? "-revised" : "");
        }
    }

    /** Does work with the models, whose answers are kept in a folder; what they took is said afterwards. */
    <T> T with(Path folder, ConsoleProgress progress, Function<Optional<Authors>, T> work) {
        if (roles == null) return work.apply(Optional.empty());
        try (Roles read = Roles.read(roles, new LocalModels());
                Journal journal = Journal.open(folder.resolve("authors"), Manifest.ofCache("authors"))) {
            var memo = new Memo(journal);
            Chat generator = read.chat("generator", memo);
            Chat user = read.names().contains(USER) ? read.chat(USER, memo) : generator;
            try {
                return work.apply(Optional.of(new Authors(generator, user, read.chat("judge", memo), revise)));
            } finally {
                read.totals().forEach(t -> progress.say(t.line()));
            }
        }
    }
}
