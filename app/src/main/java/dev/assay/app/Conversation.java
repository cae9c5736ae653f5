package dev.assay.app;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.lm.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads messages from a file in OpenAI's form: {@code [{"role": "user", "content": "Hi"}]}. */
final class Conversation {
    private Conversation() {}

    /** The messages of a list, or of an object's field {@code messages}. */
    static List<Message> read(Path file) {
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw new UserException(file + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
        JsonNode list = json.isObject() ? json.path("messages") : json;
        if (!list.isArray() || list.isEmpty())
            throw new UserException(file + " holds no messages: [{\"role\": \"user\", \"content\": \"Hi\"}]");
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : list) messages.add(message(file, messages.size(), message));
        return messages;
    }

    private static Message message(Path file, int i, JsonNode message) {
        String content = content(file, i, message.path("content"));
        return switch (message.path("role").asText()) {
            case "system" -> Message.system(content);
            case "user" -> Message.user(content);
            case "assistant" -> Message.assistant(content);
            default ->
                throw new UserException(file + ": message " + i + " has the role " + message.path("role")
                        + "; supported: system, user, assistant");
        };
    }

    /** A string, or a list of parts that are text. */
    private static String content(Path file, int i, JsonNode content) {
        if (content.isTextual()) return content.textValue();
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("text").isTextual())
                throw new UserException(
                        file + ": message " + i + " has a part that is no text: only text is supported");
            text.append(part.path("text").textValue());
        }
        if (content.isEmpty()) throw new UserException(file + ": message " + i + " has no content");
        return text.toString();
    }
}
