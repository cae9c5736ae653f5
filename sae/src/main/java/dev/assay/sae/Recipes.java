package dev.assay.sae;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.assay.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Recipes as YAML: those that come with Assay, by name, and files. See docs/sae.md for the fields. */
public final class Recipes {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Pattern PRODUCT = Pattern.compile("([0-9]*\\.?[0-9]+) *\\* *([a-z][a-z0-9.-]*)");

    /** The recipes that come with Assay. */
    public static final List<String> NAMES = List.of(
            "standard",
            "topk",
            "batchtopk",
            "jumprelu",
            "gated",
            "matching-pursuit",
            "omp",
            "matryoshka",
            "lista-matryoshka");

    private Recipes() {}

    /** How much is trained. */
    public enum Protocol {
        /** As the recipe says: for SynthSAEBench-16k, 200 million samples. */
        FULL,
        /** 128 latents on half a million samples, for the world "small". */
        MINI,
        /** About 32 of 4,096 latents on five million activations of a language model. */
        MODEL
    }

    /**
     * A recipe by name or from a file that ends in .yaml.
     *
     * @param protocol what replaces fields of a recipe that comes with Assay; files stand as they are
     * @param overrides values by dotted name, such as {@code refinement.eta} to {@code 0.1}, read as YAML, one after the
     *     other; {@code null} removes the field, {@code 2.4 * k} is a multiple of what another field has by then
     */
    public static Recipe load(String nameOrFile, Protocol protocol, Map<String, String> overrides) {
        boolean file = nameOrFile.endsWith(".yaml") || nameOrFile.endsWith(".yml");
        ObjectNode tree = parse(nameOrFile, file ? read(Path.of(nameOrFile)) : resource(nameOrFile));
        if (!file && protocol != Protocol.FULL) {
            String name = protocol.name().toLowerCase(Locale.ROOT);
            ObjectNode other = parse(name, resourceText(name));
            merge(tree, other.path("all"));
            merge(tree, other.path(nameOrFile));
        }
        overrides.forEach((name, value) -> set(nameOrFile, tree, name, value));
        String name = file ? Path.of(nameOrFile).getFileName().toString().replaceAll("\\.ya?ml$", "") : nameOrFile;
        return recipe(name, tree);
    }

    /** The recipe in the text of a YAML file. */
    public static Recipe of(String name, String yaml) {
        return recipe(name, parse(name, yaml));
    }

    private static ObjectNode parse(String file, String yaml) {
        try {
            if (YAML.readTree(yaml) instanceof ObjectNode tree) return tree;
            throw new SaeException(file + ": a recipe is a list of fields and values");
        } catch (JsonProcessingException e) {
            throw new SaeException(file + " is not YAML: " + firstLine(e));
        }
    }

    /** The parser's message goes over many lines and points with arrows. */
    private static String firstLine(JsonProcessingException e) {
        String what = e.getOriginalMessage().lines().findFirst().orElse("");
        return e.getLocation() == null
                ? what
                : what + " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new SaeException("there is no recipe " + file, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the recipe " + file + ": " + e.getMessage(), e);
        }
    }

    private static String resource(String name) {
        if (!NAMES.contains(name))
            throw new SaeException("there is no recipe " + name + "; known are " + String.join(", ", NAMES)
                    + ", or a file that ends in .yaml");
        return resourceText(name);
    }

    private static String resourceText(String name) {
        try (InputStream in = Recipes.class.getResourceAsStream("recipes/" + name + ".yaml")) {
            if (in == null) throw new IllegalStateException("the recipe " + name + " is not in the jar");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void merge(ObjectNode into, JsonNode fields) {
        fields.properties().forEach(f -> {
            if (f.getValue() instanceof ObjectNode section && into.get(f.getKey()) instanceof ObjectNode inner)
                merge(inner, section);
            else into.set(f.getKey(), f.getValue());
        });
    }

    private static void set(String file, ObjectNode tree, String name, String value) {
        ObjectNode section = tree;
        String[] path = name.split("\\.");
        for (int i = 0; i < path.length - 1; i++)
            section = section.get(path[i]) instanceof ObjectNode inner ? inner : section.putObject(path[i]);
        try {
            JsonNode parsed = YAML.readTree(value);
            if (parsed.isNull()) section.remove(path[path.length - 1]);
            else section.set(path[path.length - 1], product(file, tree, parsed));
        } catch (JsonProcessingException e) {
            throw new SaeException(
                    file + ": the value of " + name + " is neither a number nor a list nor a word: " + value);
        }
    }

    /** What is written {@code 2.4 * k} is a multiple of another field; everything else is what it is. */
    private static JsonNode product(String file, ObjectNode tree, JsonNode value) {
        Matcher product = PRODUCT.matcher(value.isTextual() ? value.asText() : "");
        if (!product.matches()) return value;
        JsonNode factor = tree.at("/" + product.group(2).replace('.', '/'));
        if (!factor.isNumber())
            throw new SaeException(file + ": " + value.asText() + " needs a number in " + product.group(2) + ", found "
                    + (factor.isMissingNode() ? "none" : factor));
        var exact = new BigDecimal(product.group(1)).multiply(factor.decimalValue());
        return DoubleNode.valueOf(exact.doubleValue());
    }

    private static Recipe recipe(String name, ObjectNode tree) {
        var fields = new Fields(name, "", tree);
        Training training = training(fields.section("training"));
        int latents = fields.count("latents", 1, 4096);
        Architecture architecture = architecture(name, fields, training.steps());
        List<OwnLoss.Weighted> losses = losses(name, fields.section("losses"));
        fields.done();
        return new Recipe(name, architecture, latents, training, losses);
    }

    private static Training training(Fields f) {
        var training = new Training(
                f.whole("samples", 200_000_000),
                f.count("batch", 1, 1024),
                f.positive("learning-rate", 3e-4),
                f.count("warm-up-steps", 0, 0),
                f.within("decay-share", 0, 1, 0),
                f.count("dead-window", 0, 1000),
                f.one(Precision.class, "precision", Precision.FP32).type,
                f.flag("normalise", false));
        f.done();
        return training;
    }

    private static List<OwnLoss.Weighted> losses(String name, Fields f) {
        List<OwnLoss> found = ServiceLoader.load(OwnLoss.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return f.names().stream()
                .map(n -> new OwnLoss.Weighted(
                        found.stream()
                                .filter(l -> l.toString().equals(n))
                                .findFirst()
                                .orElseThrow(() -> new SaeException(name + ": there is no loss " + n + "; known are "
                                        + found + " (docs/extensions.md says how one is added)")),
                        f.number(n)))
                .toList();
    }

    private enum Precision {
        FP32(DType.F32),
        BF16(DType.BF16);

        private final DType type;

        Precision(DType type) {
            this.type = type;
        }
    }

    private static Architecture architecture(String name, Fields f, long steps) {
        String kind = f.text("architecture", "");
        return switch (kind) {
            case "standard" -> new Architecture.Standard(penalty(f.section("penalty"), steps));
            case "topk" ->
                new Architecture.TopK(
                        f.count("k", 1, 25), f.flag("rescale", true), f.one(AuxLoss.class, "aux", AuxLoss.TOPK));
            case "batchtopk" -> batchTopK(f, steps);
            case "jumprelu" -> jumpRelu(f, steps);
            case "gated" -> new Architecture.Gated(penalty(f.section("penalty"), steps));
            case "matching-pursuit" ->
                new Architecture.MatchingPursuit(
                        f.flag("orthogonal", false),
                        f.count("iterations", 1, 25),
                        f.within("residual", 0, Double.POSITIVE_INFINITY, 0),
                        f.flag("stop-on-same-support", false));
            default ->
                throw new SaeException(name + ": architecture is '" + kind
                        + "'; possible are standard, topk, batchtopk, jumprelu, gated, matching-pursuit");
        };
    }

    private static Architecture batchTopK(Fields f, long steps) {
        f.number("k");
        double k = f.positive("k", 0);
        var schedule =
                new KSchedule(f.positive("initial-k", k), k, (long) (steps * f.within("k-share", 0, 1, 1)), shape(f));
        Fields levels = f.section("levels");
        Fields refinement = f.section("refinement");
        var batch = new Architecture.BatchTopK(
                schedule,
                new Refinement(
                        refinement.count("iterations", 0, 0),
                        refinement.number("eta", 0.3),
                        refinement.flag("learned", false),
                        refinement.flag("separate", false),
                        refinement.flag("blocked", false)),
                new Levels(
                        levels.wholes("widths"),
                        levels.flag("detached", false),
                        levels.one(Levels.Order.class, "order", Levels.Order.INDEX),
                        levels.within("weight", 0, Double.POSITIVE_INFINITY, 1)),
                f.within("tilt", 0, Double.POSITIVE_INFINITY, 0),
                f.one(AuxLoss.class, "aux", AuxLoss.TOPK),
                f.within("aux-coefficient", 0, Double.POSITIVE_INFINITY, 1),
                f.flag("centred-target", false));
        levels.done();
        refinement.done();
        return batch;
    }

    private static KSchedule.Shape shape(Fields f) {
        String name = f.text("k-shape", "");
        return ServiceLoader.load(KSchedule.Shape.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(shape -> shape.toString().equals(name))
                .findFirst()
                .orElseGet(() -> f.one(KSchedule.StandardShape.class, "k-shape", KSchedule.StandardShape.LINEAR));
    }

    private static Architecture jumpRelu(Fields f, long steps) {
        return new Architecture.JumpRelu(
                penalty(f.section("penalty"), steps),
                f.one(Architecture.JumpRelu.Mode.class, "mode", Architecture.JumpRelu.Mode.STEP),
                f.within("target", 0, Double.POSITIVE_INFINITY, 0),
                f.within("threshold", 0, Double.POSITIVE_INFINITY, 0.01),
                f.positive("decoder-norm", Parameters.NORM),
                f.positive("bandwidth", 0.05),
                f.flag("gradient-to-input", false),
                f.within("pre-activation", 0, Double.POSITIVE_INFINITY, 0));
    }

    private static Penalty penalty(Fields f, long steps) {
        var penalty = new Penalty(
                f.within("coefficient", 0, Double.POSITIVE_INFINITY, 1),
                (long) (steps * f.within("warm-up-share", 0, 1, 0)),
                f.within("target-l0", 0, Double.POSITIVE_INFINITY, 0),
                (long) (steps * f.within("tune-from-share", 0, 1, 0)));
        f.done();
        return penalty;
    }
}
