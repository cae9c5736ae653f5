package dev.assay.organism;

import java.util.List;

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
    public static List<String> names() {
        return Yaml.read("/behaviours/index.yaml", Index.class).behaviours();
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

    private static Behaviour read(String folder) {
        return Yaml.read("/behaviours/" + folder + "/behaviour.yaml", Behaviour.class);
    }

    /** Absolute resource name of a file of this behaviour, for instance {@code score/judge.yaml}. */
    String file(String part) {
        return "/behaviours/" + name + "/" + part;
    }
}
