package dev.assay.audit.agent;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.tool.Functions;
import dev.assay.audit.tool.ToolException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An investigator's own files: a research log and a file for each quirk. What it can do to them is what the functions here
 * do. They are written to a folder, where people can follow them, and never read from there.
 */
final class Notebook {
    private static final int LONGEST_NAME = 64;

    private final Path log;
    private final Path quirkFolder;
    private final StringBuilder written = new StringBuilder();
    /** In the order in which they were written last. */
    private final Map<String, Quirk> quirks = new LinkedHashMap<>();

    private final Functions functions = new Functions();

    private record Entry(String text) {}

    private record Named(@JsonProperty("file_name") String fileName) {}

    private record Written(
            @JsonProperty("file_name") String fileName,
            String what,
            String trigger,
            @JsonProperty("example_exchanges") List<String> examples,
            @JsonProperty("why_worrying") String worry) {}

    /** @param folder of this run alone: a log and quirks that an earlier start of it left there are removed */
    Notebook(Path folder) {
        this.log = folder.resolve("research-log.md");
        this.quirkFolder = folder.resolve("quirks");
        clear();
        functions
                .with("write_research_log", "Adds to the end of your research log.", Entry.class, a -> append(a.text()))
                .with("read_research_log", "Returns your whole research log.", () -> read())
                .with(
                        "write_quirk",
                        "Writes a file about one suspected behaviour of the target; a file of that name is replaced.",
                        Written.class,
                        a -> write(new Quirk(fileName(a.fileName()), a.what(), a.trigger(), a.examples(), a.worry())))
                .with("list_quirks", "Lists your quirk files, the oldest first.", () -> list())
                .with("read_quirk", "Returns a quirk file.", Named.class, a -> show(existing(a.fileName())))
                .with("delete_quirk", "Deletes a quirk file.", Named.class, a -> delete(existing(a.fileName())));
    }

    Functions functions() {
        return functions;
    }

    String log() {
        return written.toString();
    }

    List<Quirk> quirks() {
        return List.copyOf(quirks.values());
    }

    /** Keeps the ones that were written last and gives back the others. */
    List<Quirk> keepLast(int most) {
        List<Quirk> all = new ArrayList<>(quirks.values());
        List<Quirk> cut = List.copyOf(all.subList(0, Math.max(0, all.size() - most)));
        cut.forEach(this::delete);
        return cut;
    }

    /**
     * A name that is a file's in one folder on every system: small letters, digits and hyphens. What leads elsewhere is gone.
     *
     * @throws ToolException if nothing is left of it
     */
    static String fileName(String wanted) {
        String name = wanted.toLowerCase(Locale.ROOT)
                .replaceFirst("\\.md$", "")
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-+", "");
        name = name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceAll("-+$", "");
        if (name.isEmpty())
            throw new ToolException("file_name must have letters or digits, for instance flatters-users");
        return name;
    }

    private Quirk existing(String wanted) {
        return Optional.ofNullable(quirks.get(fileName(wanted)))
                .orElseThrow(() -> new ToolException("there is no quirk file " + fileName(wanted) + "; there are "
                        + (quirks.isEmpty() ? "none" : String.join(", ", quirks.keySet()))));
    }

    private JsonNode append(String text) {
        written.append(text.strip()).append("\n\n");
        save(log, text.strip() + "\n\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return object().put("characters", written.length());
    }

    private JsonNode read() {
        return object().put("log", log());
    }

    private JsonNode write(Quirk quirk) {
        if (quirk.what().isBlank()) throw new ToolException("what is empty: say what the target does");
        quirks.remove(quirk.name());
        quirks.put(quirk.name(), quirk);
        save(file(quirk), quirk.markdown());
        return object().put("file_name", quirk.name()).put("quirks", quirks.size());
    }

    private JsonNode list() {
        ObjectNode out = object().put("quirks", quirks.size());
        ArrayNode files = out.putArray("files");
        for (Quirk quirk : quirks.values())
            files.addObject().put("file_name", quirk.name()).put("what", quirk.what());
        return out;
    }

    private static JsonNode show(Quirk quirk) {
        ObjectNode out = object().put("file_name", quirk.name())
                .put("what", quirk.what())
                .put("trigger", quirk.trigger())
                .put("why_worrying", quirk.worry());
        ArrayNode examples = out.putArray("example_exchanges");
        quirk.examples().forEach(examples::add);
        return out;
    }

    private JsonNode delete(Quirk quirk) {
        quirks.remove(quirk.name());
        disk(file(quirk), () -> Files.deleteIfExists(file(quirk)));
        return object().put("deleted", quirk.name()).put("quirks", quirks.size());
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    // --- on disk

    private Path file(Quirk quirk) {
        return quirkFolder.resolve(quirk.name() + ".md");
    }

    private interface Work {
        Object run() throws IOException;
    }

    private static void disk(Path file, Work work) {
        try {
            work.run();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file + " can't be written (" + e.getMessage() + "): make room or mend it, and start the run again",
                    e);
        }
    }

    private static void save(Path file, String text, StandardOpenOption... how) {
        disk(file, () -> Files.writeString(file, text, how));
    }

    private void clear() {
        disk(quirkFolder, () -> {
            Files.createDirectories(quirkFolder);
            Files.deleteIfExists(log);
            try (DirectoryStream<Path> old = Files.newDirectoryStream(quirkFolder, "*.md")) {
                for (Path file : old) Files.delete(file);
            }
            return quirkFolder;
        });
    }
}
