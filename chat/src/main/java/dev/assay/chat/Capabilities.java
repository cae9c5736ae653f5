package dev.assay.chat;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The table of what can be done where: {@code capabilities.yaml}. */
public final class Capabilities {
    private static final Capabilities SHIPPED = new Capabilities(Tables.read("capabilities.yaml", Table.class));

    private final Table table;

    private Capabilities(Table table) {
        this.table = table;
    }

    /** The table that comes with this version. */
    public static Capabilities shipped() {
        return SHIPPED;
    }

    /** The languages that servers speak. */
    enum WireFormat {
        OPENAI,
        ANTHROPIC,
        LOCAL,
        /** Its own: a {@link ProviderFactory} knows. */
        OWN
    }

    /** How a server renders a conversation. */
    enum Templates {
        NONE,
        VLLM,
        LLAMA_CPP
    }

    /** One kind of server. */
    record Dialect(
            WireFormat wire,
            Optional<String> baseUrl,
            Optional<String> key,
            String length,
            boolean continueFinalMessage,
            Templates templates,
            List<Row> models) {
        static Dialect of(Raw raw) {
            return new Dialect(
                    raw.wire,
                    Optional.ofNullable(raw.baseUrl),
                    Optional.ofNullable(raw.key),
                    raw.length == null ? "max_tokens" : raw.length,
                    Boolean.TRUE.equals(raw.continueFinalMessage),
                    raw.templates == null
                            ? Templates.NONE
                            : Templates.valueOf(raw.templates.replace('-', '_').toUpperCase(Locale.ROOT)),
                    raw.models);
        }

        /** That of a {@link ProviderFactory}, of which nothing is known before it is asked. */
        static Dialect own() {
            return new Dialect(
                    WireFormat.OWN,
                    Optional.empty(),
                    Optional.empty(),
                    "",
                    false,
                    Templates.NONE,
                    List.of(new Row(".*", EnumSet.allOf(Feature.class))));
        }

        Set<Feature> can(String model) {
            return models.stream()
                    .filter(row -> row.fits(model))
                    .findFirst()
                    .map(row -> Set.copyOf(row.can))
                    .orElse(Set.of());
        }
    }

    record Row(String match, Set<Feature> can) {
        boolean fits(String model) {
            return Pattern.compile(match, Pattern.CASE_INSENSITIVE)
                    .matcher(model)
                    .matches();
        }
    }

    private record Raw(
            WireFormat wire,
            @Nullable String baseUrl,
            @Nullable String key,
            @Nullable String length,
            @Nullable Boolean continueFinalMessage,
            @Nullable String templates,
            List<Row> models) {}

    private record Table(String asOf, Map<String, Raw> providers) {}

    /** The day of which the table is. */
    public String asOf() {
        return table.asOf;
    }

    /** The names of all providers. */
    public List<String> providers() {
        return Stream.concat(
                        table.providers.keySet().stream(),
                        ProviderFactory.all().stream().map(ProviderFactory::name))
                .toList();
    }

    Optional<Dialect> dialect(String provider) {
        return Optional.ofNullable(table.providers.get(provider))
                .map(Dialect::of)
                .or(() -> ProviderFactory.of(provider).map(own -> Dialect.own()));
    }

    /** What a model can be asked for; nothing where the provider is unknown. */
    public Set<Feature> of(String provider, String model) {
        return dialect(provider).map(dialect -> dialect.can(model)).orElse(Set.of());
    }

    /** The providers of which some models have a feature. */
    List<String> providersWith(Feature feature) {
        return table.providers.entrySet().stream()
                .filter(p -> p.getValue().models.stream().anyMatch(row -> row.can.contains(feature)))
                .map(Map.Entry::getKey)
                .toList();
    }
}
