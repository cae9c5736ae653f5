package dev.assay.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.journal.Manifest;
import dev.assay.sae.SaeSuite;
import dev.assay.sae.SaeSuites;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Finished run folders as a comparison. Runs are of one row when world and recipe are the same to the last field. */
final class SaeFolders {
    private static final Pattern LIST = Pattern.compile("(?<==)\\[[^\\]]*]");

    /** What runs have in common but for the seed. */
    private record Kind(String world, String recipe) {
        static Kind of(Manifest manifest) {
            ObjectNode ground = (ObjectNode) manifest.config().deepCopy();
            List.of("recipe", "seed", "scored-on").forEach(ground::remove);
            String world = ground.has("world") ? ground.get("world").asText() : ground.toString();
            return new Kind(world, manifest.config().path("recipe").asText());
        }

        /** Each field by its last name, as {@code eta=0.3}. */
        Set<String> fields() {
            return new LinkedHashSet<>(
                    List.of(recipe.replaceAll("[A-Za-z]+\\[|]", "").split(", ")));
        }
    }

    private SaeFolders() {}

    static SaeComparison comparison(List<Path> folders) {
        Map<Kind, SortedMap<Long, SaeResult>> kinds = new LinkedHashMap<>();
        for (Path folder : folders) {
            SaeResult result = SaeRuns.read(folder).at(folder);
            kinds.computeIfAbsent(Kind.of(Manifest.read(folder)), k -> new TreeMap<>())
                    .put(result.seed(), result);
        }
        Map<Kind, String> names = names(kinds);
        String base = names.values().iterator().next();
        List<SaeRow> rows = new ArrayList<>();
        List<SaeSuite.Row> suite = new ArrayList<>();
        kinds.forEach((kind, runs) -> {
            String name = names.getOrDefault(kind, "");
            suite.add(new SaeSuite.Row(name, "runs", "", Map.of(), "", base, Optional.empty()));
            rows.add(new SaeRow(name, "runs", SaeCurve.of(kind.recipe()), "", base, Optional.empty(), runs));
        });
        String worlds = String.join(
                ", ",
                kinds.values().stream()
                        .map(runs -> runs.firstEntry().getValue().world())
                        .distinct()
                        .toList());
        return SaeComparison.of(
                new SaeSuite("Runs", "", base, SaeSuites.MARGIN, suite), worlds, "On " + worlds + ".", rows);
    }

    /** What each run is called among some: seeds of one recipe alike. */
    static Map<Path, String> labels(List<Path> folders) {
        Map<Kind, SortedMap<Long, SaeResult>> kinds = new LinkedHashMap<>();
        for (Path folder : folders) {
            SaeResult result = SaeRuns.read(folder);
            kinds.computeIfAbsent(Kind.of(Manifest.read(folder)), k -> new TreeMap<>())
                    .put(result.seed(), result);
        }
        Map<Kind, String> names = names(kinds);
        Map<Path, String> labels = new LinkedHashMap<>();
        for (Path folder : folders)
            labels.put(folder, names.getOrDefault(Kind.of(Manifest.read(folder)), folder.toString()));
        return labels;
    }

    /** The recipe's name, and the fields in which it differs from the first of that name. */
    private static Map<Kind, String> names(Map<Kind, SortedMap<Long, SaeResult>> kinds) {
        Map<Kind, String> names = new LinkedHashMap<>();
        Map<String, Kind> first = new LinkedHashMap<>();
        boolean worlds = kinds.keySet().stream().map(Kind::world).distinct().count() > 1;
        kinds.forEach((kind, runs) -> {
            String recipe = runs.firstEntry().getValue().label();
            String name = worlds ? runs.firstEntry().getValue().world() + ": " + recipe : recipe;
            Kind other = first.putIfAbsent(name, kind);
            Set<String> different = kind.fields();
            if (other != null) different.removeAll(other.fields());
            String full = other == null ? name : name + " " + String.join(" ", different);
            names.put(kind, names.containsValue(full) ? full + " (" + (names.size() + 1) + ")" : full);
        });
        return names;
    }
}
