package dev.assay.sae.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.TrainingText;
import dev.assay.sae.SaeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Text to harvest from: {@code .txt} files, each one text, and {@code .jsonl} files with a text a line, {@code {"text":
 * "…"}} or {@code {"messages": [{"role": …, "content": …}, …]}}, the latter in the model's chat format. Control tokens that
 * are spelt out in a text are text.
 */
public final class TextFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TextFiles() {}

    /** The files of folders, by name, and files as they are. */
    public static List<Path> files(List<Path> filesAndFolders) {
        var all = new ArrayList<Path>();
        for (Path path : filesAndFolders) {
            if (!Files.isDirectory(path)) {
                all.add(path);
                continue;
            }
            try (Stream<Path> inside = Files.walk(path)) {
                List<Path> found = new ArrayList<>(
                        inside.filter(p -> isText(p) && Files.isRegularFile(p)).toList());
                Collections.sort(found);
                if (found.isEmpty()) throw new SaeException(path + " holds no .txt or .jsonl file");
                all.addAll(found);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + path + ": " + e.getMessage(), e);
            }
        }
        return all;
    }

    private static boolean isText(Path file) {
        return file.toString().endsWith(".txt") || file.toString().endsWith(".jsonl");
    }

    /** The tokens of every text of some files and folders. */
    public static List<int[]> tokens(List<Path> filesAndFolders, LanguageModel model) {
        var all = new ArrayList<int[]>();
        for (Path file : files(filesAndFolders)) {
            if (file.toString().endsWith(".txt")) all.add(text(model, read(file)));
            else if (file.toString().endsWith(".jsonl")) lines(file, model, all);
            else throw new SaeException(file + " is neither a .txt nor a .jsonl file");
        }
        return all;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new SaeException("there is no text " + file, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + " as UTF-8: " + e.getMessage(), e);
        }
    }

    private static int[] text(LanguageModel model, String text) {
        return TrainingText.of(model.tokenizer(), text).ids();
    }

    private static void lines(Path file, LanguageModel model, List<int[]> into) {
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) into.add(line(file + ", line " + number, JSON.readTree(line), model));
            }
        } catch (NoSuchFileException e) {
            throw new SaeException("there is no text " + file, e);
        } catch (JsonProcessingException e) {
            throw new SaeException(file + ", line " + number + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + " as UTF-8: " + e.getMessage(), e);
        }
    }

    private static int[] line(String where, JsonNode line, LanguageModel model) {
        if (line.path("text").isTextual()) return text(model, line.get("text").asText());
        var messages = new ArrayList<Message>();
        for (JsonNode message : line.path("messages")) messages.add(message(where, message));
        if (messages.isEmpty()) throw new SaeException(where + " has neither a text nor messages");
        return model.template().encode(messages, false);
    }

    private static Message message(String where, JsonNode message) {
        String role = message.path("role").asText("").toUpperCase(Locale.ROOT);
        for (Message.Role known : Message.Role.values())
            if (known.name().equals(role) && message.path("content").isTextual())
                return new Message(known, message.get("content").asText());
        throw new SaeException(
                where + ": a message needs a role (system, user or assistant) and a content, not " + message);
    }
}
