package dev.assay.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns, tools and answers as LangChain4j has them. */
final class LangChain {
    private LangChain() {}

    /** Sends a conversation; what the wire threw comes out as it was. */
    static ChatResponse chat(ChatModel model, List<Turn> turns, ChatRequestParameters parameters) {
        var request = dev.langchain4j.model.chat.request.ChatRequest.builder()
                .messages(turns.stream().map(LangChain::message).toList())
                .parameters(parameters)
                .build();
        try {
            return model.chat(request);
        } catch (IllegalArgumentException | UnsupportedFeatureException e) {
            throw e; // nothing was sent
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause())
                if (cause instanceof Failure failure) throw failure;
            throw new Failure(
                    Failure.Kind.LOST,
                    "an answer that can't be read" + Texts.after(String.valueOf(e.getMessage()), 200));
        }
    }

    private static ChatMessage message(Turn turn) {
        return switch (turn) {
            case Turn.Said said ->
                switch (said.message().role()) {
                    case SYSTEM -> SystemMessage.from(said.message().content());
                    case USER -> UserMessage.from(said.message().content());
                    case ASSISTANT -> AiMessage.from(said.message().content());
                };
            case Turn.Called called -> called(called);
            case Turn.Returned returned ->
                ToolExecutionResultMessage.from(
                        returned.call().id(), returned.call().tool(), returned.result());
        };
    }

    private static AiMessage called(Turn.Called turn) {
        List<ToolExecutionRequest> calls = turn.calls().stream()
                .map(call -> ToolExecutionRequest.builder()
                        .id(call.id())
                        .name(call.tool())
                        .arguments(call.arguments())
                        .build())
                .toList();
        return turn.content().isEmpty() ? AiMessage.from(calls) : AiMessage.from(turn.content(), calls);
    }

    static List<ToolSpecification> tools(List<ToolSpec> tools) {
        return tools.stream()
                .map(tool -> ToolSpecification.builder()
                        .name(tool.name())
                        .description(tool.description())
                        .parameters(parameters(tool.parameters().tree()))
                        .build())
                .toList();
    }

    private static JsonObjectSchema parameters(JsonNode schema) {
        var object = JsonObjectSchema.builder();
        schema.path("properties")
                .fields()
                .forEachRemaining(e -> object.addProperty(
                        e.getKey(), JsonRawSchema.from(e.getValue().toString())));
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        object.required(required);
        if (schema.has("description"))
            object.description(schema.path("description").asText());
        if (schema.has("additionalProperties"))
            object.additionalProperties(schema.path("additionalProperties").asBoolean());
        return object.build();
    }

    /**
     * An answer.
     *
     * @param most what is counted where the server says nothing of its tokens
     */
    static Answer answer(ChatResponse response, String asked, Usage most, List<Double> logProbabilities) {
        AiMessage message = response.aiMessage();
        List<ToolCall> calls = message.toolExecutionRequests().stream()
                .map(call -> new ToolCall(
                        Optional.ofNullable(call.id()).orElse(""),
                        call.name(),
                        Optional.ofNullable(call.arguments()).orElse("{}")))
                .toList();
        return new Answer(
                Optional.ofNullable(message.text()).orElse(""),
                calls,
                finish(response.finishReason()),
                usage(response.tokenUsage(), most),
                Optional.ofNullable(response.modelName()).orElse(asked),
                logProbabilities);
    }

    private static Usage usage(@Nullable TokenUsage usage, Usage most) {
        if (usage == null || usage.inputTokenCount() == null || usage.outputTokenCount() == null) return most;
        return new Usage(usage.inputTokenCount(), usage.outputTokenCount());
    }

    private static Answer.Finish finish(@Nullable FinishReason reason) {
        return switch (reason) {
            case STOP -> Answer.Finish.STOP;
            case LENGTH -> Answer.Finish.LENGTH;
            case TOOL_EXECUTION -> Answer.Finish.TOOLS;
            case CONTENT_FILTER -> Answer.Finish.FILTER;
            case null, default -> Answer.Finish.OTHER;
        };
    }
}
