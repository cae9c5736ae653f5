package dev.assay.chat;

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
import java.util.ArrayList;
import java.util.List;
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
final class FakeServer implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    final Queue<JsonNode> bodies = new ConcurrentLinkedQueue<>();
    final Queue<String> paths = new ConcurrentLinkedQueue<>();
    final Queue<String> keys = new ConcurrentLinkedQueue<>();
    /** Taken one for each request, before the next is answered as it should be. */
    final Queue<Misdeed> misdeeds = new ConcurrentLinkedQueue<>();
    /** Does a misdeed to some requests, by what they say. */
    volatile Function<JsonNode, Optional<Misdeed>> mood = body -> Optional.empty();

    /** What a chat is answered with, one for each, before the model echoes again. */
    final Queue<String> scripted = new ConcurrentLinkedQueue<>();

    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger mostRunning = new AtomicInteger();
    final AtomicInteger answered = new AtomicInteger();
    final AtomicLong billedIn = new AtomicLong();
    final AtomicLong billedOut = new AtomicLong();
    volatile long delayMillis;
    volatile boolean countsTokens = true;

    /** Answers in its own way. */
    interface Misdeed {
        void answer(HttpExchange exchange, String rightAnswer) throws IOException;
    }

    FakeServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
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
                misdeed.get().answer(exchange, answer(path, body).toString());
            else {
                ObjectNode answer = bill(answer(path, body));
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
    ObjectNode bill(ObjectNode answer) {
        JsonNode usage = answer.path("usage");
        billedIn.addAndGet(usage.path("prompt_tokens").asLong()
                + usage.path("input_tokens").asLong());
        billedOut.addAndGet(usage.path("completion_tokens").asLong()
                + usage.path("output_tokens").asLong());
        if (!countsTokens) answer.remove("usage");
        return answer;
    }

    static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) exchange.getResponseBody().write(bytes);
    }

    // --- misdeeds

    static Misdeed status(int status, String body, String... headers) {
        return (exchange, right) -> {
            for (int i = 0; i < headers.length; i += 2)
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            send(exchange, status, "application/json", body);
        };
    }

    static Misdeed body(String type, String body) {
        return (exchange, right) -> send(exchange, 200, type, body);
    }

    /** Half of the answer, and then the connection is gone. It was paid for. */
    Misdeed cut() {
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
    Misdeed drip() {
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

    // --- the model

    private ObjectNode answer(String path, JsonNode body) {
        return switch (path) {
            case "/v1/chat/completions" -> chat(body);
            case "/v1/completions" -> completion(body);
            case "/v1/messages" -> messages(body);
            case "/v1/embeddings" -> embeddings(body);
            case "/tokenize" -> tokenize(body);
            case "/detokenize" -> detokenize(body);
            case "/apply-template" -> JSON.createObjectNode().put("prompt", rendered(body.path("messages")));
            default -> throw new IllegalArgumentException(path);
        };
    }

    private record Said(String text, boolean whole, int tokens) {}

    private Said say(String prompt, JsonNode body, String most, String stops, boolean scripts) {
        String words = prompt.isEmpty() ? "echo" : "echo " + prompt.strip();
        if (body.has("seed")) words += " seed " + body.path("seed").asInt();
        String script = scripts ? scripted.poll() : null;
        String text = script == null ? words : script;
        for (JsonNode stop : body.path(stops))
            if (text.contains(stop.asText())) text = text.substring(0, text.indexOf(stop.asText()));
        String[] tokens = text.split("(?<= )");
        int longest = body.path(most).asInt(Integer.MAX_VALUE);
        boolean whole = tokens.length <= longest || script != null;
        if (!whole) text = String.join("", List.of(tokens).subList(0, longest));
        return new Said(text, whole, Math.min(tokens.length, longest));
    }

    static String lastWords(JsonNode messages) {
        JsonNode content = messages.path(messages.size() - 1).path("content");
        if (content.isTextual()) return content.asText();
        JsonNode part = content.path(content.size() - 1);
        return part.path("text").asText(part.path("content").asText("a result"));
    }

    private static long words(JsonNode body) {
        return body.toString().split("\\s+").length;
    }

    private ObjectNode chat(JsonNode body) {
        String most = body.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
        Said said = say(lastWords(body.path("messages")), body, most, "stop", true);
        ObjectNode out = JSON.createObjectNode()
                .put("id", "1")
                .put("model", body.path("model").asText() + "-0101");
        ObjectNode choice = out.putArray("choices").addObject().put("index", 0);
        ObjectNode message = choice.putObject("message").put("role", "assistant");
        if (body.has("tools") && !body.toString().contains("\"tool_call_id\"")) {
            message.putNull("content");
            ObjectNode call = message.putArray("tool_calls")
                    .addObject()
                    .put("id", "call_1")
                    .put("type", "function");
            call.putObject("function")
                    .put(
                            "name",
                            body.path("tools")
                                    .path(0)
                                    .path("function")
                                    .path("name")
                                    .asText())
                    .put("arguments", "{\"query\": \"frogs\"}");
            choice.put("finish_reason", "tool_calls");
        } else {
            message.put("content", said.text);
            choice.put("finish_reason", said.whole ? "stop" : "length");
        }
        if (body.path("logprobs").asBoolean()) {
            var content = choice.putObject("logprobs").putArray("content");
            for (int i = 0; i < said.tokens; i++)
                content.addObject().put("token", "t").put("logprob", -0.25);
        }
        return usage(out, words(body), said.tokens);
    }

    private static ObjectNode usage(ObjectNode out, long in, long written) {
        out.putObject("usage")
                .put("prompt_tokens", in)
                .put("completion_tokens", written)
                .put("total_tokens", in + written);
        return out;
    }

    private ObjectNode completion(JsonNode body) {
        Said said = say(body.path("prompt").asText(), body, "max_tokens", "stop", true);
        ObjectNode out = JSON.createObjectNode().put("model", body.path("model").asText());
        ObjectNode choice = out.putArray("choices").addObject().put("text", said.text);
        choice.put("finish_reason", said.whole ? "stop" : "length");
        if (body.has("logprobs")) {
            var scores = choice.putObject("logprobs").putArray("token_logprobs");
            for (int i = 0; i < said.tokens; i++) scores.add(-0.5);
        }
        return usage(out, words(body), said.tokens);
    }

    private ObjectNode messages(JsonNode body) {
        Said said = say(lastWords(body.path("messages")), body, "max_tokens", "stop_sequences", true);
        ObjectNode out = JSON.createObjectNode()
                .put("id", "msg_1")
                .put("type", "message")
                .put("role", "assistant")
                .put("model", body.path("model").asText());
        if (body.has("tools") && !body.toString().contains("tool_result")) {
            ObjectNode call =
                    out.putArray("content").addObject().put("type", "tool_use").put("id", "toolu_1");
            call.put("name", body.path("tools").path(0).path("name").asText());
            call.putObject("input").put("query", "frogs");
            out.put("stop_reason", "tool_use");
        } else {
            out.putArray("content").addObject().put("type", "text").put("text", said.text);
            out.put("stop_reason", said.whole ? "end_turn" : "max_tokens");
        }
        out.putObject("usage").put("input_tokens", words(body)).put("output_tokens", said.tokens);
        return out;
    }

    private ObjectNode embeddings(JsonNode body) {
        ObjectNode out = JSON.createObjectNode().put("model", body.path("model").asText());
        var data = out.putArray("data");
        List<ObjectNode> items = new ArrayList<>();
        for (int i = 0; i < body.path("input").size(); i++) {
            String text = body.path("input").path(i).asText();
            ObjectNode item = JSON.createObjectNode().put("index", i);
            item.putArray("embedding").add(3.0 * text.length()).add(4.0 * text.length());
            items.add(item);
        }
        items.reversed().forEach(data::add);
        return usage(out, words(body), 0);
    }

    // --- templates, where a character is a token

    private static String rendered(JsonNode messages) {
        StringBuilder text = new StringBuilder();
        for (JsonNode message : messages)
            text.append("<|")
                    .append(message.path("role").asText())
                    .append("|>")
                    .append(message.path("content").asText())
                    .append("<|end|>");
        return text.toString();
    }

    private static ObjectNode tokenize(JsonNode body) {
        ObjectNode out = JSON.createObjectNode();
        var tokens = out.putArray("tokens");
        rendered(body.path("messages")).chars().forEach(tokens::add);
        return out;
    }

    private static ObjectNode detokenize(JsonNode body) {
        StringBuilder text = new StringBuilder();
        body.path("tokens").forEach(token -> text.append((char) token.asInt()));
        return JSON.createObjectNode().put("prompt", text.toString());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
