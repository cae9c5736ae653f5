package dev.assay.app;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A conversation from a file in OpenAI's form: a list {@code [{"role": "user", "content": "Hi"}]}, or an object with that
 * list as {@code messages} and, beside it, what else the model's template reads: {@code tools}, {@code enable_thinking}, ….
 *
 * @param messages as the file has them: the template says what roles and fields there are
 */
record Conversation(List<Map<String, Object>> messages, Map<String, Object> options) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final TypeReference<Map<String, Object>> FIELDS = new TypeReference<>() {};

    static Conversation read(Path file) {
        JsonNode json = json(file);
        JsonNode list = json.isObject() ? json.path("messages") : json;
        if (!list.isArray() || list.isEmpty())
            throw new UserException(file + " holds no messages: [{\"role\": \"user\", \"content\": \"Hi\"}]");
        List<Map<String, Object>> messages = new ArrayList<>();
        for (JsonNode message : list) messages.add(message(file, messages.size(), message));
        Map<String, Object> options = new LinkedHashMap<>();
        if (json.isObject()) options.putAll(JSON.convertValue(json, FIELDS));
        options.remove("messages");
        return new Conversation(messages, options);
    }

    private static JsonNode json(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw new UserException(file + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> message(Path file, int i, JsonNode message) {
        if (!message.path("role").isTextual())
            throw new UserException(file + ": message " + i + " has no role, such as system, user, assistant or tool");
        if (!message.has("content") && !message.has("tool_calls"))
            throw new UserException(file + ": message " + i + " has neither content nor tool_calls");
        return JSON.convertValue(message, FIELDS);
    }

    /** With the tools that a file lists. */
    Conversation withTools(Path file) {
        JsonNode tools = json(file);
        if (!tools.isArray())
            throw new UserException(file + " is no list of tools: [{\"type\": \"function\", \"function\": {…}}]");
        return with("tools", JSON.convertValue(tools, Object.class));
    }

    /** With an option, NAME=VALUE, whose value is JSON or, where it is none, a text. */
    Conversation withOption(String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) throw new UserException("--option takes NAME=VALUE, not " + assignment);
        String value = assignment.substring(equals + 1);
        Object read;
        try {
            read = JSON.readValue(value, Object.class);
        } catch (JacksonException e) {
            read = value;
        }
        return with(assignment.substring(0, equals), read);
    }

    /** With an option for the template, in place of one of that name. */
    Conversation with(String name, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(options);
        all.put(name, value);
        return new Conversation(messages, all);
    }

    /** Ready for the assistant's next message, or ending with the last one. */
    Conversation prompting(boolean prompt) {
        return with("add_generation_prompt", prompt);
    }
}
