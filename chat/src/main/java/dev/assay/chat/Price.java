package dev.assay.chat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What tokens cost: {@code prices.yaml}, or what a role says.
 *
 * @param input dollars per million tokens read
 * @param output dollars per million tokens written
 * @param above the tariff of calls with many input tokens
 */
public record Price(double input, double output, Optional<Above> above) {
    /** The shipped table, on its day. */
    private static final Table TABLE = Tables.read("prices.yaml", Table.class);

    static final Price FREE = new Price(0, 0);

    public Price {
        if (!(input >= 0 && output >= 0)) throw new IllegalArgumentException("a price is 0 or more");
    }

    public Price(double input, double output) {
        this(input, output, Optional.empty());
    }

    /** The tariff of calls with more input tokens than {@code tokens}. */
    public record Above(long tokens, double input, double output) {}

    private record Row(
            String match,
            double input,
            double output,
            @Nullable Above above) {}

    private record Table(String asOf, Map<String, List<Row>> providers) {}

    /** The day of the shipped prices. */
    public static String asOf() {
        return TABLE.asOf;
    }

    /** The price of a model, if the table has it. */
    public static Optional<Price> of(String provider, String model) {
        return TABLE.providers.getOrDefault(provider, List.of()).stream()
                .filter(row -> Pattern.matches(row.match, model))
                .findFirst()
                .map(row -> new Price(row.input, row.output, Optional.ofNullable(row.above)));
    }

    /** What a call costs, in picodollars, of which sums are exact. */
    long picodollars(Usage usage) {
        boolean many = above.isPresent() && usage.input() > above.get().tokens();
        double in = many ? above.get().input() : input;
        double out = many ? above.get().output() : output;
        return Math.round(usage.input() * in * 1e6) + Math.round(usage.output() * out * 1e6);
    }
}
