package dev.assay.chat;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Where a role's requests go: a server, the model there, and the key to it. */
record Endpoint(
        String role,
        String provider,
        String base,
        boolean own,
        String model,
        Key key,
        Duration timeout,
        Capabilities.Dialect dialect,
        Set<Feature> can) {

    /**
     * The endpoint of a role. The provider's own key goes to the provider's own address alone: another server gets the
     * key that the role names, or none.
     */
    static Endpoint of(Role role, Capabilities.Dialect dialect, Function<String, Optional<String>> environment) {
        Optional<String> variable = role.key().or(() -> role.baseUrl().isPresent() ? Optional.empty() : dialect.key());
        String base = role.baseUrl()
                .or(dialect::baseUrl)
                .orElseThrow(() -> new ChatException.Configuration("role " + role.name() + ": base-url is missing"));
        return new Endpoint(
                role.name(),
                role.provider(),
                base,
                role.baseUrl().isEmpty(),
                role.model(),
                variable.map(v -> Key.of(role.name(), v, environment)).orElse(Key.NONE),
                role.timeout(),
                dialect,
                role.can().orElseGet(() -> dialect.can(role.model())));
    }

    /** In words for people. */
    String name() {
        return model + " at " + base;
    }

    /** For memo keys: servers of one's own may hold different models under one name. */
    String id() {
        return provider + (own ? "" : "@" + base) + "/" + model;
    }

    /** The server's address without {@code /v1}, where its other services are. */
    String root() {
        return base.replaceFirst("/v1$", "");
    }

    /** What to do about a request that the server refuses. */
    String remedy(int status) {
        return switch (status) {
            case 401 -> "check " + key.source();
            case 403 -> "check that " + key.source() + " may use this model";
            case 404 -> "check the model's name and the base URL (it mostly ends in /v1)";
            case 402, 429 -> "the account has no credit left; add some, or use another key";
            default ->
                "the server does not take this request for this model; see docs/chat.md for what can be done where";
        };
    }
}
