package dev.assay.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A second process for the tests: {@code hold FOLDER} until its input ends, or {@code append FOLDER} until killed. */
public final class Child {

    private Child() {}

    /** Prints {@code open} or the error, then the number of each record that was appended. */
    public static void main(String[] args) throws IOException {
        try (Journal journal = Runs.open(Path.of(args[1]))) {
            System.out.println("open");
            while (args[0].equals("append")) {
                String text = "x".repeat(200_000);
                System.out.println(journal.append("reply", Map.of("text", text)).seq());
            }
            int ignored = System.in.read();
        } catch (JournalException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    static Process start(String mode, Path folder) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Child.class.getName(),
                        mode,
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
