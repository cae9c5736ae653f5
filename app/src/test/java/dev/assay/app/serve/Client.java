package dev.assay.app.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A client of a server, the JDK's. */
final class Client implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String root;
    private final String[] headers;

    /** What came back. */
    record Reply(int status, JsonNode body, HttpResponse<?> response) {
        JsonNode error() {
            return body.path("error");
        }

        String text() {
            JsonNode choice = body.path("choices").path(0);
            return choice.has("text")
                    ? choice.path("text").asText()
                    : choice.at("/message/content").asText();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }
    }

    Client(Server server, String... headers) {
        this.root = "http://127.0.0.1:" + server.port();
        this.headers = headers;
    }

    HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(URI.create(root + path)).timeout(Duration.ofMinutes(10));
        return headers.length == 0 ? request : request.headers(headers);
    }

    Reply get(String path) {
        return send(request(path).GET());
    }

    Reply post(String path, Object body) {
        return send(posting(path, body));
    }

    HttpRequest.Builder posting(String path, Object body) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes(body)));
    }

    private static byte[] bytes(Object body) {
        try {
            return body instanceof byte[] raw ? raw : JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    Reply send(HttpRequest.Builder request) {
        HttpResponse<byte[]> response = exchange(request.build());
        return new Reply(response.statusCode(), tree(response.body()), response);
    }

    HttpResponse<byte[]> exchange(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    HttpClient http() {
        return http;
    }

    static JsonNode tree(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException(new String(json, StandardCharsets.UTF_8), e);
        }
    }

    /** The events of a stream, without the last, which must be [DONE]. */
    List<JsonNode> stream(String path, ObjectNode body) {
        HttpResponse<byte[]> response =
                exchange(posting(path, body.deepCopy().put("stream", true)).build());
        List<JsonNode> events = new ArrayList<>();
        String text = new String(response.body(), StandardCharsets.UTF_8);
        if (!text.endsWith("data: [DONE]\n\n")) throw new IllegalStateException("a stream without end: " + text);
        for (String event : text.split("\n\n"))
            if (!event.equals("data: [DONE]"))
                events.add(tree(event.substring("data: ".length()).getBytes(StandardCharsets.UTF_8)));
        return events;
    }

    static ObjectNode json(Map<String, ?> fields) {
        return JSON.valueToTree(fields);
    }

    /** A chat of one message. */
    static ObjectNode chat(String says, Object... more) {
        ObjectNode body = json(Map.of("model", "tiny", "messages", List.of(Map.of("role", "user", "content", says))));
        return with(body, more);
    }

    /** With more fields: name, value, name, value, …. */
    static ObjectNode with(ObjectNode body, Object... more) {
        for (int i = 0; i < more.length; i += 2) body.set((String) more[i], JSON.valueToTree(more[i + 1]));
        return body;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
