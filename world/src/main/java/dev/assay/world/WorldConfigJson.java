package dev.assay.world;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.tensor.DType;
import dev.assay.world.WorldConfig.Correlation;
import dev.assay.world.WorldConfig.Orthogonalization;
import dev.assay.world.WorldConfig.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** {@code synthetic_model_config.json}: SAELens' names, and its defaults for fields that are left out. */
final class WorldConfigJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GENERATOR = "generator_name";
    private static final Map<String, DType> DTYPES = Map.of("float32", DType.F32, "float64", DType.F64);
    private static final Map<String, Function<Fields, FiringProbability>> FIRING = Map.of(
            "zipfian", WorldConfigJson::zipfian,
            "linear", WorldConfigJson::linear,
            "random", WorldConfigJson::random,
            "constant", WorldConfigJson::constant);
    private static final Map<String, Function<Fields, Magnitude>> MAGNITUDES = Map.of(
            "constant", WorldConfigJson::constantMagnitude,
            "linear", WorldConfigJson::linearMagnitude,
            "exponential", WorldConfigJson::exponential,
            "folded_normal", WorldConfigJson::foldedNormal);

    private WorldConfigJson() {}

    /** Parses a file as JSON. */
    static JsonNode parse(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new WorldException(file + " is not JSON (" + e.getOriginalMessage() + ")", e);
        } catch (NoSuchFileException e) {
            throw new WorldException(
                    "there is no file " + file + "; a world is a preset's name, or a folder with that file", e);
        } catch (IOException e) {
            throw new WorldException("cannot read " + file + " (" + e + ")", e);
        }
    }

    /** JSON as text, indented. */
    static String pretty(JsonNode json) {
        return json.toPrettyString() + "\n";
    }

    static WorldConfig read(Path file) {
        return of(file.toString(), parse(file));
    }

    static WorldConfig of(String file, JsonNode json) {
        return Fields.of(file, json)
                .only(
                        "num_features",
                        "hidden_dim",
                        "firing_probability",
                        "hierarchy",
                        "orthogonalization",
                        "correlation",
                        "std_firing_magnitudes",
                        "mean_firing_magnitudes",
                        "bias",
                        "dtype",
                        "seed",
                        "observation_noise")
                .as(WorldConfigJson::config);
    }

    private static WorldConfig config(Fields f) {
        return new WorldConfig(
                f.needInteger("num_features"),
                f.needInteger("hidden_dim"),
                f.need("firing_probability", "an object")
                        .as(p -> p.choice(GENERATOR, FIRING).apply(p)),
                f.object("hierarchy").map(h -> h.as(WorldConfigJson::trees)),
                f.object("orthogonalization").map(o -> o.as(WorldConfigJson::orthogonalization)),
                f.object("correlation").map(c -> c.as(WorldConfigJson::correlation)),
                magnitude(f, "std_firing_magnitudes", 0),
                magnitude(f, "mean_firing_magnitudes", 1),
                bias(f),
                f.find("dtype").isEmpty() ? DType.F32 : f.choice("dtype", DTYPES),
                f.whole("seed"),
                f.number("observation_noise").orElse(0));
    }

    private static FiringProbability zipfian(Fields f) {
        f.only(GENERATOR, "exponent", "max_prob", "min_prob");
        return new FiringProbability.Zipfian(
                f.number("exponent").orElse(1),
                f.number("max_prob").orElse(0.3),
                f.number("min_prob").orElse(0.01));
    }

    private static FiringProbability linear(Fields f) {
        f.only(GENERATOR, "max_prob", "min_prob");
        return new FiringProbability.Linear(
                f.number("max_prob").orElse(0.3), f.number("min_prob").orElse(0.01));
    }

    private static FiringProbability random(Fields f) {
        f.only(GENERATOR, "max_prob", "min_prob");
        return new FiringProbability.Random(
                f.number("max_prob").orElse(0.5), f.number("min_prob").orElse(0.01));
    }

    private static FiringProbability constant(Fields f) {
        f.only(GENERATOR, "probability");
        return new FiringProbability.Constant(f.number("probability").orElse(0.1));
    }

    private static Magnitude magnitude(Fields f, String name, double absent) {
        return f.find(name).filter(JsonNode::isObject).isPresent()
                ? f.need(name, "an object")
                        .as(m -> m.choice(GENERATOR, MAGNITUDES).apply(m))
                : new Magnitude.Constant(f.number(name).orElse(absent));
    }

    private static Magnitude constantMagnitude(Fields f) {
        f.only(GENERATOR, "value");
        return new Magnitude.Constant(f.number("value").orElse(1));
    }

    private static Magnitude linearMagnitude(Fields f) {
        f.only(GENERATOR, "start", "end");
        return new Magnitude.Linear(f.needNumber("start"), f.needNumber("end"));
    }

    private static Magnitude exponential(Fields f) {
        f.only(GENERATOR, "start", "end");
        return new Magnitude.Exponential(f.needNumber("start"), f.needNumber("end"));
    }

    private static Magnitude foldedNormal(Fields f) {
        f.only(GENERATOR, "mean", "std", "min_value", "max_value");
        return new Magnitude.FoldedNormal(
                f.number("mean").orElse(0), f.number("std").orElse(0.1), f.number("min_value"), f.number("max_value"));
    }

    private static Trees trees(Fields f) {
        f.only(
                "total_root_nodes",
                "branching_factor",
                "max_depth",
                "mutually_exclusive_portion",
                "mutually_exclusive_min_depth",
                "mutually_exclusive_max_depth",
                "compensate_probabilities",
                "scale_children_by_parent");
        int[] branching = branching(f);
        return new Trees(
                f.integer("total_root_nodes").orElse(100),
                branching[0],
                branching[1],
                f.integer("max_depth").orElse(2),
                f.number("mutually_exclusive_portion").orElse(0),
                f.integer("mutually_exclusive_min_depth").orElse(0),
                f.integer("mutually_exclusive_max_depth"),
                f.flag("compensate_probabilities"),
                f.flag("scale_children_by_parent"));
    }

    /** The least and the greatest branching: one number for both, or a list of the two. */
    private static int[] branching(Fields f) {
        var pair = f.find("branching_factor").filter(JsonNode::isArray);
        if (pair.isEmpty()) {
            int both = f.integer("branching_factor").orElse(100);
            return new int[] {both, both};
        }
        JsonNode list = pair.get();
        if (list.size() != 2 || !list.path(0).isInt() || !list.path(1).isInt())
            throw f.wrong("branching_factor", "a whole number or a list of two");
        return new int[] {list.path(0).intValue(), list.path(1).intValue()};
    }

    private static Orthogonalization orthogonalization(Fields f) {
        f.only("num_steps", "lr", "chunk_size");
        return new Orthogonalization(
                f.integer("num_steps").orElse(200),
                f.number("lr").orElse(0.01),
                f.integer("chunk_size").orElse(1024));
    }

    private static Correlation correlation(Fields f) {
        f.only("rank", "correlation_scale", "seed");
        return new Correlation(
                f.integer("rank").orElse(32), f.number("correlation_scale").orElse(0.1), f.whole("seed"));
    }

    private static double bias(Fields f) {
        var value = f.find("bias");
        if (value.isEmpty()) return 1;
        if (value.get().isBoolean()) return value.get().booleanValue() ? 1 : 0;
        if (!value.get().isNumber()) throw f.wrong("bias", "a norm, true or false");
        return value.get().doubleValue();
    }

    // ---- writing

    static String write(WorldConfig c) {
        ObjectNode json = JSON.createObjectNode();
        json.put("num_features", c.numFeatures()).put("hidden_dim", c.hiddenDim());
        json.set("firing_probability", write(c.firingProbability()));
        json.set("hierarchy", c.hierarchy().map(WorldConfigJson::write).orElse(null));
        json.set(
                "orthogonalization",
                c.orthogonalization().map(WorldConfigJson::write).orElse(null));
        json.set("correlation", c.correlation().map(WorldConfigJson::write).orElse(null));
        json.set("std_firing_magnitudes", write(c.stdMagnitudes()));
        json.set("mean_firing_magnitudes", write(c.meanMagnitudes()));
        if (c.biasNorm() == 0) json.put("bias", false);
        else json.put("bias", c.biasNorm());
        json.put("dtype", c.dtype() == DType.F32 ? "float32" : "float64");
        json.set("seed", JSON.valueToTree(c.seed().isPresent() ? c.seed().getAsLong() : null));
        if (c.observationNoise() > 0) json.put("observation_noise", c.observationNoise());
        return pretty(json);
    }

    private static JsonNode write(FiringProbability p) {
        ObjectNode json = JSON.createObjectNode();
        return switch (p) {
            case FiringProbability.Zipfian z ->
                range(json.put("exponent", z.exponent()), z.maxProb(), z.minProb())
                        .put(GENERATOR, "zipfian");
            case FiringProbability.Linear l ->
                range(json, l.maxProb(), l.minProb()).put(GENERATOR, "linear");
            case FiringProbability.Random r ->
                range(json, r.maxProb(), r.minProb()).put(GENERATOR, "random");
            case FiringProbability.Constant k ->
                json.put("probability", k.probability()).put(GENERATOR, "constant");
        };
    }

    private static ObjectNode range(ObjectNode json, double max, double min) {
        return json.put("max_prob", max).put("min_prob", min);
    }

    private static JsonNode write(Magnitude m) {
        ObjectNode json = JSON.createObjectNode();
        return switch (m) {
            case Magnitude.Constant c -> JSON.getNodeFactory().numberNode(c.value());
            case Magnitude.Linear l ->
                json.put("start", l.start()).put("end", l.end()).put(GENERATOR, "linear");
            case Magnitude.Exponential e ->
                json.put("start", e.start()).put("end", e.end()).put(GENERATOR, "exponential");
            case Magnitude.FoldedNormal n -> {
                json.put("mean", n.mean()).put("std", n.std());
                json.set(
                        "min_value",
                        JSON.valueToTree(n.min().isPresent() ? n.min().getAsDouble() : null));
                json.set(
                        "max_value",
                        JSON.valueToTree(n.max().isPresent() ? n.max().getAsDouble() : null));
                yield json.put(GENERATOR, "folded_normal");
            }
        };
    }

    private static JsonNode write(Trees t) {
        ObjectNode json = JSON.createObjectNode();
        json.put("total_root_nodes", t.roots());
        if (t.minBranching() == t.maxBranching()) json.put("branching_factor", t.minBranching());
        else json.putArray("branching_factor").add(t.minBranching()).add(t.maxBranching());
        json.put("max_depth", t.maxDepth());
        json.put("mutually_exclusive_portion", t.exclusivePortion());
        json.put("mutually_exclusive_min_depth", t.exclusiveMinDepth());
        json.set(
                "mutually_exclusive_max_depth",
                JSON.valueToTree(
                        t.exclusiveMaxDepth().isPresent()
                                ? t.exclusiveMaxDepth().getAsInt()
                                : null));
        return json.put("compensate_probabilities", t.compensate()).put("scale_children_by_parent", t.scaleByParent());
    }

    private static JsonNode write(Orthogonalization o) {
        return JSON.createObjectNode()
                .put("num_steps", o.steps())
                .put("lr", o.learningRate())
                .put("chunk_size", o.chunk());
    }

    private static JsonNode write(Correlation c) {
        ObjectNode json = JSON.createObjectNode();
        json.put("rank", c.rank()).put("correlation_scale", c.scale());
        json.set("seed", JSON.valueToTree(c.seed().isPresent() ? c.seed().getAsLong() : null));
        return json;
    }
}
