package dev.assay.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.assay.chat.Chat;
import dev.assay.chat.Role;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.Sampling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A server that speaks OpenAI's language and answers chats by a function of their messages. */
public final class ScriptedServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final Function<JsonNode, Reply> script;
    public final Queue<JsonNode> bodies = new ConcurrentLinkedQueue<>();

    /**
     * @param tool that is called, if any
     * @param text what is said, or the arguments of the call
     */
    public record Reply(Optional<String> tool, String text) {
        private static final Reply REFUSAL = new Reply(Optional.empty(), "the content filter took it");

        /** Status 400. */
        public static Reply refuses() {
            return REFUSAL;
        }

        public static Reply says(String text) {
            return new Reply(Optional.empty(), text);
        }

        public static Reply calls(String tool, String arguments) {
            return new Reply(Optional.of(tool), arguments);
        }
    }

    /** @param script from the array of messages to the answer; may be called by several threads */
    public ScriptedServer(Function<JsonNode, Reply> script) {
        this.script = script;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
            bodies.add(body);
            Reply reply = script.apply(body.path("messages"));
            byte[] answer = answer(reply).toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(reply == Reply.REFUSAL ? 400 : 200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private static ObjectNode answer(Reply reply) {
        ObjectNode out = JSON.createObjectNode().put("id", "1").put("model", "scripted");
        ObjectNode choice = out.putArray("choices").addObject().put("index", 0);
        ObjectNode message = choice.putObject("message").put("role", "assistant");
        if (reply.tool().isPresent()) {
            message.putNull("content");
            ObjectNode call = message.putArray("tool_calls")
                    .addObject()
                    .put("id", "call_1")
                    .put("type", "function");
            call.putObject("function").put("name", reply.tool().get()).put("arguments", reply.text());
            choice.put("finish_reason", "tool_calls");
        } else {
            message.put("content", reply.text());
            choice.put("finish_reason", "stop");
        }
        out.putObject("usage")
                .put("prompt_tokens", 10)
                .put("completion_tokens", 10)
                .put("total_tokens", 20);
        return out;
    }

    /** Does work with a role that this server plays, whose answers are kept in a folder. */
    public <T> T as(String role, Path folder, Function<Chat, T> work) {
        Role played = new Role(
                role,
                "vllm",
                "scripted",
                Optional.of("http://127.0.0.1:" + server.getAddress().getPort() + "/v1"),
                Optional.empty(),
                new Sampling(1, 1, 500),
                8,
                OptionalDouble.empty(),
                OptionalLong.empty(),
                java.time.Duration.ofSeconds(20),
                Optional.empty(),
                Optional.empty());
        try (Journal journal = Journal.open(folder, Manifest.ofCache("answers"));
                Roles roles = Roles.of(List.of(played), name -> {
                    throw new IllegalStateException("no local model here");
                })) {
            return work.apply(roles.chat(role, new Memo(journal)));
        }
    }

    /** The content of the last message. */
    public static String last(JsonNode messages) {
        return messages.path(messages.size() - 1).path("content").asText();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
