package dev.assay.research;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One decision of a recipe that can be taken by itself, and the values that it may have besides not being taken.
 *
 * @param id its name in commands, notes and records
 * @param family ideas of one family are about the same thing
 * @param title what a person calls it
 * @param why what may be gained by it
 * @param needs slots that must have a value before this one means anything
 */
record Slot(String id, String family, String title, String why, List<String> needs, List<Value> values) {
    Slot {
        needs = List.copyOf(needs);
        values = List.copyOf(values);
    }

    /**
     * A move of the grammar.
     *
     * @param name among the values of its slot
     * @param fields of a recipe that it sets, by dotted name, as YAML
     */
    record Value(String name, Map<String, String> fields) {
        Value {
            fields = Map.copyOf(fields);
        }
    }

    /** Whether words of a person are about this slot: they have its name, or its family's. */
    boolean isNamedIn(String words) {
        String text = words.toLowerCase(Locale.ROOT);
        return text.contains(id.toLowerCase(Locale.ROOT)) || text.contains(family);
    }

    Optional<Value> value(String name) {
        return values.stream().filter(v -> v.name().equals(name)).findFirst();
    }
}
