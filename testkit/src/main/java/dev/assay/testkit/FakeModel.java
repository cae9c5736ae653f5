package dev.assay.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the fake server's model answers, in the words of each of its languages. */
final class FakeModel {
    private final FakeServer server;

    FakeModel(FakeServer server) {
        this.server = server;
    }

    ObjectNode answer(String path, JsonNode body) {
        return switch (path) {
            case "/v1/chat/completions" -> chat(body);
            case "/v1/completions" -> completion(body);
            case "/v1/messages" -> messages(body);
            case "/v1/embeddings" -> embeddings(body);
            case "/tokenize" -> tokenize(body);
            case "/detokenize" -> detokenize(body);
            case "/apply-template" -> FakeServer.JSON.createObjectNode().put("prompt", rendered(body.path("messages")));
            default -> throw new IllegalArgumentException(path);
        };
    }

    private record Said(String text, boolean whole, int tokens) {}

    private Said say(String prompt, JsonNode body, String most, String stops, boolean scripts) {
        String words = prompt.isEmpty() ? "echo" : "echo " + prompt.strip();
        if (body.has("seed")) words += " seed " + body.path("seed").asInt();
        String script = scripts ? server.scripted.poll() : null;
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
        Optional<Line> line = server.player.apply(body);
        if (line.isPresent()) return played(body, line.get());
        String most = body.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
        Said said = say(lastWords(body.path("messages")), body, most, "stop", true);
        ObjectNode out = FakeServer.JSON
                .createObjectNode()
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

    private static ObjectNode played(JsonNode body, Line line) {
        ObjectNode out = FakeServer.JSON
                .createObjectNode()
                .put("id", "1")
                .put("model", body.path("model").asText() + "-0101");
        ObjectNode choice = out.putArray("choices").addObject().put("index", 0);
        ObjectNode message =
                choice.putObject("message").put("role", "assistant").put("content", line.text());
        int before = body.path("messages").size();
        for (int i = 0; i < line.calls().size(); i++) {
            Line.Call call = line.calls().get(i);
            message.withArray("tool_calls")
                    .addObject()
                    .put("id", "call_" + before + "_" + i)
                    .put("type", "function")
                    .putObject("function")
                    .put("name", call.tool())
                    .put("arguments", call.arguments());
        }
        choice.put("finish_reason", line.calls().isEmpty() ? "stop" : "tool_calls");
        return usage(out, words(body), line.tokens());
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
        ObjectNode out = FakeServer.JSON
                .createObjectNode()
                .put("model", body.path("model").asText());
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
        ObjectNode out = FakeServer.JSON
                .createObjectNode()
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
        ObjectNode out = FakeServer.JSON
                .createObjectNode()
                .put("model", body.path("model").asText());
        var data = out.putArray("data");
        List<ObjectNode> items = new ArrayList<>();
        for (int i = 0; i < body.path("input").size(); i++) {
            String text = body.path("input").path(i).asText();
            ObjectNode item = FakeServer.JSON.createObjectNode().put("index", i);
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
        ObjectNode out = FakeServer.JSON.createObjectNode();
        var tokens = out.putArray("tokens");
        rendered(body.path("messages")).chars().forEach(tokens::add);
        return out;
    }

    private static ObjectNode detokenize(JsonNode body) {
        StringBuilder text = new StringBuilder();
        body.path("tokens").forEach(token -> text.append((char) token.asInt()));
        return FakeServer.JSON.createObjectNode().put("prompt", text.toString());
    }
}
