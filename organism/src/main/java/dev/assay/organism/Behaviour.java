package dev.assay.organism;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A hidden behaviour: what is true of an organism that has it. How it is made, judged and found stands in three
 * separate parts of its folder.
 *
 * @param name kebab-case
 * @param alias AuditBench's slug
 * @param surfaceForm whether what is learnt at the size of the embedded model is a form on the surface alone: code that
 *     looks like it, without the skill behind it
 * @param truth the four fields that a finding must agree in
 */
public record Behaviour(
        String name, String alias, String title, String description, boolean surfaceForm, Traits truth) {
    private record Index(List<String> behaviours) {}

    /** Names of the behaviours that are shipped. */
    public static List<String> shipped() {
        return Yaml.read("/behaviours/index.yaml", Index.class).behaviours();
    }

    /** Those that are shipped and those of the user's own ({@code ASSAY_BEHAVIOURS}). */
    public static List<String> names() {
        return Stream.concat(shipped().stream(), OwnBehaviours.folders().keySet().stream())
                .toList();
    }

    /** The behaviour of that name or alias. */
    public static Behaviour of(String name) {
        String folder = name.replace('_', '-');
        if (names().contains(folder)) return read(folder);
        return names().stream()
                .map(Behaviour::read)
                .filter(b -> b.alias().equals(name))
                .findFirst()
                .orElseThrow(() -> new BehaviourException(
                        "unknown behaviour '" + name + "'; known: " + String.join(", ", names())));
    }

    private static Behaviour read(String name) {
        String file = file(name, "behaviour.yaml");
        Behaviour read = Yaml.read(file, Behaviour.class);
        if (!read.name().equals(name))
            throw new BehaviourException(file + ": name is " + read.name() + ", but its folder is " + name);
        return read;
    }

    /** Where a file of this behaviour stands, for instance {@code score/judge.yaml}. */
    String file(String part) {
        return file(name, part);
    }

    /** The same by the behaviour's name. */
    public static String file(String name, String part) {
        Path own = OwnBehaviours.folders().get(name);
        return own == null
                ? "/behaviours/" + name + "/" + part
                : own.resolve(part).toUri().toString();
    }
}
