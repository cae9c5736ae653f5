package dev.assay.chat;

import dev.assay.lm.Sampling;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Who plays a role, and with what limits.
 *
 * @param name of the role, for example {@code judge}
 * @param provider a name of {@link Capabilities}, for example {@code anthropic}
 * @param model as the provider names it; for {@code local} what the one who opens models understands
 * @param baseUrl of the server, where it is not the provider's own
 * @param key name of the environment variable that holds the key, where it is not the provider's own
 * @param sampling what is used where nothing else is asked for
 * @param concurrency most calls at the same time
 * @param maxCost hard limit in dollars
 * @param maxTotalTokens hard limit in tokens, read and written together
 * @param timeout of one attempt
 * @param price where the table has none or another
 * @param can what the model can be asked for, where the table is wrong about it
 */
public record Role(
        String name,
        String provider,
        String model,
        Optional<String> baseUrl,
        Optional<String> key,
        Sampling sampling,
        int concurrency,
        OptionalDouble maxCost,
        OptionalLong maxTotalTokens,
        Duration timeout,
        Optional<Price> price,
        Optional<Set<Feature>> can) {
    /** Longest answer where a role says nothing. */
    static final int MAX_TOKENS = 1024;

    static final int CONCURRENCY = 16;

    /** On this machine calls share a batch. */
    static final int LOCAL_CONCURRENCY = 64;

    static final Duration TIMEOUT = Duration.ofMinutes(5);

    /** A role without limits. */
    public static Role of(String name, String provider, String model) {
        return new Role(
                name,
                provider,
                model,
                Optional.empty(),
                Optional.empty(),
                new Sampling(1, 1, MAX_TOKENS),
                CONCURRENCY,
                OptionalDouble.empty(),
                OptionalLong.empty(),
                TIMEOUT,
                Optional.empty(),
                Optional.empty());
    }

    /** What tokens cost; a model on this machine or a server of one's own costs nothing. */
    Optional<Price> known() {
        if (price.isPresent()) return price;
        return switch (provider) {
            case "local", "vllm", "llama-cpp", "ollama" -> Optional.of(Price.FREE);
            default -> Price.of(provider, model);
        };
    }
}
