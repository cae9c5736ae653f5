package dev.assay.research;

import dev.assay.sae.Recipe;
import dev.assay.sae.Recipes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The recipes that offline researchers can think of: choices of a value for each of some {@link Slot}s. Every choice of
 * the grammar is a recipe that can be trained; what has no meaning beside another choice is left out of the recipe.
 */
final class Grammar {
    private static final String BATCHTOPK = "batchtopk";

    private final Protocol protocol;
    private final List<Slot> slots;

    Grammar(Protocol protocol) {
        this.protocol = protocol;
        this.slots = Slots.of(protocol);
        for (String id : protocol.without()) known(id);
        protocol.baseline().forEach((id, value) -> {
            if (known(id).value(value).isEmpty())
                throw new ResearchException("the baseline's " + id + " has no value '" + value + "'; there are "
                        + known(id).values().stream().map(Slot.Value::name).toList());
        });
    }

    /** All slots. */
    List<Slot> slots() {
        return slots;
    }

    /** The slots that researchers are given. */
    List<Slot> open() {
        return slots.stream().filter(s -> !protocol.without().contains(s.id())).toList();
    }

    /** Independent moves: values of slots that researchers are given. */
    int moves() {
        return open().stream().mapToInt(s -> s.values().size()).sum();
    }

    Optional<Slot> slot(String id) {
        return slots.stream().filter(s -> s.id().equals(id)).findFirst();
    }

    private Slot known(String id) {
        return slot(id).orElseThrow(() -> new ResearchException("the grammar has no slot '" + id + "'; there are "
                + String.join(", ", slots.stream().map(Slot::id).toList())));
    }

    /** Whether the slot would change the recipe of these choices. */
    boolean applies(Slot slot, Map<String, String> choices) {
        if (slot.id().equals(Slots.ARCHITECTURE)) return true;
        boolean general = slot.values().stream()
                .allMatch(v -> v.fields().keySet().stream().allMatch(f -> f.startsWith("training.")));
        if (choices.containsKey(Slots.ARCHITECTURE) && (!general || slot.id().equals("precision"))) return false;
        return choices.keySet().containsAll(slot.needs());
    }

    /** The choices without those that have no meaning beside the others. */
    Map<String, String> meaningful(Map<String, String> choices) {
        Map<String, String> out = new TreeMap<>(choices);
        for (Slot slot : slots) if (!applies(slot, out)) out.remove(slot.id());
        return out;
    }

    /** How much a recipe asks for beyond the plainest one: fewer wins at equal score. */
    int size(Map<String, String> choices) {
        return meaningful(choices).size();
    }

    /** The recipe as YAML, for a full run. */
    String text(Map<String, String> choices) {
        return text(choices, protocol.samples());
    }

    /** The recipe as YAML, for a run of another length: schedules are shares of it. */
    String text(Map<String, String> choices, long samples) {
        Map<String, String> fields = new LinkedHashMap<>();
        Map<String, String> chosen = meaningful(choices);
        if (!chosen.containsKey(Slots.ARCHITECTURE)) {
            fields.put("architecture", BATCHTOPK);
            fields.put("k", Slots.number(protocol.k()));
            fields.put("aux", "none");
        }
        fields.put("latents", String.valueOf(protocol.latents()));
        fields.put("training.samples", String.valueOf(samples));
        fields.put("training.batch", String.valueOf(protocol.batch()));
        fields.put("training.learning-rate", Slots.number(protocol.learningRate()));
        for (Slot slot : slots)
            Optional.ofNullable(chosen.get(slot.id()))
                    .flatMap(slot::value)
                    .ifPresent(v -> fields.putAll(scaled(v.fields(), samples)));
        return yaml(fields);
    }

    /** Numbers of steps shrink with the run. */
    private Map<String, String> scaled(Map<String, String> fields, long samples) {
        if (samples == protocol.samples()) return fields;
        Map<String, String> out = new TreeMap<>(fields);
        for (String name : List.of("training.dead-window", "training.warm-up-steps"))
            out.computeIfPresent(
                    name,
                    (n, steps) -> String.valueOf(Math.max(1, Long.parseLong(steps) * samples / protocol.samples())));
        return out;
    }

    private static String yaml(Map<String, String> fields) {
        Map<String, Map<String, String>> sections = new LinkedHashMap<>();
        var out = new StringBuilder();
        fields.forEach((name, value) -> {
            int dot = name.indexOf('.');
            if (dot < 0) out.append(name).append(": ").append(value).append('\n');
            else
                sections.computeIfAbsent(name.substring(0, dot), s -> new LinkedHashMap<>())
                        .put(name.substring(dot + 1), value);
        });
        sections.forEach((name, inner) -> {
            out.append(name).append(": {");
            out.append(String.join(
                    ", ",
                    inner.entrySet().stream()
                            .map(f -> f.getKey() + ": " + f.getValue())
                            .toList()));
            out.append("}\n");
        });
        return out.toString();
    }

    /** The recipe that a text stands for. */
    static Recipe recipe(String yaml) {
        return Recipes.of("candidate", yaml);
    }

    /** LISTA-Matryoshka in this grammar, for workspaces that begin there. */
    Map<String, String> listaMatryoshka() {
        Map<String, String> out = new TreeMap<>();
        out.put(Slots.LEVELS, known(Slots.LEVELS).values().getFirst().name());
        out.put("levels.detached", "detached");
        out.put("levels.order", "frequency");
        out.put(Slots.REFINEMENT, "1 × 0.3");
        out.put(Slots.START_K, "from 2.4 k");
        out.put("decay", "over the last 1/3");
        out.put("tilt", "0.002");
        out.put("centred-target", "centred");
        out.put(Slots.AUX, "on the whole residual");
        return out;
    }

    /** The published BatchTopK recipe in this grammar: falling rate, dead latents revived. */
    Map<String, String> batchTopK() {
        return Map.of("decay", "over the last 1/3", Slots.AUX, "on the whole residual");
    }

    /** Choices in words. */
    String words(Map<String, String> choices) {
        if (choices.isEmpty()) return "the bare baseline";
        return String.join(
                ", ",
                meaningful(choices).entrySet().stream()
                        .map(c -> c.getKey() + ": " + c.getValue())
                        .toList());
    }
}
