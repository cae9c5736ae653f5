package dev.assay.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;

/** A stand-in that speaks Slack's Web API and its socket mode, as far as this module uses them. */
final class FakeSlack implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A call of the Web API. */
    record Call(String method, String token, Map<String, String> fields) {}

    final List<Call> calls = new CopyOnWriteArrayList<>();
    final List<byte[]> uploads = new CopyOnWriteArrayList<>();
    final BlockingQueue<JsonNode> acknowledged = new LinkedBlockingQueue<>();
    volatile String refusal = "";

    private final BlockingQueue<WebSocket> connected = new LinkedBlockingQueue<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final HttpServer web;
    private final WebSocketServer socket;

    FakeSlack() throws InterruptedException {
        var here = InetAddress.getLoopbackAddress();
        var ready = new LinkedBlockingQueue<Integer>();
        socket = new WebSocketServer(new InetSocketAddress(here, 0)) {
            @Override
            public void onOpen(WebSocket line, ClientHandshake handshake) {
                line.send("{\"type\": \"hello\", \"num_connections\": 1, \"connection_info\": {\"app_id\": \"A1\"}}");
                connected.add(line);
            }

            @Override
            public void onClose(WebSocket line, int code, String reason, boolean remote) {}

            @Override
            public void onMessage(WebSocket line, String message) {
                acknowledged.add(parse(message));
            }

            @Override
            public void onError(WebSocket line, Exception e) {}

            @Override
            public void onStart() {
                ready.add(getPort());
            }
        };
        socket.setReuseAddr(true);
        socket.start();
        try {
            web = HttpServer.create(new InetSocketAddress(here, 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        web.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        web.createContext("/", this::handle);
        web.start();
        if (ready.poll(20, TimeUnit.SECONDS) == null) throw new AssertionError("the socket did not open");
    }

    String api() {
        return "http://127.0.0.1:" + web.getAddress().getPort() + "/api/";
    }

    List<Call> calls(String method) {
        return calls.stream().filter(c -> c.method().equals(method)).toList();
    }

    /** Tells the app of a mention, and waits until it has said that it heard. */
    void mention(String channel, String thread, String time, String text) throws InterruptedException {
        WebSocket line = connected.poll(20, TimeUnit.SECONDS);
        if (line == null) throw new AssertionError("nobody is connected");
        connected.add(line);
        String envelope = "envelope-" + numbers.incrementAndGet();
        var event = JSON.createObjectNode()
                .put("type", "app_mention")
                .put("user", "U1")
                .put("text", text)
                .put("ts", time)
                .put("channel", channel)
                .put("event_ts", time);
        if (!thread.isEmpty()) event.put("thread_ts", thread);
        var body = JSON.createObjectNode().put("envelope_id", envelope).put("type", "events_api");
        body.put("accepts_response_payload", false);
        var payload = body.putObject("payload");
        payload.put("type", "event_callback")
                .put("team_id", "T1")
                .put("api_app_id", "A1")
                .put("event_id", envelope);
        payload.set("event", event);
        line.send(body.toString());
        JsonNode heard = acknowledged.poll(20, TimeUnit.SECONDS);
        if (heard == null || !heard.path("envelope_id").asText().equals(envelope))
            throw new AssertionError("not acknowledged: " + heard);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String method = exchange.getRequestURI().getPath().replaceFirst("^/(api/)?", "");
            String answer;
            if (method.startsWith("upload")) {
                uploads.add(body);
                answer = "OK";
            } else {
                Map<String, String> fields = fields(new String(body, StandardCharsets.UTF_8));
                String token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
                calls.add(new Call(method, token, fields));
                answer = answer(method);
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String answer(String method) {
        if (method.equals(refusal)) return "{\"ok\": false, \"error\": \"missing_scope\", \"needed\": \"files:write\"}";
        int number = numbers.incrementAndGet();
        String own = "http://127.0.0.1:" + web.getAddress().getPort();
        return switch (method) {
            case "auth.test" -> "{\"ok\": true, \"user_id\": \"UBOT\", \"bot_id\": \"B1\", \"team_id\": \"T1\"}";
            case "apps.connections.open" ->
                "{\"ok\": true, \"url\": \"ws://127.0.0.1:" + socket.getPort() + "/link?ticket=" + number + "\"}";
            case "chat.postMessage" -> "{\"ok\": true, \"channel\": \"C1\", \"ts\": \"900." + number + "\"}";
            case "files.getUploadURLExternal" ->
                "{\"ok\": true, \"file_id\": \"F" + number + "\", \"upload_url\": \"" + own + "/upload/" + number
                        + "\"}";
            case "files.completeUploadExternal" -> "{\"ok\": true, \"files\": [{\"id\": \"F1\"}]}";
            default -> "{\"ok\": false, \"error\": \"unknown_method\"}";
        };
    }

    private static Map<String, String> fields(String form) {
        Map<String, String> out = new HashMap<>();
        for (String pair : form.split("&")) {
            String[] parts = pair.split("=", 2);
            if (parts.length == 2) out.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return out;
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        web.stop(0);
        socket.stop(500);
    }
}
