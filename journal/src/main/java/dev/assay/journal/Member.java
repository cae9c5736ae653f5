package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One of those who share the work of a folder: a process.
 *
 * @param id      its own, never used twice
 * @param machine where its process number means something; empty where that can't be told
 * @param pid     of its process
 * @param started of its process, in milliseconds; 0 where that can't be told
 */
record Member(String id, String machine, long pid, long started) {

    static final String FOLDER = "members";

    private static final String HERE = thisMachine();

    /** This process under a name. */
    static Member here(String name) {
        ProcessHandle self = ProcessHandle.current();
        String id = name + "-" + UUID.randomUUID().toString().substring(0, 8);
        return new Member(id, HERE, self.pid(), started(Optional.of(self)));
    }

    static Path file(Path leases, String id) {
        return leases.resolve(FOLDER).resolve(id + ".json");
    }

    void write(Path leases, long beat, boolean ended) {
        Map<String, Object> heart = new LinkedHashMap<>();
        heart.put("member", id);
        heart.put("machine", machine);
        heart.put("pid", pid);
        heart.put("started", started);
        heart.put("beat", beat);
        heart.put("ended", ended);
        heart.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        AtomicFile.write(file(leases, id), CanonicalJson.bytes(heart));
    }

    /** Whether a heartbeat is of a process of this machine that is no more. */
    static boolean isGone(JsonNode heart) {
        String where = heart.path("machine").asText();
        if (where.isEmpty() || !where.equals(HERE)) {
            return false;
        }
        Optional<ProcessHandle> process = ProcessHandle.of(heart.path("pid").asLong());
        long started = heart.path("started").asLong();
        return process.filter(ProcessHandle::isAlive).isEmpty() || another(started, started(process));
    }

    /** Whether two starts of processes of one number are known to differ: numbers are used again. */
    private static boolean another(long one, long other) {
        return one != 0 && other != 0 && one != other;
    }

    private static long started(Optional<ProcessHandle> process) {
        return process.flatMap(p -> p.info().startInstant())
                .map(Instant::toEpochMilli)
                .orElse(0L);
    }

    /** Host, boot and space of process numbers: containers may share the first two. */
    private static String thisMachine() {
        try {
            return InetAddress.getLocalHost().getHostName() + " "
                    + Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                            .strip() + " "
                    + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
