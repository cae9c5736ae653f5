package dev.assay.research;

import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The folder of a research project: {@code TASK.md} (what is wanted, read again before each sprint), {@code
 * protocol.json} (contract, limits, ladder), {@code baseline.yaml}, the {@link Ledger}, and {@code sprints/}, one folder
 * for each idea.
 */
public final class Workspace {
    public static final String TASK = "TASK.md";
    public static final String BASELINE = "baseline.yaml";
    public static final String SPRINTS = "sprints";
    static final String READ_TASK = "task";

    private final Path folder;
    private final Clock clock;
    private final Protocol protocol;
    private final Ledger ledger;

    private Workspace(Path folder, Protocol protocol, Clock clock) {
        this.folder = folder;
        this.protocol = protocol;
        this.clock = clock;
        this.ledger = new Ledger(folder, clock);
    }

    /**
     * Makes a workspace in a folder that is empty or not there.
     *
     * @throws ResearchException if there is something in the folder
     */
    public static Workspace init(Path folder, Protocol protocol, String code, Clock clock) {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(folder)) {
                if (files.findAny().isPresent())
                    throw new ResearchException(folder + " is not empty: name a folder that is empty or not there");
            }
            Files.createDirectories(folder.resolve(SPRINTS));
        } catch (IOException e) {
            throw new ResearchException(folder + " can't be made (" + e.getMessage() + ")", e);
        }
        String baseline = new Grammar(protocol).text(protocol.baseline());
        AtomicFile.write(folder.resolve(Protocol.FILE), CanonicalJson.pretty(protocol));
        AtomicFile.write(folder.resolve(BASELINE), utf8(baseline));
        String task = TaskFile.template(protocol);
        AtomicFile.write(folder.resolve(TASK), utf8(task));
        var workspace = new Workspace(folder, protocol, clock);
        workspace.ledger.append(
                "init",
                Map.of(
                        "code",
                        code,
                        "protocol",
                        protocol,
                        "protocol-sha256",
                        Hashes.of(folder.resolve(Protocol.FILE)),
                        "baseline-sha256",
                        Hashes.of(folder.resolve(BASELINE))));
        workspace.readTask();
        return workspace;
    }

    /** @throws ResearchException if it is no workspace, or its protocol is not the one that it was made with */
    public static Workspace open(Path folder, Clock clock) {
        Path file = folder.resolve(Protocol.FILE);
        if (!Files.exists(file))
            throw new ResearchException(
                    folder + " is no research workspace: make one with `assay research init " + folder + "`");
        Protocol protocol;
        try {
            protocol = CanonicalJson.value(CanonicalJson.parse(Files.readAllBytes(file)), Protocol.class);
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new ResearchException(file + " is damaged (" + e.getMessage() + "): restore it", e);
        }
        var workspace = new Workspace(folder, protocol, clock);
        for (String name : List.of(Protocol.FILE, BASELINE)) workspace.checkUnchanged(name);
        return workspace;
    }

    private void checkUnchanged(String name) {
        String field = name.replaceAll("\\..*", "") + "-sha256";
        String was = ledger.last("init")
                .orElseThrow(() -> new ResearchException(folder + " has no ledger: it was never made whole, delete it"))
                .body()
                .path(field)
                .asText();
        if (!was.equals(Hashes.of(folder.resolve(name))))
            throw new ResearchException(folder.resolve(name)
                    + " was changed after the workspace was made, and results would no longer compare: undo the change, or"
                    + " make another workspace");
    }

    /** Reads the task; if it is another than the last time, the difference goes to the ledger. Returns the entry. */
    LedgerEntry readTask() {
        String text = read(folder.resolve(TASK));
        String sha = Hashes.of(utf8(text));
        var last = ledger.last(READ_TASK);
        if (last.isPresent() && last.get().body().path("sha256").asText().equals(sha)) return last.get();
        String before = last.map(e -> e.body().path("text").asText()).orElse("");
        return ledger.append(READ_TASK, Map.of("sha256", sha, "text", text, "diff", LineDiff.of(before, text)));
    }

    String task() {
        return read(folder.resolve(TASK));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ResearchException(file + " can't be read (" + e.getMessage() + "): put it back", e);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public Path folder() {
        return folder;
    }

    Path sprints() {
        return folder.resolve(SPRINTS);
    }

    public Protocol protocol() {
        return protocol;
    }

    public Ledger ledger() {
        return ledger;
    }

    Clock clock() {
        return clock;
    }
}
