package dev.assay.app;

import dev.assay.sae.SaeSuite;
import dev.assay.sae.SaeSuites;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** All combinations of values of some fields, as a suite; the first is the base. */
final class SaeVary {
    private SaeVary() {}

    static SaeSuite suite(String recipe, Map<String, String> vary) {
        List<Map<String, String>> combinations = combinations(vary);
        String base = name(recipe, combinations.getFirst());
        List<SaeSuite.Row> rows = combinations.stream()
                .map(set -> new SaeSuite.Row(name(recipe, set), "all", recipe, set, "", base, Optional.empty()))
                .toList();
        return new SaeSuite("sweep of " + recipe, "", base, SaeSuites.MARGIN, rows);
    }

    private static String name(String recipe, Map<String, String> set) {
        if (set.isEmpty()) return recipe;
        return set.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
    }

    private static List<Map<String, String>> combinations(Map<String, String> vary) {
        List<Map<String, String>> out = List.of(Map.of());
        for (Map.Entry<String, String> field : vary.entrySet()) {
            List<Map<String, String>> more = new ArrayList<>();
            for (Map<String, String> fields : out)
                for (String value : field.getValue().split(";")) {
                    Map<String, String> next = new LinkedHashMap<>(fields);
                    next.put(field.getKey(), value.trim());
                    more.add(next);
                }
            out = more;
        }
        return out;
    }
}
