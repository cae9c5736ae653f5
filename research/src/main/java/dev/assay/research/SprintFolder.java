package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.AtomicFile;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folder of one sprint. It comes into being in one move with README.md and LEASE in it, so that nobody sees half of
 * it; whoever holds the lease works in it; it ends with DONE. A lease that ran out, or whose process is gone, may be
 * taken over.
 */
final class SprintFolder {
    static final String README = "README.md";
    static final String DONE = "DONE";
    static final String LOG = "log.md";
    private static final String LEASE = "LEASE";
    private static final Duration TERM = Duration.ofMinutes(3);
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd--HH-mm-ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Workspace workspace;
    private final Path folder;
    private final String owner;

    private SprintFolder(Workspace workspace, Path folder, String owner) {
        this.workspace = workspace;
        this.folder = folder;
        this.owner = owner;
    }

    /** A name for this process as a holder of leases; two loops in one process have two. */
    static String newOwner() {
        return ProcessHandle.current().pid() + "@" + UUID.randomUUID();
    }

    static SprintFolder create(Workspace workspace, String idea, String readme, String owner) {
        String base = NAME.format(workspace.clock().instant()) + "--" + slug(idea);
        Path hidden = workspace.sprints().resolve("." + UUID.randomUUID());
        AtomicFile.write(hidden.resolve(README), Workspace.utf8(readme));
        AtomicFile.write(hidden.resolve(LEASE), CanonicalJson.bytes(lease(workspace, owner)));
        for (int n = 1; ; n++) {
            Path folder = workspace.sprints().resolve(n == 1 ? base : base + "-" + n);
            if (Files.exists(folder)) continue;
            try {
                Files.move(hidden, folder);
                return new SprintFolder(workspace, folder, owner);
            } catch (IOException e) {
                if (!Files.exists(folder)) throw failed(folder, e);
            }
        }
    }

    private static String slug(String idea) {
        String words =
                idea.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return words.length() <= 60 ? words : words.substring(0, 60).replaceAll("-$", "");
    }

    /** The folders of all sprints, oldest first. */
    static List<Path> all(Workspace workspace) {
        try (Stream<Path> folders = Files.list(workspace.sprints())) {
            return folders.filter(Files::isDirectory)
                    .filter(f -> !f.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw failed(workspace.sprints(), e);
        }
    }

    static boolean done(Path folder) {
        return Files.exists(folder.resolve(DONE));
    }

    /** Takes over the oldest unfinished sprint that nobody works on. */
    static Optional<SprintFolder> takeOver(Workspace workspace, String owner) {
        return workspace
                .ledger()
                .exclusively(() -> all(workspace).stream()
                        .filter(f -> !done(f) && abandoned(workspace, f))
                        .findFirst()
                        .map(f -> {
                            var sprint = new SprintFolder(workspace, f, owner);
                            sprint.renew();
                            return sprint;
                        }));
    }

    private static boolean abandoned(Workspace workspace, Path folder) {
        Path file = folder.resolve(LEASE);
        if (!Files.exists(file)) return true;
        try {
            JsonNode lease = CanonicalJson.parse(Files.readAllBytes(file));
            if (Instant.parse(lease.path("until").asText())
                    .isBefore(workspace.clock().instant())) return true;
            boolean here = lease.path("host").asText().equals(host());
            long pid = lease.path("pid").asLong();
            return here && !began(pid).equals(lease.path("began").asText());
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static Map<String, Object> lease(Workspace workspace, String owner) {
        long pid = ProcessHandle.current().pid();
        return Map.of(
                "owner", owner,
                "pid", pid,
                "began", began(pid),
                "host", host(),
                "until", workspace.clock().instant().plus(TERM).toString());
    }

    /** When a process began, which tells it from a later one of the same number; empty if there is none. */
    private static String began(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(p -> p.info().startInstant())
                .map(Instant::toString)
                .orElse("");
    }

    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "this machine"; // no Linux: leases of other machines end by time alone
        }
    }

    /** Whether the lease is still this owner's. */
    boolean held() {
        try {
            return CanonicalJson.parse(Files.readAllBytes(folder.resolve(LEASE)))
                    .path("owner")
                    .asText()
                    .equals(owner);
        } catch (IOException e) {
            return false;
        }
    }

    /** Puts off the end of the lease. */
    void renew() {
        AtomicFile.write(folder.resolve(LEASE), CanonicalJson.bytes(lease(workspace, owner)));
    }

    /** Puts off the end of the lease unless somebody has taken over. */
    void keep() {
        if (held()) renew();
    }

    /** Lets others go on with it at once. */
    void release() {
        try {
            if (held()) Files.deleteIfExists(folder.resolve(LEASE));
        } catch (IOException e) {
            throw failed(folder.resolve(LEASE), e);
        }
    }

    /** A line of the running log. */
    void log(String line) {
        String stamped = "- " + NAME.format(workspace.clock().instant()) + " " + line + "\n";
        try {
            Files.writeString(folder.resolve(LOG), stamped, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failed(folder.resolve(LOG), e);
        }
    }

    /** Ends the sprint: DONE comes whole, and last. */
    void finish(Map<String, Object> facts) {
        AtomicFile.write(folder.resolve(DONE), CanonicalJson.pretty(facts));
        release();
    }

    String name() {
        return folder.getFileName().toString();
    }

    Path folder() {
        return folder;
    }

    private static ResearchException failed(Path path, IOException e) {
        return new ResearchException(path + " can't be used (" + e.getMessage() + ")", e);
    }
}
