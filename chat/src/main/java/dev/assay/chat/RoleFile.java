package dev.assay.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Sampling;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** Reads a roles' file, of which every mistake is told with its place and its remedy. */
final class RoleFile {
    private static final List<String> FIELDS = List.of(
            "provider",
            "model",
            "base-url",
            "key",
            "temperature",
            "top-p",
            "max-tokens",
            "concurrency",
            "max-cost",
            "max-total-tokens",
            "timeout",
            "price",
            "can");

    private final String file;
    private final String role;
    private final JsonNode fields;

    private RoleFile(String file, String role, JsonNode fields) {
        this.file = file;
        this.role = role;
        this.fields = fields;
    }

    static Map<String, Role> parse(String text, String file) {
        JsonNode tree = Tables.parse(text, file);
        if (!tree.isObject() || tree.isEmpty())
            throw new ChatException.Configuration(
                    file + " names no role; write for instance `judge: {provider: anthropic, model: …}`");
        Map<String, Role> roles = new LinkedHashMap<>();
        tree.fields().forEachRemaining(e -> roles.put(e.getKey(), new RoleFile(file, e.getKey(), e.getValue()).read()));
        return roles;
    }

    private Role read() {
        if (!fields.isObject()) throw wrong("", "must have fields, at least provider and model");
        for (String field : (Iterable<String>) fields::fieldNames)
            if (!FIELDS.contains(field)) throw wrong(field, "is not known; known are " + String.join(", ", FIELDS));
        String provider = text("provider").orElseThrow(() -> wrong("provider", "is missing; " + providers()));
        Capabilities.Dialect dialect = Capabilities.shipped()
                .dialect(provider)
                .orElseThrow(() -> wrong("provider", "is \"" + Texts.cut(provider, 40) + "\"; " + providers()));
        boolean local = dialect.wire() == Capabilities.WireFormat.LOCAL;
        Role role = new Role(
                this.role,
                provider,
                text("model").orElseThrow(() -> wrong("model", "is missing; give the name that the provider uses")),
                text("base-url").map(this::url),
                text("key").map(this::variable),
                sampling(),
                (int) number("concurrency", local ? Role.LOCAL_CONCURRENCY : Role.CONCURRENCY, 1, 1024),
                fields.has("max-cost") ? OptionalDouble.of(number("max-cost", 0, 0, 1e6)) : OptionalDouble.empty(),
                fields.has("max-total-tokens")
                        ? OptionalLong.of((long) number("max-total-tokens", 0, 0, 1e15))
                        : OptionalLong.empty(),
                Duration.ofMillis((long) (1000 * number("timeout", Role.TIMEOUT.toSeconds(), 0.001, 86400))),
                price(),
                can());
        check(role, dialect);
        return role;
    }

    private static String providers() {
        return "it is one of " + String.join(", ", Capabilities.shipped().providers());
    }

    private void check(Role r, Capabilities.Dialect dialect) {
        if (r.maxCost().isPresent() && r.known().isEmpty())
            throw wrong(
                    "max-cost",
                    "needs the price of " + r.model() + ", which the table of " + Price.asOf()
                            + " has not; add `price: {input: …, output: …}` in dollars per million tokens, or limit tokens by"
                            + " max-total-tokens");
        boolean local = dialect.wire() == Capabilities.WireFormat.LOCAL;
        if (local && (r.baseUrl().isPresent() || r.key().isPresent()))
            throw wrong(r.key().isPresent() ? "key" : "base-url", "is not for provider local; remove it");
        boolean own = dialect.wire() == Capabilities.WireFormat.OWN;
        if (!local && !own && r.baseUrl().isEmpty() && dialect.baseUrl().isEmpty())
            throw wrong("base-url", "is missing; " + r.provider() + " has no address of its own");
        Set<Feature> can = r.can().orElseGet(() -> dialect.can(r.model()));
        Sampling sampling = r.sampling();
        if (!can.contains(Feature.TEMPERATURE) && (sampling.temperature() != 1 || sampling.topP() != 1))
            throw wrong(
                    sampling.temperature() != 1 ? "temperature" : "top-p",
                    "must be 1: " + r.model() + " cannot " + Feature.TEMPERATURE.what() + "; remove it");
    }

    private Sampling sampling() {
        return new Sampling(number("temperature", 1, 0, 2), number("top-p", 1, 1e-9, 1), (int)
                number("max-tokens", Role.MAX_TOKENS, 1, 1 << 24));
    }

    private Optional<Price> price() {
        JsonNode price = fields.path("price");
        if (price.isMissingNode()) return Optional.empty();
        double[] both = new double[2];
        for (int i = 0; i < 2; i++) {
            JsonNode dollars = price.path(i == 0 ? "input" : "output");
            if (!dollars.isNumber() || dollars.asDouble() < 0 || price.size() != 2)
                throw wrong("price", "must be {input: …, output: …} in dollars per million tokens");
            both[i] = dollars.asDouble();
        }
        return Optional.of(new Price(both[0], both[1]));
    }

    private Optional<Set<Feature>> can() {
        JsonNode list = fields.path("can");
        if (list.isMissingNode()) return Optional.empty();
        if (!list.isArray()) throw wrong("can", "must be a list, such as [chat, tools]");
        Set<Feature> can = EnumSet.noneOf(Feature.class);
        List<String> names = new ArrayList<>();
        list.forEach(name -> names.add(name.asText()));
        for (String name : names) {
            try {
                can.add(Feature.of(name));
            } catch (IllegalArgumentException e) {
                throw wrong("can", String.valueOf(e.getMessage()));
            }
        }
        return Optional.of(can);
    }

    private String url(String url) {
        try {
            URI uri = URI.create(url);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!web || uri.getHost() == null) throw wrong("base-url", "must be like https://host/v1");
            if (uri.getUserInfo() != null || uri.getQuery() != null)
                throw wrong(
                        "base-url", "must hold no user, password or query; keys come from the environment (`key:`)");
            return url.replaceAll("/+$", "");
        } catch (IllegalArgumentException e) {
            throw wrong("base-url", "is no address; it must be like https://host/v1");
        }
    }

    /** The message does not repeat the value: it may be the key itself. */
    private String variable(String name) {
        if (!name.matches("[A-Z_][A-Z0-9_]{0,99}"))
            throw wrong(
                    "key",
                    "must be the name of an environment variable, in capitals, such as OPENAI_API_KEY; the"
                            + " key itself has no place in a file");
        return name;
    }

    private Optional<String> text(String field) {
        JsonNode node = fields.path(field);
        if (node.isMissingNode()) return Optional.empty();
        if (!node.isValueNode() || node.isNull() || node.asText().isBlank()) throw wrong(field, "must be a text");
        return Optional.of(node.asText());
    }

    private double number(String field, double otherwise, double least, double most) {
        JsonNode node = fields.path(field);
        if (node.isMissingNode()) return otherwise;
        double value = node.asDouble(Double.NaN);
        if (!node.isNumber() || !(value >= least && value <= most))
            throw wrong(
                    field,
                    "must be a number from " + shown(least) + " to " + shown(most) + ", not "
                            + Texts.cut(node.toString(), 30));
        return value;
    }

    private static String shown(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private ChatException wrong(String field, String what) {
        return new ChatException.Configuration(
                file + ": " + role + (field.isEmpty() ? "" : "." + Texts.cut(field, 40)) + " " + what);
    }
}
