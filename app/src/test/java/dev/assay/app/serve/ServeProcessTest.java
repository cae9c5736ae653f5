package dev.assay.app.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own, and its end by SIGTERM. */
@Timeout(120)
class ServeProcessTest {
    @TempDir
    Path folder;

    private Process start(String... arguments) throws IOException {
        Path model = folder.resolve("secret-name");
        TinyModel.in(model);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dassay.home=" + folder.resolve("home"),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.assay.app.Assay",
                "serve",
                model.toString(),
                "--port",
                "0",
                "--threads",
                "1"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    @Test
    void itSaysWhereItIsAndFinishesItsTextsWhenItIsStopped() throws IOException, InterruptedException {
        Process process = start("--json");
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
                var http = HttpClient.newHttpClient()) {
            JsonNode said = Client.tree(out.readLine().getBytes(StandardCharsets.UTF_8));
            assertThat(said.path("models").toString()).isEqualTo("[\"model-1\"]");
            String url = said.path("url").asText();
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/chat/completions"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            Client.chat("Hi", "model", "model-1", "stream", true, "max_tokens", 3000, "temperature", 0)
                                    .toString()))
                    .build();
            Stream<String> lines = http.send(request, BodyHandlers.ofLines()).body();
            Iterator<String> each = lines.iterator();
            assertThat(each.next()).startsWith("data: ").doesNotContain("secret-name");
            process.destroy();
            String last = "";
            while (each.hasNext()) {
                String line = each.next();
                if (!line.isEmpty()) last = line;
            }
            assertThat(last).isEqualTo("data: [DONE]");
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
            assertThat(Files.readString(folder.resolve("err")))
                    .contains("model-1: ")
                    .contains("secret-name");
        } finally {
            process.destroyForcibly();
        }
    }
}
