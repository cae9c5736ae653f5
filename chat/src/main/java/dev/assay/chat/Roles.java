package dev.assay.chat;

import dev.assay.journal.Memo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who plays which role. A roles' file has a line for each ({@code docs/chat.md}):
 *
 * <pre>{@code
 * judge:     {provider: anthropic, model: claude-haiku-4-5, max-cost: 5}
 * target:    {provider: vllm, model: my-organism, base-url: "http://localhost:8000/v1"}
 * generator: {provider: local, model: smollm2}
 * }</pre>
 *
 * <p>A role's limits, connection and model are shared by all that ask it. Thread-safe.
 */
public final class Roles implements AutoCloseable {
    private final Map<String, Role> roles;
    private final Function<String, LocalModel> opener;
    private final Setting setting;
    private final Map<String, Desk> desks = new LinkedHashMap<>(); // guarded by this
    private final Map<String, Provider> providers = new LinkedHashMap<>(); // guarded by this
    private final List<Wire> wires = new ArrayList<>(); // guarded by this

    /** What roles have around them; replaced in tests. */
    record Setting(
            Function<String, Optional<String>> environment, Clock clock, Patience patience, Patience.Pause pause) {
        static final Setting REAL = new Setting(
                name -> Optional.ofNullable(System.getenv(name)),
                Clock.systemUTC(),
                Patience.STANDARD,
                (Duration wait) -> Thread.sleep(wait));
    }

    Roles(Map<String, Role> roles, Function<String, LocalModel> opener, Setting setting) {
        this.roles = new LinkedHashMap<>(roles);
        this.opener = opener;
        this.setting = setting;
    }

    /**
     * Reads a roles' file. Nothing is opened and no key is needed before a role is asked for.
     *
     * @param opener finds the model that a role of provider {@code local} names
     * @throws ChatException.Configuration if the file can't be read or a field of it is wrong
     */
    public static Roles read(Path file, Function<String, LocalModel> opener) {
        return read(file, opener, Setting.REAL);
    }

    static Roles read(Path file, Function<String, LocalModel> opener, Setting setting) {
        try {
            return new Roles(RoleFile.parse(Files.readString(file), file.toString()), opener, setting);
        } catch (NoSuchFileException e) {
            throw new ChatException.Configuration(
                    "there is no roles' file " + file + "; docs/chat.md says what is in one");
        } catch (IOException e) {
            throw new ChatException.Configuration(file + " can't be read: " + e.getMessage());
        }
    }

    /** Roles that are given by code. */
    public static Roles of(List<Role> roles, Function<String, LocalModel> opener) {
        Map<String, Role> byName = new LinkedHashMap<>();
        roles.forEach(role -> byName.put(role.name(), role));
        return new Roles(byName, opener, Setting.REAL);
    }

    /** The same roles, asked so often at most before a call is given up; before any of them was asked for. */
    public Roles withAttempts(int most) {
        Patience p = setting.patience;
        var patience = new Patience(most, p.first(), p.longest(), p.total());
        return new Roles(roles, opener, new Setting(setting.environment, setting.clock, patience, setting.pause));
    }

    /** The names of all roles, in the order of the file. */
    public List<String> names() {
        return List.copyOf(roles.keySet());
    }

    /**
     * A role that can be asked.
     *
     * @param memo where its answers are kept
     * @throws ChatException.Configuration if there is no such role, or its key is not in the environment
     */
    public synchronized Chat chat(String name, Memo memo) {
        Role role = role(name);
        Provider provider = provider(role);
        return new Chat(provider, desk(role, provider.name()), memo);
    }

    /**
     * A role that makes vectors: a model of a server that speaks OpenAI's language, or a local one, whose residual stream
     * at half its depth is taken.
     */
    public synchronized Embedder embedder(String name, Memo memo) {
        Role role = role(name);
        return switch (dialect(role).wire()) {
            case LOCAL -> {
                var model = opener.apply(role.model()).weights().get();
                yield new ResidualEmbedder(model, model.config().layers() / 2);
            }
            case ANTHROPIC, OWN ->
                throw new ChatException.Configuration("role " + name + ": " + role.provider()
                        + " has no embeddings; use openai, vllm, ollama or local");
            case OPENAI -> {
                Endpoint endpoint = Endpoint.of(role, dialect(role), setting.environment);
                Wire wire = new Wire(endpoint, setting.clock);
                wires.add(wire);
                yield new OpenAiEmbedder(endpoint, wire, desk(role, endpoint.name()), memo);
            }
        };
    }

    /** What each role took so far, those that were asked for. */
    public synchronized List<Totals> totals() {
        return desks.values().stream().map(desk -> desk.budget().totals()).toList();
    }

    /** How a role is played; {@link ChatException.Configuration} if there is no such role. */
    public Role role(String name) {
        return Optional.ofNullable(roles.get(name))
                .orElseThrow(() -> new ChatException.Configuration(
                        "there is no role " + name + "; there are " + String.join(", ", roles.keySet())));
    }

    /** Whether a role is played elsewhere, by a server that is waited for. */
    public boolean remote(String name) {
        return dialect(role(name)).wire() != Capabilities.WireFormat.LOCAL;
    }

    private static Capabilities.Dialect dialect(Role role) {
        return Capabilities.shipped()
                .dialect(role.provider())
                .orElseThrow(() -> new ChatException.Configuration("role " + role.name() + ": there is no provider "
                        + role.provider() + "; there are "
                        + String.join(", ", Capabilities.shipped().providers())));
    }

    private Desk desk(Role role, String where) {
        return desks.computeIfAbsent(role.name(), n -> {
            Capabilities.Dialect dialect = dialect(role);
            boolean local = dialect.wire() == Capabilities.WireFormat.LOCAL;
            boolean elsewhere = !local && dialect.wire() != Capabilities.WireFormat.OWN;
            Function<Integer, String> remedy =
                    !elsewhere ? status -> "" : Endpoint.of(role, dialect, setting.environment)::remedy;
            return new Desk(role, where, remedy, local, setting.patience, setting.pause);
        });
    }

    private Provider provider(Role role) {
        Capabilities.Dialect dialect = dialect(role);
        boolean local = dialect.wire() == Capabilities.WireFormat.LOCAL;
        // roles that name the same local model share it and its batch
        String key = local ? "local " + role.model() + role.can() : "role " + role.name();
        return providers.computeIfAbsent(key, k -> switch (dialect.wire()) {
            case LOCAL ->
                new LocalProvider(
                        role, opener.apply(role.model()), role.can().orElseGet(() -> dialect.can(role.model())));
            case OPENAI -> new OpenAiProvider(Endpoint.of(role, dialect, setting.environment), setting.clock);
            case ANTHROPIC -> new AnthropicProvider(Endpoint.of(role, dialect, setting.environment), setting.clock);
            case OWN -> ProviderFactory.of(role.provider()).orElseThrow().open(role);
        });
    }

    /** Closes connections and ends local generation; models stay open, they are the opener's. */
    @Override
    public synchronized void close() {
        providers.values().forEach(Provider::close);
        wires.forEach(Wire::close);
        providers.clear();
        wires.clear();
    }
}
