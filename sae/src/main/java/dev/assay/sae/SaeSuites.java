package dev.assay.sae;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Suites as YAML: those that come with Assay, by name, and files. */
public final class SaeSuites {
    /** The suites that come with Assay. */
    public static final List<String> NAMES = List.of("lista-ablation", "ladder", "l0-curve");

    /** Differences up to this are none: about the noise of two seeds. */
    public static final double MARGIN = 0.005;

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private SaeSuites() {}

    /** A suite by name or from a file that ends in .yaml. */
    public static SaeSuite load(String nameOrFile) {
        boolean file = nameOrFile.endsWith(".yaml") || nameOrFile.endsWith(".yml");
        if (!file && !NAMES.contains(nameOrFile))
            throw new SaeException("there is no suite " + nameOrFile + "; known are " + String.join(", ", NAMES)
                    + ", or a file that ends in .yaml");
        String name = file ? Path.of(nameOrFile).getFileName().toString().replaceAll("\\.ya?ml$", "") : nameOrFile;
        return of(name, file ? read(Path.of(nameOrFile)) : resource(nameOrFile));
    }

    /** The suite in the text of a YAML file. */
    public static SaeSuite of(String name, String yaml) {
        ObjectNode tree = parse(name, yaml);
        var fields = new Fields(name, "", tree);
        String about = fields.text("about", "");
        String base = fields.text("base", "");
        String recipe = fields.text("recipe", "lista-matryoshka");
        double margin = fields.number("margin", MARGIN);
        Map<String, String> set = set(name, tree.path("set"));
        fields.section("set");
        List<SaeSuite.Row> rows = new ArrayList<>();
        if (fields.has("rows") && tree.get("rows").isArray())
            for (JsonNode row : tree.get("rows")) rows.add(row(name, row, base, recipe, set));
        if (rows.isEmpty()) throw new SaeException(name + ": a suite needs a list of rows");
        fields.done();
        return new SaeSuite(name, about, base.isEmpty() ? rows.getFirst().name() : base, margin, rows);
    }

    private static SaeSuite.Row row(String suite, JsonNode node, String base, String recipe, Map<String, String> all) {
        String where = suite + ", row " + node.path("name").asText("?");
        var f = new Fields(where, "", node);
        Map<String, String> set = new LinkedHashMap<>(all);
        set.putAll(set(where, node.path("set")));
        f.section("set");
        String name = f.text("name", "");
        if (name.isEmpty()) throw new SaeException(suite + ": a row has no name: " + node);
        var row = new SaeSuite.Row(
                name,
                f.text("group", "all"),
                f.text("recipe", recipe),
                set,
                f.text("note", ""),
                f.text("against", base.isEmpty() ? name : base),
                f.has("claim") ? Optional.of(claim(where, f.section("claim"), node.path("claim"))) : Optional.empty());
        f.done();
        return row;
    }

    private static Claim claim(String where, Fields fields, JsonNode node) {
        String says = fields.text("says", "");
        if (says.isEmpty()) throw new SaeException(where + ": claim.says is missing; give the claim in words");
        Map<String, Claim.Change> changes = new LinkedHashMap<>();
        node.fieldNames().forEachRemaining(metric -> {
            if (!metric.equals("says")) changes.put(metric, fields.one(Claim.Change.class, metric, Claim.Change.SAME));
        });
        for (String metric : changes.keySet())
            if (!Scores.NAMES.contains(metric))
                throw new SaeException(
                        where + ": there is no score " + metric + "; known are " + String.join(", ", Scores.NAMES));
        return new Claim(says, changes);
    }

    /** Values by dotted name, as YAML texts. */
    private static Map<String, String> set(String where, JsonNode node) {
        if (!node.isMissingNode() && !node.isObject())
            throw new SaeException(where + ": set is a list of fields and values, was " + node);
        Map<String, String> set = new LinkedHashMap<>();
        node.properties().forEach(f -> set.put(f.getKey(), f.getValue().toString()));
        return set;
    }

    private static ObjectNode parse(String name, String yaml) {
        try {
            if (YAML.readTree(yaml) instanceof ObjectNode tree) return tree;
            throw new SaeException(name + ": a suite is a list of fields and values");
        } catch (JsonProcessingException e) {
            throw new SaeException(name + " is not YAML: " + e.getOriginalMessage());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the suite " + file + ": " + e.getMessage(), e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = SaeSuites.class.getResourceAsStream("suites/" + name + ".yaml")) {
            if (in == null) throw new IllegalStateException("the suite " + name + " is not in the jar");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
