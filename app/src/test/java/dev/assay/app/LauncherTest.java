package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code assay} as it is in the zip, before a Java that only prints what it was started with. */
class LauncherTest {
    private static final String VECTORS = "--add-modules=jdk.incubator.vector";

    @TempDir
    Path folder;

    @BeforeEach
    void unzip() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash");
        Files.createDirectories(folder.resolve("zip/lib"));
        Files.copy(
                Path.of("..", "assay"),
                Files.createDirectory(folder.resolve("zip/bin")).resolve("assay"));
        Path java = folder.resolve("jdk/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(java, "#!/bin/bash\nprintf '%s\\n' \"$@\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
    }

    private List<String> started(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("/bin/bash", folder.resolve("zip/bin/assay").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ASSAY_JAVA_HOME", folder.resolve("jdk").toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.lines().toList();
    }

    /** Whatever may open a model needs the kernels, commands that are added later too. */
    @Test
    void allButWhatPrintsTextGetsTheKernels() throws IOException, InterruptedException {
        List<String> commands = new ArrayList<>(Assay.commandLine(new Settings(Map.of(), List.of()))
                .getSubcommands()
                .keySet());
        commands.removeAll(List.of("config", "completion", "help"));
        assertThat(commands).contains("audit", "organism", "worker", "view");
        for (String command : commands)
            assertThat(started(command, "run", "x"))
                    .as(command)
                    .contains(VECTORS)
                    .endsWith(command, "run", "x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--help",
                "audit run --help",
                "config",
                "completion bash",
                "runs list runs/suite",
                "audit show x"
            })
    void whatPrintsTextStartsWithoutJavasWarning(String line) throws IOException, InterruptedException {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
        assertThat(started(arguments)).doesNotContain(VECTORS).contains("dev.assay.app.Assay");
    }

    @Test
    void keepsArgumentsApart() throws IOException, InterruptedException {
        assertThat(started("model", "generate", "--text", "what does -h do", ""))
                .contains(VECTORS)
                .endsWith("--text", "what does -h do", "");
    }
}
