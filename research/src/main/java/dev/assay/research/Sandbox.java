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
            keep=$0; cd=$1; shift
            IFS=:
            for w in $keep; do mount --bind "$w" "$w" || exit 99; done
            unset IFS
            for m in $(cut -d' ' -f5 /proc/self/mountinfo | sort -ru); do
              case ":$keep:" in *":$m:"*) ;; *) mount -o remount,bind,ro "$m" 2>/dev/null ;; esac
            done
            cd "$cd" && exec "$@"
            """;

    /**
     * What a confined process may do.
     *
     * @param readable paths that it may read below; where name spaces confine it, it may read all
     * @param writable folders besides its own that it may write below
     * @param network whether it may use the network
     */
    record Rights(List<String> readable, List<Path> writable, boolean network) {
        Rights {
            readable = List.copyOf(readable);
            writable = List.copyOf(writable);
        }

        /** Those of a process that trains. */
        static Rights training() {
            return new Rights(Jvm.readable(), List.of(), false);
        }
    }

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
        return command(folder, limits, Rights.training(), inner);
    }

    /** A command that runs another in {@code folder} with these rights and that to write there. */
    List<String> command(Path folder, Protocol.Limits limits, Rights rights, List<String> inner) {
        String where = folder.toAbsolutePath().toString();
        List<String> writable = Stream.concat(Stream.of(folder), rights.writable().stream())
                .map(p -> p.toAbsolutePath().toString())
                .toList();
        List<String> out = new ArrayList<>(confine(writable, limits, rights));
        switch (this) {
            case LANDLOCK, UNSANDBOXED -> {}
            case BUBBLEWRAP -> {
                out.addAll(List.of("/usr/bin/bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"));
                writable.forEach(w -> out.addAll(List.of("--bind", w, w)));
                if (!rights.network()) out.add("--unshare-net");
                out.addAll(List.of("--die-with-parent", "--chdir", where));
            }
            case UNSHARE -> {
                out.addAll(List.of("/usr/bin/unshare", "--user", "--map-root-user", "--mount"));
                if (!rights.network()) out.add("--net");
                out.addAll(List.of("/bin/sh", "-c", REMOUNT, String.join(":", writable), where));
            }
        }
        out.addAll(inner);
        return out;
    }

    private List<String> confine(List<String> writable, Protocol.Limits limits, Rights rights) {
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
                this != LANDLOCK ? "limits" : rights.network() ? Confine.LANDLOCK_WITH_NETWORK : Confine.LANDLOCK,
                String.join(":", rights.readable()),
                String.join(":", writable) + ":/dev/null");
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new ResearchException(folder + " can't be deleted (" + e.getMessage() + ")", e);
        }
    }
}
