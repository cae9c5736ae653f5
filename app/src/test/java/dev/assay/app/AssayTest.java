package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees who gives the command something wrong: one clear line, exit code 2. */
class AssayTest {
    @RegisterExtension
    final Captured console = new Captured();

    private final ByteArrayOutputStream out = console.out;
    private final ByteArrayOutputStream err = console.err;

    @TempDir
    Path folder;

    @Test
    void helpListsTheCommands() {
        assertThat(Assay.run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("demo", "chat", "info", "calibrate");
    }

    @Test
    void everyCommandExplainsItself() {
        for (String command : new String[] {"demo", "chat", "info", "calibrate"}) {
            out.reset();
            assertThat(Assay.run(command, "--help")).isZero();
            assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("Usage: assay " + command);
        }
    }

    @Test
    void anUnknownBehaviourIsOneLineThatListsTheKnown() {
        assertThat(Assay.run(
                        "demo",
                        "--behaviour",
                        "sulking",
                        "--out",
                        folder.resolve("run").toString()))
                .isEqualTo(2);
        assertThat(lines()).singleElement().asString().contains("sulking", "flattery", "increasing-pep");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void theReferenceTwinsSeedIsRefused() {
        assertThat(Assay.run(
                        "demo", "--seed", "0", "--out", folder.resolve("run").toString()))
                .isEqualTo(2);
        assertThat(lines()).singleElement().asString().contains("--seed", "1 or more");
    }

    @Test
    void aBusyRunFolderIsOneLineThatNamesIt() {
        Path run = folder.resolve("run");
        try (Journal held = Journal.open(run, Manifest.ofCache("somebody else's"))) {
            assertThat(Assay.run("demo", "--out", run.toString())).isEqualTo(2);
            assertThat(held.folder()).isEqualTo(run);
        }
        assertThat(lines()).singleElement().asString().contains(run.toString());
    }

    @Test
    void aRunFolderOfAnotherRunIsRefusedAndLeftAsItIs() throws Exception {
        Path run = folder.resolve("run");
        Journal.open(run, Manifest.ofCache("something else")).close();
        byte[] before = Files.readAllBytes(run.resolve(Manifest.FILE));
        assertThat(Assay.run("demo", "--out", run.toString())).isEqualTo(2);
        assertThat(Files.readAllBytes(run.resolve(Manifest.FILE))).isEqualTo(before);
    }

    @Test
    void aDamagedModelIsOneLineThatNamesTheFile() throws Exception {
        Path file =
                Files.write(folder.resolve("broken.gguf"), "GGUF and then nothing".getBytes(StandardCharsets.UTF_8));
        for (String command : new String[] {"chat", "info"}) {
            err.reset();
            assertThat(Assay.run(command, "--model", file.toString())).isEqualTo(2);
            assertThat(lines()).singleElement().asString().contains(file.toString());
        }
    }

    private java.util.List<String> lines() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
