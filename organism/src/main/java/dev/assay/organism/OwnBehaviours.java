package dev.assay.organism;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Behaviours of the user's own: folders as in docs/formats/behaviour.md, inside the folders that the environment variable
 * {@code ASSAY_BEHAVIOURS} names (several are separated as in {@code PATH}).
 */
final class OwnBehaviours {
    private static final String VARIABLE = "ASSAY_BEHAVIOURS";
    /** Takes the variable's place where it is set. */
    static final String PROPERTY = "assay.behaviours";

    private static final String MAIN = "behaviour.yaml";

    private OwnBehaviours() {}

    /** Their folders by name. */
    static Map<String, Path> folders() {
        var found = new TreeMap<String, Path>();
        for (String place : places().split(File.pathSeparator)) {
            if (place.isBlank()) continue;
            Path parent = Path.of(place.strip()).toAbsolutePath();
            if (!Files.isDirectory(parent))
                throw new BehaviourException(VARIABLE + " names " + parent + ", which is no folder");
            try (Stream<Path> inside = Files.list(parent)) {
                inside.filter(f -> Files.exists(f.resolve(MAIN))).forEach(f -> add(found, f));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list " + parent + ": " + e.getMessage(), e);
            }
        }
        return found;
    }

    private static void add(Map<String, Path> found, Path folder) {
        String name = folder.getFileName().toString();
        if (!name.matches("[a-z0-9]+(-[a-z0-9]+)*"))
            throw new BehaviourException(
                    folder + ": a behaviour's folder is named in kebab-case, such as secret-loyalty");
        if (Behaviour.shipped().contains(name))
            throw new BehaviourException(folder + ": " + name + " is shipped with Assay; give yours another name");
        Path other = found.put(name, folder);
        if (other != null) throw new BehaviourException(name + " stands twice, in " + other + " and in " + folder);
    }

    private static String places() {
        return Optional.ofNullable(System.getProperty(PROPERTY))
                .or(() -> Optional.ofNullable(System.getenv(VARIABLE)))
                .orElse("");
    }
}
