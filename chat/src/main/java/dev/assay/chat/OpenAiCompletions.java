package dev.assay.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Bare texts that are continued ({@code /v1/completions}). The user's next turn is one too: the server renders the
 * conversation with a sentinel as the user's message, and the text before the sentinel is continued.
 */
final class OpenAiCompletions {
    /** Ordinary words that no conversation has, and that no template changes. */
    private static final String SENTINEL = "zqx7 sentinel of the next user turn zqx7";

    private final Endpoint endpoint;
    private final Wire wire;

    OpenAiCompletions(Endpoint endpoint, Wire wire) {
        this.endpoint = endpoint;
        this.wire = wire;
    }

    /**
     * Continues a text.
     *
     * @param rendered whether it holds the format's own first token already
     */
    Answer complete(String text, boolean rendered, ChatRequest request, long seed) {
        Sampling sampling = request.sampling();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", endpoint.model());
        body.put("prompt", text);
        body.put("max_tokens", sampling.maxTokens());
        if (endpoint.can().contains(Feature.TEMPERATURE)) {
            body.put("temperature", sampling.temperature());
            body.put("top_p", sampling.topP());
        }
        if (endpoint.can().contains(Feature.SEED)) body.put("seed", Ask.seed(request, seed));
        if (!request.stops().isEmpty()) body.put("stop", request.stops());
        if (request.scored()) body.put("logprobs", 1);
        if (rendered && endpoint.dialect().templates() == Capabilities.Templates.VLLM)
            body.put("add_special_tokens", false);
        JsonNode answer = post(endpoint.base() + "/completions", body, OpenAiCompletions::whole);
        return answer(answer, request);
    }

    private static boolean whole(JsonNode body) {
        return body.path("choices").path(0).path("text").isTextual();
    }

    private Answer answer(JsonNode body, ChatRequest request) {
        JsonNode choice = body.path("choices").path(0);
        JsonNode usage = body.path("usage");
        boolean counted = usage.path("prompt_tokens").isNumber();
        Usage used = counted
                ? new Usage(
                        usage.path("prompt_tokens").asLong(),
                        usage.path("completion_tokens").asLong())
                : Ask.most(request);
        List<Double> scores = new ArrayList<>();
        if (request.scored())
            choice.path("logprobs").path("token_logprobs").forEach(score -> scores.add(score.asDouble()));
        return new Answer(
                choice.path("text").asText(),
                List.of(),
                switch (choice.path("finish_reason").asText("")) {
                    case "stop" -> Answer.Finish.STOP;
                    case "length" -> Answer.Finish.LENGTH;
                    case "content_filter" -> Answer.Finish.FILTER;
                    default -> Answer.Finish.OTHER;
                },
                used,
                body.path("model").asText(endpoint.model()),
                scores);
    }

    Answer userTurn(List<Turn> turns, ChatRequest request, long seed) {
        List<Map<String, String>> messages = new ArrayList<>();
        for (Turn turn : turns)
            if (turn instanceof Turn.Said(Message message))
                messages.add(Map.of("role", message.role().key(), "content", message.content()));
        messages.add(Map.of("role", "user", "content", SENTINEL));
        String rendered = render(messages);
        int at = rendered.indexOf(SENTINEL);
        if (at < 0 || rendered.indexOf(SENTINEL, at + 1) >= 0)
            throw new Failure(
                    Failure.Kind.REJECTED,
                    "the server's chat template drops, changes or repeats what users say, so their turn has no beginning");
        return complete(rendered.substring(0, at), true, request, seed);
    }

    private String render(List<Map<String, String>> messages) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", endpoint.model());
        body.put("messages", messages);
        body.put("add_generation_prompt", false);
        if (endpoint.dialect().templates() == Capabilities.Templates.LLAMA_CPP)
            return post(
                            endpoint.root() + "/apply-template",
                            body,
                            b -> b.path("prompt").isTextual())
                    .path("prompt")
                    .asText();
        JsonNode tokens = post(
                        endpoint.root() + "/tokenize",
                        body,
                        b -> b.path("tokens").isArray())
                .path("tokens");
        return post(
                        endpoint.root() + "/detokenize",
                        Map.of("model", endpoint.model(), "tokens", tokens),
                        b -> b.path("prompt").isTextual())
                .path("prompt")
                .asText();
    }

    private JsonNode post(String url, Map<String, Object> body, Predicate<JsonNode> whole) {
        String json = new String(CanonicalJson.bytes(body), StandardCharsets.UTF_8);
        return CanonicalJson.parse(wire.post(url, Map.of(), json, whole).getBytes(StandardCharsets.UTF_8));
    }
}
