package dev.assay.journal;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a result came from, enough to make it again.
 *
 * @param code   version of the program, for example {@code assay 0.1.0}
 * @param config SHA-256 of the canonical configuration, 64 hex digits
 * @param seeds  the seed of each root of randomness, by its name
 * @param data   SHA-256 of each data set, by its name
 * @param models SHA-256 of each model's weights, by its name
 */
public record Provenance(
        String code, String config, Map<String, Long> seeds, Map<String, String> data, Map<String, String> models) {

    /** @throws IllegalArgumentException if the code version is blank or the config hash is none */
    public Provenance {
        if (code.isBlank()) {
            throw new IllegalArgumentException("provenance needs the version of the code");
        }
        if (!config.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "provenance needs the SHA-256 of the configuration, not '" + config + "'");
        }
        seeds = Collections.unmodifiableMap(new TreeMap<>(seeds));
        data = Collections.unmodifiableMap(new TreeMap<>(data));
        models = Collections.unmodifiableMap(new TreeMap<>(models));
    }

    /** The provenance of what this configuration makes, which is hashed here. */
    public static Provenance of(
            String code, Object config, Map<String, Long> seeds, Map<String, String> data, Map<String, String> models) {
        return new Provenance(code, CanonicalJson.sha256(config), seeds, data, models);
    }
}
