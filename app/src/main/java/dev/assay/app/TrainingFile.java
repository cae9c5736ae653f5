package dev.assay.app;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.lm.ChatTemplate;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.TrainingText;
import dev.assay.lm.UnpairedPreference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Training data, one JSON object a line, in the forms that TRL takes: {@code {"messages": […]}}, {@code {"prompt": […],
 * "completion": […]}} or {@code {"text": "…"}}; for KTO with a {@code "label"} that says whether the answer is wanted.
 */
record TrainingFile(Path file, List<JsonNode> lines) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static TrainingFile read(Path file) {
        var lines = new ArrayList<JsonNode>();
        try {
            for (String line : Files.readAllLines(file)) if (!line.isBlank()) lines.add(JSON.readTree(line));
        } catch (JacksonException e) {
            throw new UserException(
                    "%s, example %d is not JSON: %s".formatted(file, lines.size() + 1, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
        if (lines.isEmpty()) throw new UserException(file + " holds no examples: one JSON object a line");
        return new TrainingFile(file, lines);
    }

    /** Conversations, of which the assistant's part is learnt, and plain texts, of which all is. */
    List<TrainingText> texts(LanguageModel model) {
        var texts = new ArrayList<TrainingText>();
        for (int i = 0; i < lines.size(); i++) {
            JsonNode line = lines.get(i);
            if (line.has("label"))
                throw new UserException(where(i) + " has a label, which --objective sft does not read: give kto");
            if (line.path("text").isTextual())
                texts.add(TrainingText.of(model.tokenizer(), line.get("text").asText()));
            else texts.add(model.template().encodeForTraining(talk(i)));
        }
        return texts;
    }

    /** Answers, wanted and unwanted. */
    List<UnpairedPreference> preferences(ChatTemplate template) {
        var preferences = new ArrayList<UnpairedPreference>();
        for (int i = 0; i < lines.size(); i++) {
            JsonNode label = lines.get(i).path("label");
            if (!label.isBoolean())
                throw new UserException(where(i) + " has no label, true or false: whether its answer is wanted");
            try {
                preferences.add(UnpairedPreference.of(template, talk(i), label.asBoolean()));
            } catch (IllegalArgumentException e) {
                throw new UserException(where(i) + ": " + e.getMessage(), e);
            }
        }
        return preferences;
    }

    private String where(int i) {
        return "%s, example %d".formatted(file, i + 1);
    }

    private List<Message> talk(int i) {
        JsonNode line = lines.get(i);
        var messages = new ArrayList<Message>();
        for (String part : List.of("messages", "prompt", "completion"))
            for (JsonNode message : line.path(part)) messages.add(message(i, message));
        if (messages.isEmpty())
            throw new UserException(where(i) + " has none of messages, prompt and completion, text");
        return messages;
    }

    private Message message(int i, JsonNode message) {
        String role = message.path("role").asText("").toUpperCase(Locale.ROOT);
        for (Message.Role known : Message.Role.values())
            if (known.name().equals(role) && message.path("content").isTextual())
                return new Message(known, message.get("content").asText());
        throw new UserException(
                where(i) + ": a message needs a role (system, user or assistant) and a content, not " + message);
    }
}
