package dev.assay.app;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * An {@code assay.yaml}: values by the path of a command and an option's name, nested or with dots.
 *
 * <pre>{@code
 * device: cpu
 * audit:
 *   run: {budget: 8000, tool: [chat, prefill]}
 * }</pre>
 */
final class ConfigFile {
    static final String NAME = "assay.yaml";

    private final Path file;
    private final Map<String, Value> values = new LinkedHashMap<>();

    /** What stands there, several values with commas between them, and in which line. */
    record Value(String text, Path file, int line) {
        String place() {
            return file + ":" + line;
        }
    }

    private ConfigFile(Path file) {
        this.file = file;
    }

    /** The values by their whole keys, such as {@code audit.run.budget}; {@link UserException} says what can't be read. */
    static Map<String, Value> read(Path file) {
        var read = new ConfigFile(file);
        try (JsonParser in = new YAMLFactory().createParser(Files.readString(file))) {
            JsonToken first = in.nextToken();
            if (first == JsonToken.START_OBJECT) read.object(in, "");
            else if (first != null && first != JsonToken.VALUE_NULL)
                throw read.wrong(in, "options by their commands were expected, such as `audit.run.budget: 8000`");
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            String what = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new UserException(file + ":" + line + ": this is not YAML: " + what);
        } catch (IOException e) {
            throw new UserException(file + " can't be read: " + e.getMessage());
        }
        return read.values;
    }

    private void object(JsonParser in, String prefix) throws IOException {
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String key = prefix + in.currentName();
            int line = in.currentTokenLocation().getLineNr();
            JsonToken value = in.nextToken();
            if (value == JsonToken.START_OBJECT) object(in, key + ".");
            else if (values.put(key, new Value(text(in, key, value), file, line)) != null)
                throw new UserException(file + ":" + line + ": " + key + " stands twice; delete one");
        }
    }

    private String text(JsonParser in, String key, JsonToken value) throws IOException {
        if (value.isScalarValue() && value != JsonToken.VALUE_NULL) return in.getText();
        if (value != JsonToken.START_ARRAY) throw wrong(in, key + " has no value; give it one or delete the line");
        var all = new StringJoiner(",");
        for (JsonToken t = in.nextToken(); t != JsonToken.END_ARRAY; t = in.nextToken()) {
            if (!t.isScalarValue()) throw wrong(in, key + " is a list, and each entry of it must be one value");
            all.add(in.getText());
        }
        return all.toString();
    }

    private UserException wrong(JsonParser in, String what) {
        return new UserException(file + ":" + in.currentTokenLocation().getLineNr() + ": " + what);
    }
}
