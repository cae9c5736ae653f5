package dev.assay.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Sampling;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicChatRequestParameters;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Anthropic's Messages API. */
final class AnthropicProvider implements Provider {
    private final Endpoint endpoint;
    private final Wire wire;
    private final ChatModel model;

    AnthropicProvider(Endpoint endpoint, Clock clock) {
        this.endpoint = endpoint;
        this.wire = new Wire(endpoint, clock);
        this.model = AnthropicChatModel.builder()
                .httpClientBuilder(new LangChainHttp(wire, AnthropicProvider::whole))
                .baseUrl(endpoint.base())
                .apiKey("set by the wire")
                .modelName(endpoint.model())
                .maxTokens(Role.MAX_TOKENS)
                .maxRetries(0)
                .build();
    }

    private static boolean whole(JsonNode body) {
        return body.path("content").isArray() && body.path("stop_reason").isTextual();
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
        List<Turn> turns = new ArrayList<>(request.prompt().talk());
        if (request.prompt() instanceof Prompt.Prefill prefill) turns.add(Turn.assistant(prefill.prefill()));
        ChatResponse response = LangChain.chat(model, turns, parameters(request));
        return LangChain.answer(response, endpoint.model(), Ask.most(request), List.of());
    }

    private AnthropicChatRequestParameters parameters(ChatRequest request) {
        Sampling sampling = request.sampling();
        var parameters = AnthropicChatRequestParameters.builder().maxOutputTokens(sampling.maxTokens());
        // newer models refuse both at once, the newest either; 1 is what the API takes where nothing is said
        if (sampling.temperature() != 1) parameters.temperature(sampling.temperature());
        if (sampling.topP() != 1) parameters.topP(sampling.topP());
        if (!request.stops().isEmpty()) parameters.stopSequences(request.stops());
        if (!request.tools().isEmpty()) parameters.toolSpecifications(LangChain.tools(request.tools()));
        return parameters.build();
    }

    @Override
    public void close() {
        wire.close();
    }
}
