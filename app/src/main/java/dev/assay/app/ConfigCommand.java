package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

@Command(
        name = "config",
        description = {
            "Shows what is set, and where each value comes from: an option, the environment, assay.yaml in this folder or",
            "in ~/.config/assay, or the default, in this order (docs/command.md)."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay config                                 what the environment and assay.yaml set",
            "  assay config audit run                       each option of a command",
            "  assay config audit run --budget 9000         the same with options given",
            "  assay config --all --json                    all options of all commands"
        })
final class ConfigCommand implements Callable<Integer> {
    private static final String DEFAULT = "default";

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "a command, with any options of its own")
    List<String> words = new ArrayList<>();

    @Option(names = "--all", description = "the options of all commands, those with their defaults too")
    boolean all;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    /** A setting; no value where there is no default. */
    private record Setting(String key, @Nullable String value, String from, boolean isSet) {}

    @Override
    public Integer call() throws JsonProcessingException {
        Settings settings = (Settings) spec.defaultValueProvider();
        List<Setting> shown = (words.isEmpty() ? everything(settings) : ofCommand(settings)).toList();
        List<String> strangers = settings.strangers(spec.root());
        if (json) {
            ModelCommand.print(json(settings, shown, strangers));
            return 0;
        }
        settings.files().forEach(f -> System.out.println((Files.exists(f) ? "reads " : "no ") + f));
        System.out.println();
        List<List<String>> rows = new ArrayList<>(List.of(List.of("setting", "value", "from")));
        shown.forEach(s -> rows.add(List.of(
                s.key(), TextTable.shortened(Optional.ofNullable(s.value()).orElse("-"), 50), s.from())));
        System.out.print(TextTable.left(rows));
        strangers.forEach(v -> System.out.println(v + " in the environment names nothing"));
        return 0;
    }

    private Stream<Setting> everything(Settings settings) {
        Stream<Setting> general = Variable.all()
                .map(v -> settings.find(v.key())
                        .map(f -> new Setting(v.key(), f.value(), f.from(), true))
                        .orElseGet(() -> new Setting(v.key(), blank(v.standard()), DEFAULT, false)));
        Stream<Setting> options = Settings.commands(spec.root())
                .flatMap(c -> Settings.options(c).entrySet().stream())
                .map(e -> setting(settings, e.getKey(), e.getValue()))
                .filter(s -> all || s.isSet());
        return Stream.concat(general, options);
    }

    private Stream<Setting> ofCommand(Settings settings) {
        ParseResult parsed = parse(settings);
        CommandSpec command = parsed.commandSpec();
        return Settings.options(command).entrySet().stream().map(e -> {
            OptionSpec option = e.getValue();
            return parsed.hasMatchedOption(option)
                    ? new Setting(e.getKey(), String.join(",", option.originalStringValues()), "option", true)
                    : setting(settings, e.getKey(), option);
        });
    }

    /** The command that is named, with what is given for it; that something required is missing doesn't matter. */
    private ParseResult parse(Settings settings) {
        CommandLine assay = Assay.commandLine(settings);
        Settings.commands(assay.getCommandSpec()).forEach(c -> c.parser().collectErrors(true));
        ParseResult parsed = assay.parseArgs(words.toArray(String[]::new));
        while (parsed.hasSubcommand()) {
            refuse(parsed);
            parsed = parsed.subcommand();
        }
        refuse(parsed);
        return parsed;
    }

    private void refuse(ParseResult parsed) {
        for (Exception e : parsed.errors())
            if (e instanceof ParameterException && !(e instanceof CommandLine.MissingParameterException))
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        if (!parsed.unmatched().isEmpty())
            throw new ParameterException(
                    spec.commandLine(),
                    "there is no " + String.join(" ", parsed.unmatched()) + " in `"
                            + parsed.commandSpec().qualifiedName() + "`");
    }

    private static Setting setting(Settings settings, String key, OptionSpec option) {
        return settings.find(key)
                .map(f -> new Setting(key, f.value(), f.from(), true))
                .orElseGet(() -> new Setting(key, blank(standard(option)), DEFAULT, false));
    }

    private static String standard(OptionSpec option) {
        String text = String.valueOf(option.defaultValueString(false));
        return text.equals("null") || text.equals("[]") || text.equals("{}") ? "" : text;
    }

    private static @Nullable String blank(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Map<String, Object> json(Settings settings, List<Setting> shown, List<String> strangers) {
        List<Map<String, Object>> files = settings.files().stream()
                .map((Path f) -> Map.<String, Object>of("file", f.toString(), "exists", Files.exists(f)))
                .toList();
        List<Map<String, Object>> rows = shown.stream()
                .map(s -> {
                    var row = new LinkedHashMap<String, Object>(
                            Map.of("key", s.key(), "from", s.from(), "variable", Settings.variable(s.key())));
                    if (s.value() != null) row.put("value", s.value());
                    return (Map<String, Object>) row;
                })
                .toList();
        return Map.of("files", files, "settings", rows, "unknown-variables", strangers);
    }
}
