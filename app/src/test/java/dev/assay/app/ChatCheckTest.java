package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay chat check}: what a person sees of roles that work and of roles that do not. */
class ChatCheckTest {
    private static final String ANSWER = """
            {"model": "m-1", "choices": [{"index": 0, "finish_reason": "stop",
              "message": {"role": "assistant", "content": "Hello there."}}],
             "usage": {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}}
            """;

    @RegisterExtension
    final Captured console = new Captured();

    private final ByteArrayOutputStream out = console.out;
    private final ByteArrayOutputStream err = console.err;
    private HttpServer server;
    private volatile int status = 200;
    private volatile String body = ANSWER;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    private int check(String yaml, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("roles.yaml"), yaml);
        String[] args = new String[4 + more.length];
        System.arraycopy(new String[] {"chat", "check", "--roles", file.toString()}, 0, args, 0, 4);
        System.arraycopy(more, 0, args, 4, more.length);
        return Assay.run(args);
    }

    @Test
    void aRoleThatAnswersIsDescribed() throws IOException {
        assertThat(check("judge: {provider: openai-compatible, model: m, base-url: \"" + url()
                        + "\", price: {input: 1, output: 2}}"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "judge: m at " + url(), "m-1", "Hello there.", "10 + 3 tokens, $0.000016", "chat, temperature");
    }

    @Test
    void oneThatDoesNotIsTwoWithTheRemedyAndTheOthersAreAskedAllTheSame() throws IOException {
        status = 401;
        body = "{\"error\": {\"message\": \"bad key\"}}";
        String yaml = "{judge: {provider: openai-compatible, model: m, base-url: \"" + url()
                + "\"}, generator: {provider: openrouter, model: m, key: A_VARIABLE_THAT_NOBODY_SETS}}";
        assertThat(check(yaml, "--json")).isEqualTo(2);
        JsonNode roles = new ObjectMapper()
                .readTree(out.toString(StandardCharsets.UTF_8))
                .path("roles");
        assertThat(roles.size()).isEqualTo(2);
        assertThat(roles.path(0).path("error").asText()).contains("role judge", "HTTP 401: bad key", "key");
        assertThat(roles.path(1).path("error").asText()).contains("A_VARIABLE_THAT_NOBODY_SETS", "set it");
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(2).allMatch(l -> l.startsWith("assay: role "));
    }

    @Test
    void anUnreachableServerIsTwo() throws IOException {
        server.stop(0);
        assertThat(check("judge: {provider: vllm, model: m, base-url: \"" + url() + "\"}", "--role", "judge"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("nobody answers there", "start the server");
    }

    @Test
    void theEmbeddedModelCanBeChecked() throws IOException {
        assertThat(check("target: {provider: local, model: smollm2, max-tokens: 8}"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("smollm2 on this machine", "$0.000000", "user-turn");
    }

    @Test
    void aWrongFileOrRoleIsOneLine() throws IOException {
        assertThat(check("judge: {provider: nobody, model: m}")).isEqualTo(2);
        assertThat(check("judge: {provider: local, model: \"nowhere.gguf\"}")).isEqualTo(2);
        assertThat(check("judge: {provider: local, model: smollm2}", "--role", "jury"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(3)
                .anyMatch(l -> l.contains("judge.provider"))
                .anyMatch(l -> l.contains("no model nowhere.gguf"))
                .anyMatch(l -> l.contains("no role jury"));
    }
}
