package dev.assay.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What options are worth that a command line doesn't give: the environment's {@code ASSAY_…} first, then the files, the
 * nearer one first (docs/command.md).
 */
final class Settings implements CommandLine.IDefaultValueProvider {
    private final Map<String, String> environment;
    private final List<Path> files;
    private final Map<String, ConfigFile.Value> written = new LinkedHashMap<>();

    /** A value and where it comes from. */
    record Found(String value, String from) {}

    /** @param files that may be there, the one that wins first */
    Settings(Map<String, String> environment, List<Path> files) {
        this.environment = Map.copyOf(environment);
        this.files = List.copyOf(files);
        for (Path file : files)
            if (Files.isRegularFile(file)) ConfigFile.read(file).forEach(written::putIfAbsent);
    }

    /** Of this process: {@code assay.yaml} in the working folder and in the user's folder of configurations. */
    static Settings ofProcess() {
        String configs = System.getenv().getOrDefault("XDG_CONFIG_HOME", "");
        String home = System.getenv().getOrDefault("HOME", System.getProperty("user.home"));
        Path users = configs.isBlank() ? Path.of(home, ".config") : Path.of(configs);
        return new Settings(
                System.getenv(), List.of(Path.of(ConfigFile.NAME), users.resolve(Path.of("assay", ConfigFile.NAME))));
    }

    /** Whether no file gives anything. */
    boolean isEmpty() {
        return written.isEmpty();
    }

    /** {@link UserException} if a file has a value that nothing takes. */
    void check(CommandSpec assay) {
        for (Map.Entry<String, ConfigFile.Value> e : written.entrySet())
            if (!isKnown(e.getKey(), assay))
                throw new UserException(e.getValue().place() + ": there is nothing called " + e.getKey() + "; "
                        + remedy(e.getKey(), assay));
    }

    private static boolean isKnown(String key, CommandSpec assay) {
        return Variable.inFiles().anyMatch(v -> v.key().equals(key))
                || command(key, assay).filter(c -> options(c).containsKey(key)).isPresent();
    }

    private static String remedy(String key, CommandSpec assay) {
        Optional<CommandSpec> command = command(key, assay);
        if (command.isEmpty())
            return "a key is a command and an option, such as audit.run.budget; `assay config --all` lists them";
        return "`" + command.get().qualifiedName() + "` has "
                + String.join(
                        ", ",
                        known(command.get())
                                .map(k -> k.substring(k.lastIndexOf('.') + 1))
                                .toList());
    }

    private static Stream<String> known(CommandSpec command) {
        Stream<String> options = options(command).keySet().stream();
        return command.parent() == null
                ? Stream.concat(options, Variable.inFiles().map(Variable::key))
                : options;
    }

    /** The command whose option the key would be. */
    private static Optional<CommandSpec> command(String key, CommandSpec assay) {
        CommandSpec at = assay;
        String[] parts = key.split("\\.", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            CommandLine next = at.subcommands().get(parts[i]);
            if (next == null) return Optional.empty();
            at = next.getCommandSpec();
        }
        return Optional.of(at);
    }

    /** The options of a command that can be set, by their keys. */
    static Map<String, OptionSpec> options(CommandSpec command) {
        Map<String, OptionSpec> options = new TreeMap<>();
        for (OptionSpec o : command.options())
            if (!o.usageHelp() && !o.versionHelp() && !(o.inherited() && command.parent() != null))
                options.put(key(o, command), o);
        return options;
    }

    private static String key(OptionSpec option, CommandSpec command) {
        CommandSpec owner = option.inherited() ? option.root().command() : command;
        String path = owner.qualifiedName(".") + ".";
        return path.substring(path.indexOf('.') + 1) + option.longestName().replaceFirst("^-+", "");
    }

    /** The environment's name of a key: {@code ASSAY_AUDIT_RUN_BUDGET}. */
    static String variable(String key) {
        return "ASSAY_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** What the environment or a file gives. */
    Optional<Found> find(String key) {
        String inEnvironment = environment.getOrDefault(variable(key), "");
        if (!inEnvironment.isEmpty()) return Optional.of(new Found(inEnvironment, "environment " + variable(key)));
        return Optional.ofNullable(written.get(key)).map(v -> new Found(v.text(), v.place()));
    }

    Optional<Found> find(ArgSpec arg) {
        return arg instanceof OptionSpec option && !option.usageHelp() && !option.versionHelp()
                ? find(key(option, option.command()))
                : Optional.empty();
    }

    @Override
    public @Nullable String defaultValue(ArgSpec arg) {
        return find(arg).map(Found::value).orElse(null);
    }

    /** The files that are looked for. */
    List<Path> files() {
        return files;
    }

    /** Variables of the environment that look like ours and name nothing. */
    List<String> strangers(CommandSpec assay) {
        List<String> known = Stream.concat(
                        Variable.all().map(Variable::key), commands(assay).flatMap(Settings::known))
                .map(Settings::variable)
                .toList();
        return environment.keySet().stream()
                .filter(v -> v.startsWith("ASSAY_") && !known.contains(v))
                .sorted()
                .toList();
    }

    /** A command and all below it. */
    static Stream<CommandSpec> commands(CommandSpec top) {
        Stream<CommandSpec> below = top.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .distinct()
                .sorted(Comparator.comparing(CommandSpec::name))
                .flatMap(Settings::commands);
        return Stream.concat(Stream.of(top), below);
    }
}
