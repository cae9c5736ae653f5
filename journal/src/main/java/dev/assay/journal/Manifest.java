package dev.assay.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a run folder is for: the file {@code run.json}, written once, when the folder is made.
 *
 * @param format     version of the folder's format, {@value #FORMAT} today
 * @param command    what is run, for example {@code audit}
 * @param config     its whole configuration
 * @param provenance what it rests on; its config hash is that of {@code config}
 */
public record Manifest(int format, String command, JsonNode config, Provenance provenance) {

    /** The version of the format that this program writes. */
    public static final int FORMAT = 0;

    /** The manifest's name in the folder. */
    public static final String FILE = "run.json";

    /** @throws IllegalArgumentException if the provenance is of another configuration */
    public Manifest {
        config = CanonicalJson.tree(config);
        if (!CanonicalJson.sha256(config).equals(provenance.config())) {
            throw new IllegalArgumentException("the provenance is of another configuration than the manifest's");
        }
    }

    /** The manifest of a run; {@code config} is anything that {@link CanonicalJson} can write. */
    public static Manifest of(String command, Object config, Provenance provenance) {
        return new Manifest(FORMAT, command, CanonicalJson.tree(config), provenance);
    }

    /**
     * The manifest of a cache that many runs share. It says nothing about code, data or models, since each key in the
     * cache has to say it.
     *
     * @param name what is cached, for example {@code base-replies}
     */
    public static Manifest ofCache(String name) {
        Map<String, String> config = Map.of("cache", name);
        return of("cache", config, Provenance.of("any", config, Map.of(), Map.of(), Map.of()));
    }

    /**
     * Reads the manifest of a folder.
     *
     * @throws JournalException if there is none, or it is of a later format, or no manifest
     */
    public static Manifest read(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            JsonNode tree = CanonicalJson.parse(Files.readAllBytes(file));
            int format = tree.path("format").asInt(-1);
            if (format > FORMAT) {
                throw new JournalException(file + " has format " + format + ", and this program knows formats up to "
                        + FORMAT + ": use a later version of the program");
            }
            return CanonicalJson.value(tree, Manifest.class);
        } catch (IOException e) {
            throw new JournalException(
                    file + " can't be read: " + folder + " is no run folder, or lost its manifest", e);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new JournalException(file + " is damaged (" + e.getMessage() + "): restore it from a backup", e);
        }
    }

    void write(Path folder) {
        AtomicFile.write(folder.resolve(FILE), CanonicalJson.pretty(this));
    }

    /** A line for each value that is different in {@code here}, empty if the two are equal. */
    List<String> differences(Manifest here) {
        List<String> differences = new ArrayList<>();
        compare("", CanonicalJson.tree(this), CanonicalJson.tree(here), differences);
        return differences;
    }

    private static void compare(String path, JsonNode there, JsonNode here, List<String> differences) {
        if (there.isObject() && here.isObject()) {
            TreeSet<String> names = new TreeSet<>();
            there.fieldNames().forEachRemaining(names::add);
            here.fieldNames().forEachRemaining(names::add);
            names.forEach(name ->
                    compare(path.isEmpty() ? name : path + "/" + name, there.path(name), here.path(name), differences));
        } else if (!there.equals(here)) {
            differences.add(path + " is " + show(there) + " there and " + show(here) + " here");
        }
    }

    private static String show(JsonNode value) {
        return value instanceof MissingNode ? "absent" : value.toString();
    }
}
