package dev.assay.app.serve;

import static dev.assay.app.serve.Client.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does with clients that are too many, too slow, too large, gone, or not allowed. */
@Timeout(60)
class ServerLimitsTest {
    private static final String CHAT = "/v1/chat/completions";

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) Thread.sleep(5);
    }

    private static ObjectNode endless() {
        return chat("Hi", "temperature", 0, "max_tokens", 16_000);
    }

    // --- who comes in

    @Test
    void withATokenNobodyComesInWithoutIt() {
        Settings settings = ServedTiny.settings().withToken("secret-1");
        try (var tiny = new ServedTiny(settings, "Authorization", "Bearer secret-1")) {
            assertThat(tiny.client.get("/v1/models").status()).isEqualTo(200);
            for (String shown :
                    List.of("", "Bearer ", "Bearer secret-2", "Bearer secret-1x", "secret-1", "Basic secret-1")) {
                var client =
                        shown.isEmpty() ? new Client(tiny.server) : new Client(tiny.server, "Authorization", shown);
                try (client) {
                    for (String path : List.of("/v1/models", "/openapi.json", "/nowhere", "/v1/models/tiny")) {
                        Client.Reply reply = client.get(path);
                        assertThat(reply.status()).as(shown + " " + path).isEqualTo(401);
                        assertThat(reply.error().path("code").asText()).isEqualTo("invalid_api_key");
                        assertThat(reply.header("WWW-Authenticate")).contains("Bearer");
                    }
                    assertThat(client.post(CHAT, chat("Hi")).status()).isEqualTo(401);
                    assertThat(client.get("/health").status()).isEqualTo(200);
                }
            }
        }
    }

    @Test
    void withoutATokenAPageOfAnotherNameDoesNotComeIn() throws IOException {
        try (var tiny = new ServedTiny()) {
            for (String host :
                    List.of("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "10.0.0.1"))
                assertThat(raw(tiny, "GET /v1/models HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                        .startsWith("HTTP/1.1 403")
                        .contains("\"error\"");
            for (String host : List.of("localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000"))
                assertThat(raw(tiny, "GET /v1/models HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                        .startsWith("HTTP/1.1 200");
        }
    }

    private static String raw(ServedTiny tiny, String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", tiny.server.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void noPathLeadsToAFile() throws IOException {
        try (var tiny = new ServedTiny()) {
            for (String path : List.of(
                    "/../../../../etc/passwd",
                    "/..%2f..%2f..%2fetc/passwd",
                    "/%2e%2e/%2e%2e/etc/passwd",
                    "/v1/models/..%2f..%2fetc%2fpasswd",
                    "/v1/models/%2e%2e",
                    "/v1/models/;/../../etc/passwd",
                    "/v1/models/%00",
                    "//etc/passwd",
                    "/openapi.json/../../../etc/passwd",
                    "/\\..\\..\\etc\\passwd")) {
                String reply = raw(tiny, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                assertThat(reply)
                        .as(path)
                        .containsPattern("^HTTP/1.1 (400|404) ")
                        .contains("{\"error\":");
                assertThat(reply.toLowerCase(Locale.ROOT))
                        .as(path)
                        .doesNotContain("root:")
                        .doesNotContain("\tat ")
                        .doesNotContain("jetty")
                        .doesNotContain("exception");
            }
        }
    }

    // --- too much, too slow, gone

    @Test
    void aBodyThatIsTooLargeIsRefusedWithAndWithoutItsLength() {
        try (var tiny = new ServedTiny(ServedTiny.settings().withMaxBody(2000))) {
            ObjectNode body = chat("x".repeat(3000));
            assertThat(tiny.client.post(CHAT, body).status()).isEqualTo(413);
            byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
            HttpRequest.Builder chunked = tiny.client
                    .request(CHAT)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)));
            assertThat(tiny.client.send(chunked).error().path("code").asText()).isEqualTo("request_too_large");
            assertThat(tiny.client.post(CHAT, chat("Hi", "max_tokens", 1)).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aBodyThatDripsIsGivenUp() throws IOException, InterruptedException {
        try (var tiny = new ServedTiny(ServedTiny.settings().withTimeout(Duration.ofMillis(300)));
                var socket = new Socket("127.0.0.1", tiny.server.port())) {
            var out = socket.getOutputStream();
            out.write(("POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 1000\r\n\r\n{")
                    .getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 50 && socket.getInputStream().available() == 0; i++) {
                out.write(' ');
                Thread.sleep(20);
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 408")
                    .contains("request_timeout");
        }
    }

    /** Each byte breaks the silence, and still the head must come in time; others are answered meanwhile. */
    @Test
    void aHeadThatDripsIsGivenUp() throws IOException, InterruptedException {
        try (var tiny = new ServedTiny(ServedTiny.settings().withTimeout(Duration.ofMillis(400)));
                var socket = new Socket("127.0.0.1", tiny.server.port())) {
            socket.setSoTimeout(20);
            var out = socket.getOutputStream();
            out.write(
                    "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: localhost\r\nX: "
                            .getBytes(StandardCharsets.UTF_8));
            var got = new StringBuilder();
            assertThat(tiny.client.get("/v1/models").status()).isEqualTo(200);
            while (drip(socket, got))
                assertThat(got.toString().split("HTTP/1.1 200", -1)).hasSizeLessThan(3);
            assertThat(got).startsWith("HTTP/1.1 200"); // of the first request, which came whole
            assertThat(tiny.client.get("/v1/models").status()).isEqualTo(200);
        }
    }

    /** Sends a byte and reads what is there; false when the connection is closed. */
    private static boolean drip(Socket socket, StringBuilder got) {
        try {
            socket.getOutputStream().write('x');
            int read = socket.getInputStream().read();
            if (read >= 0) got.append((char) read);
            return read >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aTextThatTakesTooLongIsGivenUpAndItsPlaceIsFree() throws InterruptedException {
        try (var tiny = new ServedTiny(slow().withTimeout(Duration.ofMillis(500)))) {
            Client.Reply reply = tiny.client.post(CHAT, endless());
            assertThat(reply.status()).isEqualTo(504);
            assertThat(reply.error().path("code").asText()).isEqualTo("timeout");
            await(() -> tiny.server.texts() == 0);
            // of a stream the status is out: the error is its last event
            HttpRequest stream =
                    tiny.client.posting(CHAT, endless().put("stream", true)).build();
            String events = new String(tiny.client.exchange(stream).body(), StandardCharsets.UTF_8);
            assertThat(events)
                    .contains("\"delta\"")
                    .contains("\"code\":\"timeout\"")
                    .doesNotContain("[DONE]");
            await(() -> tiny.server.texts() == 0);
        }
    }

    /** An engine that writes one text at a time. */
    private static Settings slow() {
        return ServedTiny.settings().withEngine(ServedTiny.ENGINE.withTexts(1).withThreads(1));
    }

    @Test
    void whenThePlacesAreTakenOthersAreToldToComeAgain() throws InterruptedException {
        try (var tiny = new ServedTiny(slow().withQueue(2))) {
            List<CompletableFuture<HttpResponse<String>>> inside = new ArrayList<>();
            for (int i = 0; i < 3; i++) inside.add(open(tiny, endless()));
            await(() -> tiny.server.texts() == 3);
            Client.Reply full = tiny.client.post(CHAT, chat("Hi", "max_tokens", 1));
            assertThat(full.status()).isEqualTo(429);
            assertThat(full.header("Retry-After")).contains("1");
            assertThat(full.error().path("type").asText()).isEqualTo("rate_limit_error");
            // the one in the middle of the queue goes: its place is free, though the first still writes
            inside.get(1).cancel(true);
            await(() -> tiny.server.texts() == 2);
            inside.get(0).cancel(true);
            inside.get(2).cancel(true);
            await(() -> tiny.server.texts() == 0);
            assertThat(tiny.client.post(CHAT, chat("Hi", "max_tokens", 1)).status())
                    .isEqualTo(200);
            assertThat(tiny.client.post(CHAT, chat("Hi", "n", 4)).status()).isEqualTo(429);
        }
    }

    private static CompletableFuture<HttpResponse<String>> open(ServedTiny tiny, ObjectNode body) {
        return tiny.client
                .http()
                .sendAsync(tiny.client.posting(CHAT, body).build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatGoesFreesItsPlace(boolean stream) throws IOException, InterruptedException {
        try (var tiny = new ServedTiny(slow())) {
            byte[] body = endless().put("stream", stream).toString().getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 3; i++) {
                try (var socket = new Socket("127.0.0.1", tiny.server.port())) {
                    socket.getOutputStream()
                            .write(("POST " + CHAT
                                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                            + "Content-Length: " + body.length + "\r\n\r\n")
                                    .getBytes(StandardCharsets.UTF_8));
                    socket.getOutputStream().write(body);
                    await(() -> tiny.server.texts() == 1);
                    if (stream) assertThat(socket.getInputStream().read()).isEqualTo('H');
                }
                await(() -> tiny.server.texts() == 0);
            }
            assertThat(tiny.client.post(CHAT, chat("Hi", "max_tokens", 1)).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aClientThatReadsNothingHoldsNobodyUp() throws IOException, InterruptedException {
        try (var tiny = new ServedTiny();
                var socket = new Socket()) {
            socket.setReceiveBufferSize(1024);
            socket.connect(new InetSocketAddress("127.0.0.1", tiny.server.port()));
            byte[] body = chat("Hi", "max_tokens", 900, "n", 8, "stream", true, "logprobs", true, "top_logprobs", 20)
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
            socket.getOutputStream()
                    .write(("POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: " + body.length + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(body);
            await(() -> tiny.server.texts() > 0);
            assertThat(tiny.client
                            .post(CHAT, chat("Hi", "temperature", 0, "max_tokens", 11))
                            .text())
                    .isEqualTo(TinyModel.CYCLE);
            await(() -> tiny.server.texts() == 0); // written, though not read
        }
    }

    // --- many

    @Test
    void of64ClientsAllAreAnsweredInTheOrderOfTheirComing() {
        try (var tiny = new ServedTiny();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            String wanted = tiny.engine(tiny.greedy("Hi", 64)).text();
            var start = new CountDownLatch(1);
            List<Integer> done = Collections.synchronizedList(new ArrayList<>());
            List<CompletableFuture<Client.Reply>> all = IntStream.range(0, 64)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> {
                                join(start);
                                Client.Reply reply =
                                        tiny.client.post(CHAT, chat("Hi", "temperature", 0, "max_tokens", 64));
                                done.add(i);
                                return reply;
                            },
                            threads))
                    .toList();
            start.countDown();
            for (CompletableFuture<Client.Reply> reply : all) {
                assertThat(reply.join().status()).isEqualTo(200);
                assertThat(reply.join().text()).isEqualTo(wanted);
            }
            assertThat(done).hasSize(64);
            assertThat(tiny.server.texts()).isZero();
        }
    }

    private static void join(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // --- the end

    @Test
    void aServerThatStopsFinishesWhatItHasAndTakesNothingNew() throws InterruptedException {
        try (var tiny = new ServedTiny(slow())) {
            CompletableFuture<HttpResponse<String>> inside =
                    open(tiny, endless().put("max_tokens", 1500));
            await(() -> tiny.server.texts() == 1);
            var drained = CompletableFuture.runAsync(() -> tiny.server.drain(Duration.ofSeconds(30)));
            await(() -> tiny.client.get("/health").status() == 503);
            Client.Reply late = tiny.client.post(CHAT, chat("Hi", "max_tokens", 1));
            assertThat(late.status()).isEqualTo(503);
            assertThat(late.error().path("code").asText()).isEqualTo("shutting_down");
            assertThat(late.header("Retry-After")).isPresent();
            drained.join();
            assertThat(inside.join().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whoIsNotReadyByTheEndOfTheTimeIsToldSo() throws InterruptedException {
        try (var tiny = new ServedTiny(slow())) {
            CompletableFuture<HttpResponse<String>> inside = open(tiny, endless());
            await(() -> tiny.server.texts() == 1);
            tiny.server.drain(Duration.ofMillis(1));
            tiny.server.close();
            assertThat(inside.join().statusCode()).isEqualTo(503);
        }
    }

    @Test
    void aPortThatIsTakenIsSaidSo() {
        try (var tiny = new ServedTiny()) {
            int taken = tiny.server.port();
            assertThatThrownBy(() -> Server.start(ServedTiny.settings().withPort(taken), List.of()))
                    .isInstanceOf(ServeException.class)
                    .hasMessageContaining("" + taken);
        }
    }
}
