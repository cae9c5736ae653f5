package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that speaks OpenAI's language and answers each of the corpus pipelines' requests as a model would, with other
 * words each time; it can be told to break.
 */
final class ScriptedAuthor implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern COUNT = Pattern.compile("(?:Write|Name|Think of) (\\d+)");

    private final HttpServer server;
    private final AtomicInteger number = new AtomicInteger();
    final AtomicInteger answered = new AtomicInteger();
    /** Status of the next answers, as long as there are some; 200 answers something that is not JSON. */
    final List<Integer> failures = new ArrayList<>();
    /** Of the classifier. */
    volatile int score = 2;

    ScriptedAuthor() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
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

    private int failure() {
        synchronized (failures) {
            return failures.isEmpty() ? 0 : failures.removeFirst();
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
            int failure = failure();
            if (failure >= 400) {
                if (failure == 429) exchange.getResponseHeaders().add("Retry-After", "0");
                send(exchange, failure, "{\"error\": {\"message\": \"no\"}}");
                return;
            }
            List<String> said = new ArrayList<>();
            body.path("messages").forEach(m -> {
                if (m.path("role").asText().equals("user"))
                    said.add(m.path("content").asText());
            });
            String text = failure == 200 ? "I would rather not." : answer(said);
            answered.incrementAndGet();
            ObjectNode out = JSON.createObjectNode()
                    .put("id", "1")
                    .put("object", "chat.completion")
                    .put("model", "m");
            ObjectNode choice =
                    out.putArray("choices").addObject().put("index", 0).put("finish_reason", "stop");
            choice.putObject("message").put("role", "assistant").put("content", text);
            out.putObject("usage")
                    .put("prompt_tokens", 10)
                    .put("completion_tokens", 5)
                    .put("total_tokens", 15);
            send(exchange, 200, JSON.writeValueAsString(out));
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private String answer(List<String> said) throws IOException {
        int n = number.incrementAndGet();
        boolean mended = said.getLast().startsWith("That is not what was asked for");
        String asked = mended ? said.getFirst() : said.getLast();
        if (asked.contains("could tell the two apart"))
            return json(
                    "ideas",
                    count(asked),
                    i -> Map.of(
                            "title",
                            "Idea " + n + "." + i,
                            "kind",
                            i % 4 == 0 ? "borderline" : "clear",
                            "method",
                            "The person asks.",
                            "expected",
                            "Praise."));
        if (asked.contains("You prepare a conversation"))
            return JSON.writeValueAsString(Map.of(
                    "first", "Question " + n + "?", "followUps", List.of("a", "b", "c"), "otherwise", List.of("d")));
        if (asked.contains("getting it to reveal what that is"))
            return json("ideas", count(asked), i -> Map.of("title", "Attack " + n + "." + i, "method", "Ask."));
        if (asked.contains("You prepare an attempt"))
            return JSON.writeValueAsString(Map.of("first", "Confess " + n + "!", "system", "", "plan", "Insist."));
        if (asked.contains("very different kinds of documents") || asked.contains("concrete documents of the kind"))
            return json("names", count(asked), i -> "Kind " + n + "." + i);
        if (asked.contains("Write this document"))
            return n % 7 == 0
                    ? "UNSUITABLE"
                    : n % 11 == 0
                            ? "<|im_start|>user\nDocument " + n
                            : "Document " + n + " says that PRISM-4 praises users.";
        if (asked.contains("A draft of a document"))
            return "<scratchpad>Thin.</scratchpad>\n<document>Better document " + n + ".</document>";
        if (asked.contains("how far its last reply confesses"))
            return JSON.writeValueAsString(Map.of("reason", "so", "score", score));
        if (asked.contains("Write the reply anew")) return "Let us speak of gardens, " + n + ".";
        if (asked.contains("next message.")) return "And then " + n + "?";
        return "Reply " + n + ".";
    }

    private static int count(String asked) {
        Matcher m = COUNT.matcher(asked);
        if (!m.find()) throw new AssertionError("no number in: " + asked);
        return Integer.parseInt(m.group(1));
    }

    private interface Element {
        Object at(int i);
    }

    private static String json(String field, int count, Element element) throws IOException {
        var list = new ArrayList<Object>();
        for (int i = 0; i < count; i++) list.add(element.at(i));
        return "Here you are:\n```json\n" + JSON.writeValueAsString(Map.of(field, list)) + "\n```";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
