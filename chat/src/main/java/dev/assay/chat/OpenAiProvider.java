package dev.assay.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Sampling;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.LogProb;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A server that speaks OpenAI's language: OpenAI, vLLM, llama.cpp, Ollama, OpenRouter and others. */
final class OpenAiProvider implements Provider {
    private final Endpoint endpoint;
    private final Wire wire;
    private final ChatModel model;
    private final OpenAiCompletions completions;

    OpenAiProvider(Endpoint endpoint, Clock clock) {
        this.endpoint = endpoint;
        this.wire = new Wire(endpoint, clock);
        this.completions = new OpenAiCompletions(endpoint, wire);
        this.model = OpenAiChatModel.builder()
                .httpClientBuilder(new LangChainHttp(wire, OpenAiProvider::whole))
                .baseUrl(endpoint.base())
                .modelName(endpoint.model())
                .maxRetries(0)
                .build();
    }

    private static boolean whole(JsonNode body) {
        return body.path("choices").path(0).path("message").isObject();
    }

    @Override
    public String name() {
        return endpoint.name();
    }

    @Override
    public String id() {
        return endpoint.id();
    }

    @Override
    public Set<Feature> can() {
        return endpoint.can();
    }

    @Override
    public Answer answer(ChatRequest request, long seed) {
        return switch (request.prompt()) {
            case Prompt.Reply reply -> chat(reply.turns(), request, seed, Map.of());
            case Prompt.Prefill prefill -> {
                List<Turn> turns = new ArrayList<>(prefill.turns());
                turns.add(Turn.assistant(prefill.prefill()));
                yield chat(turns, request, seed, continuing());
            }
            case Prompt.UserTurn user -> completions.userTurn(user.turns(), request, seed);
            case Prompt.Text text -> completions.complete(text.text(), false, request, seed);
        };
    }

    private Map<String, Object> continuing() {
        return endpoint.dialect().continueFinalMessage()
                ? Map.of("continue_final_message", true, "add_generation_prompt", false)
                : Map.of();
    }

    private Answer chat(List<Turn> turns, ChatRequest request, long seed, Map<String, Object> more) {
        ChatResponse response = LangChain.chat(model, turns, parameters(request, seed, more));
        return LangChain.answer(response, endpoint.model(), Ask.most(request), logProbabilities(request, response));
    }

    private OpenAiChatRequestParameters parameters(ChatRequest request, long seed, Map<String, Object> more) {
        Sampling sampling = request.sampling();
        Map<String, Object> custom = new HashMap<>(more);
        custom.put(endpoint.dialect().length(), sampling.maxTokens());
        var parameters = OpenAiChatRequestParameters.builder();
        if (endpoint.can().contains(Feature.TEMPERATURE))
            parameters.temperature(sampling.temperature()).topP(sampling.topP());
        if (endpoint.can().contains(Feature.SEED)) parameters.seed(Ask.seed(request, seed));
        if (!request.stops().isEmpty()) parameters.stopSequences(request.stops());
        if (!request.tools().isEmpty()) parameters.toolSpecifications(LangChain.tools(request.tools()));
        if (request.scored()) parameters.logprobs(true);
        return parameters.customParameters(custom).build();
    }

    private static List<Double> logProbabilities(ChatRequest request, ChatResponse response) {
        if (!request.scored()) return List.of();
        if (response.metadata() instanceof OpenAiChatResponseMetadata metadata && metadata.logProbs() != null)
            return metadata.logProbs().stream().map(LogProb::logprob).toList();
        throw new Failure(Failure.Kind.REJECTED, "an answer without the log-probabilities that were asked for");
    }

    @Override
    public void close() {
        wire.close();
    }
}
