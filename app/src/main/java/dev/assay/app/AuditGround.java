package dev.assay.app;

import dev.assay.chat.Chat;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** What audits stand on: the journal that keeps answers and runs, the models that play roles, and progress. Closes all. */
record AuditGround(Optional<Roles> roles, Journal journal, Memo memo, ConsoleProgress progress)
        implements AutoCloseable {
    /** Of all folders of audits. */
    static final Manifest MANIFEST = Manifest.ofCache("audits");

    /** @param roles a roles' file */
    static AuditGround open(Path folder, Optional<Path> roles) {
        return open(() -> Journal.open(folder, MANIFEST), roles);
    }

    /** The same where the journal is another's choice. */
    static AuditGround open(Supplier<Journal> opening, Optional<Path> roles) {
        Optional<Roles> read = roles.map(file -> Roles.read(file, new LocalModels()));
        Journal journal = opening.get();
        return new AuditGround(read, journal, new Memo(journal), ConsoleProgress.onStderr());
    }

    /** A role that can be asked, if the file has it. */
    Optional<Chat> role(String name) {
        return roles.filter(r -> r.names().contains(name)).map(r -> r.chat(name, memo));
    }

    /** A name of a model as that of a file. */
    static String fileName(String name) {
        return name.replaceAll("[^A-Za-z0-9.-]+", "-");
    }

    @Override
    public void close() {
        progress.close();
        roles.ifPresent(Roles::close);
        journal.close();
    }
}
