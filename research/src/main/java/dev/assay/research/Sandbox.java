package dev.assay.research;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What keeps a training process inside its folder. Each kind is tried before it is believed. */
enum Sandbox {
    /** The kernel's own, closed by the process itself before it begins. */
    LANDLOCK,
    /** bubblewrap: the file system read-only but for the folder, no network. */
    BUBBLEWRAP,
    /** Name spaces made by hand with {@code unshare}: the same. */
    UNSHARE,
    /** None: recipes of the grammar alone are trained, code is refused. */
    UNSANDBOXED;

    private static final String REMOUNT = """
            mount --bind "$0" "$0" || exit 99
            for m in $(cut -d' ' -f5 /proc/self/mountinfo | sort -ru); do
              [ "$m" = "$0" ] || mount -o remount,bind,ro "$m" 2>/dev/null
            done
            cd "$0" && exec "$@"
            """;

    /** The first kind that keeps a probe inside, or that of {@code -Dassay.sandbox=landlock|bubblewrap|unshare|unsandboxed}. */
    static Sandbox detect() {
        String forced = System.getProperty("assay.sandbox", "");
        if (!forced.isEmpty()) {
            Sandbox kind = valueOf(forced.toUpperCase(Locale.ROOT));
            if (!kind.holds()) throw new ResearchException("the sandbox " + forced + " does not work on this machine");
            return kind;
        }
        return Stream.of(values()).filter(Sandbox::holds).findFirst().orElse(UNSANDBOXED);
    }

    String words() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a probe can write inside and cannot write outside. */
    boolean holds() {
        if (this == UNSANDBOXED) return true;
        try {
            if (this == LANDLOCK && Native.landlockVersion() == 0) return false;
            Path folder = Files.createTempDirectory("assay-probe");
            try {
                Path inside = Files.createDirectories(folder.resolve("inside"));
                String script = "echo x > " + inside + "/file; echo x > " + folder + "/outside; echo x > /dev/null";
                var limits = new Protocol.Limits(20, 64, 512, 16);
                Process probe = new ProcessBuilder(command(inside, limits, List.of("/bin/sh", "-c", script)))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                probe.waitFor();
                return Files.exists(inside.resolve("file")) && !Files.exists(folder.resolve("outside"));
            } finally {
                delete(folder);
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A command that runs another with no right but to write below {@code folder}. */
    List<String> command(Path folder, Protocol.Limits limits, List<String> inner) {
        String where = folder.toAbsolutePath().toString();
        List<String> out = new ArrayList<>(confine(where, limits));
        switch (this) {
            case LANDLOCK, UNSANDBOXED -> {}
            case BUBBLEWRAP ->
                out.addAll(List.of(
                        "/usr/bin/bwrap",
                        "--ro-bind",
                        "/",
                        "/",
                        "--dev",
                        "/dev",
                        "--proc",
                        "/proc",
                        "--bind",
                        where,
                        where,
                        "--unshare-net",
                        "--die-with-parent",
                        "--chdir",
                        where));
            case UNSHARE ->
                out.addAll(List.of(
                        "/usr/bin/unshare",
                        "--user",
                        "--map-root-user",
                        "--mount",
                        "--net",
                        "/bin/sh",
                        "-c",
                        REMOUNT,
                        where));
        }
        out.addAll(inner);
        return out;
    }

    private List<String> confine(String folder, Protocol.Limits limits) {
        return List.of(
                Jvm.java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx32m",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Jvm.classPath(),
                Confine.class.getName(),
                String.valueOf(2 * limits.seconds()), // of all threads, a net under the clock
                String.valueOf((long) limits.fileMegabytes() << 20),
                this == LANDLOCK ? "landlock" : "limits",
                String.join(":", Jvm.readable()),
                folder + ":/dev/null");
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new ResearchException(folder + " can't be deleted (" + e.getMessage() + ")", e);
        }
    }
}
