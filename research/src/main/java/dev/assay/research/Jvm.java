package dev.assay.research;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How further Java processes are started as this one was. */
final class Jvm {
    private Jvm() {}

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** What a Java process with LibTorch has to read: itself, its class path, the system's libraries, the unpacked LibTorch. */
    static List<String> readable() {
        List<String> out = new ArrayList<>(List.of(
                System.getProperty("java.home"),
                "/usr",
                "/lib",
                "/lib64",
                "/etc",
                "/proc",
                "/sys",
                "/dev",
                javacppCache()));
        Arrays.stream(classPath().split(File.pathSeparator))
                .filter(p -> !p.isEmpty())
                .map(p -> Path.of(p).toAbsolutePath().toString())
                .forEach(out::add);
        return out;
    }

    static String javacppCache() {
        return System.getProperty(
                "org.bytedeco.javacpp.cachedir",
                Path.of(System.getProperty("user.home"), ".javacpp", "cache").toString());
    }

    /** A Java process that computes with one thread. */
    static List<String> command(int heapMegabytes, Path temporary, String main, String... arguments) {
        List<String> out = new ArrayList<>(List.of(
                java(),
                "--add-modules=jdk.incubator.vector",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+DisplayVMOutputToStderr", // what the machine itself says would break the pipe
                "-Xmx" + heapMegabytes + "m",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-Dorg.bytedeco.javacpp.cachedir=" + javacppCache(),
                "-Djava.io.tmpdir=" + temporary.toAbsolutePath(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dfile.encoding=UTF-8",
                "-cp",
                classPath(),
                main));
        out.addAll(List.of(arguments));
        return out;
    }
}
