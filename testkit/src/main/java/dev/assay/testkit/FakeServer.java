package dev.assay.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A server that speaks OpenAI's and Anthropic's languages, and misbehaves where it is told to. Its model echoes: a word is
 * a token, the answer is {@code echo} and the last words of the prompt, and a seed shows in it.
 */
public final class FakeServer implements AutoCloseable {
    public static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final FakeModel model = new FakeModel(this);
    public final Queue<JsonNode> bodies = new ConcurrentLinkedQueue<>();
    public final Queue<String> paths = new ConcurrentLinkedQueue<>();
    public final Queue<String> keys = new ConcurrentLinkedQueue<>();
    /** Taken one for each request, before the next is answered as it should be. */
    public final Queue<Misdeed> misdeeds = new ConcurrentLinkedQueue<>();
    /** Does a misdeed to some requests, by what they say. */
    public volatile Function<JsonNode, Optional<Misdeed>> mood = body -> Optional.empty();

    /** What a chat is answered with, one for each, before the model echoes again. */
    public final Queue<String> scripted = new ConcurrentLinkedQueue<>();

    /** Plays a part in a chat, by all that was said so far; where it has no line, the model echoes. */
    public volatile Function<JsonNode, Optional<Line>> player = body -> Optional.empty();

    public final AtomicInteger running = new AtomicInteger();
    public final AtomicInteger mostRunning = new AtomicInteger();
    public final AtomicInteger answered = new AtomicInteger();
    public final AtomicLong billedIn = new AtomicLong();
    public final AtomicLong billedOut = new AtomicLong();
    public volatile long delayMillis;
    public volatile boolean countsTokens = true;

    /** Answers in its own way. */
    public interface Misdeed {
        void answer(HttpExchange exchange, String rightAnswer) throws IOException;
    }

    public FakeServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    private void handle(HttpExchange exchange) throws IOException {
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        try (exchange) {
            JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
            String path = exchange.getRequestURI().getPath();
            bodies.add(body);
            paths.add(path);
            keys.add(exchange.getRequestHeaders().getFirst("Authorization") + "|"
                    + exchange.getRequestHeaders().getFirst("x-api-key"));
            if (delayMillis > 0) Thread.sleep(delayMillis);
            Optional<Misdeed> misdeed = Optional.ofNullable(misdeeds.poll()).or(() -> mood.apply(body));
            if (misdeed.isPresent())
                misdeed.get().answer(exchange, model.answer(path, body).toString());
            else {
                ObjectNode answer = bill(model.answer(path, body));
                answered.incrementAndGet();
                send(exchange, 200, "application/json", answer.toString());
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            running.decrementAndGet();
        }
    }

    /** Counts what an answer costs: also where it gets lost on its way. */
    private ObjectNode bill(ObjectNode answer) {
        JsonNode usage = answer.path("usage");
        billedIn.addAndGet(usage.path("prompt_tokens").asLong()
                + usage.path("input_tokens").asLong());
        billedOut.addAndGet(usage.path("completion_tokens").asLong()
                + usage.path("output_tokens").asLong());
        if (!countsTokens) answer.remove("usage");
        return answer;
    }

    public static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) exchange.getResponseBody().write(bytes);
    }

    /** What the last message of a request says. */
    public static String lastWords(JsonNode messages) {
        return FakeModel.lastWords(messages);
    }

    // --- misdeeds

    public static Misdeed status(int status, String body, String... headers) {
        return (exchange, right) -> {
            for (int i = 0; i < headers.length; i += 2)
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            send(exchange, status, "application/json", body);
        };
    }

    public static Misdeed body(String type, String body) {
        return (exchange, right) -> send(exchange, 200, type, body);
    }

    /** Half of the answer, and then the connection is gone. It was paid for. */
    public Misdeed cut() {
        return (exchange, right) -> {
            String paid = bill((ObjectNode) JSON.readTree(right)).toString();
            byte[] bytes = paid.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
            exchange.getResponseBody().flush();
            throw new IOException("cut on purpose");
        };
    }

    /** A byte now and then, longer than anybody waits. It was paid for. */
    public Misdeed drip() {
        return (exchange, right) -> {
            bill((ObjectNode) JSON.readTree(right));
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            try {
                for (int i = 0; i < 200; i++) {
                    out.write(' ');
                    out.flush();
                    Thread.sleep(25);
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
