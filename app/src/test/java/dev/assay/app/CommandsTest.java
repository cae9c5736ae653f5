package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.organism.Behaviour;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What all commands have in common: examples that work, settings from files and the environment, completion. */
class CommandsTest {
    private static final Settings NONE = new Settings(Map.of(), List.of());
    private static final CommandLine ASSAY = Assay.commandLine(NONE);

    @RegisterExtension
    final Captured console = new Captured();

    @TempDir
    Path folder;

    @Test
    void examplesOfHelpAreCommandsThatCanBeGiven() {
        List<String> examples = all().flatMap(CommandsTest::examples).toList();
        assertThat(examples).hasSizeGreaterThan(30);
        for (String example : examples)
            if (!example.startsWith("source"))
                assertThat(parses(example)).as(example).isEqualTo("");
    }

    @Test
    void examplesAreThoseOfTheirCommand() {
        all().filter(c -> c.parent() != null)
                .forEach(c -> assertThat(examples(c).filter(e -> !e.startsWith("source")))
                        .allSatisfy(e -> assertThat(e).startsWith(c.qualifiedName())));
    }

    @Test
    void whatAPersonStartsWithHasExamples() {
        assertThat(all().filter(c -> c.parent() != null && c.parent().parent() == null))
                .filteredOn(c -> examples(c).findAny().isEmpty())
                .extracting(CommandSpec::name)
                .containsExactly("calibrate");
    }

    @Test
    void noTwoSettingsShareAVariable() {
        Set<String> seen = new HashSet<>();
        Stream.concat(Variable.all().map(Variable::key), all().flatMap(c -> Settings.options(c).keySet().stream()))
                .forEach(key ->
                        assertThat(seen.add(Settings.variable(key))).as(key).isTrue());
        all().flatMap(c -> Settings.options(c).keySet().stream()
                        .filter(key -> c.subcommands().containsKey(key.substring(key.lastIndexOf('.') + 1))))
                .forEach(key ->
                        assertThat(key).as("an option named as a subcommand").isEmpty());
    }

    @Test
    void theOptionBeatsTheEnvironmentAndThatTheNearerFile() throws IOException {
        Path near = write("assay.yaml", "audit:\n  run:\n    budget: 7000\n    tool: [chat, prefill]\ndevice: cpu\n");
        Path far = write("far.yaml", "audit.run.budget: 1\naudit.run.runs: 4\n");
        var settings = new Settings(Map.of("ASSAY_AUDIT_RUN_TOOL", "user", "ASSAY_LOST", "x"), List.of(near, far));
        JsonNode shown = config(settings, "audit", "run", "--dir", "elsewhere");
        assertThat(row(shown, "audit.run.budget")).isEqualTo("7000 " + near + ":3");
        assertThat(row(shown, "audit.run.runs")).isEqualTo("4 " + far + ":2");
        assertThat(row(shown, "audit.run.tool")).isEqualTo("user environment ASSAY_AUDIT_RUN_TOOL");
        assertThat(row(shown, "audit.run.dir")).isEqualTo("elsewhere option");
        assertThat(row(shown, "audit.run.investigator")).isEqualTo("contrast default");
        assertThat(shown.path("unknown-variables")).hasToString("[\"ASSAY_LOST\"]");
        assertThat(row(config(settings), "device")).isEqualTo("cpu " + near + ":5");
    }

    @Test
    void commandsTakeTheirOptionsFromTheFile() throws IOException {
        Path file = write("assay.yaml", "demo:\n  behaviour: sulking\n");
        assertThat(Assay.run(new Settings(Map.of(), List.of(file)), "demo")).isEqualTo(2);
        assertThat(err()).contains("sulking");
    }

    @Test
    void aValueThatDoesNotFitIsToldWithItsPlace() throws IOException {
        Path file = write("assay.yaml", "\ndemo.seed: many\n");
        assertThat(Assay.run(new Settings(Map.of(), List.of(file)), "demo")).isEqualTo(2);
        assertThat(err().lines()).singleElement().asString().contains("--seed", "many", "(from " + file + ":2)");
    }

    @Test
    void whatAFileCanNotSayIsToldWithItsPlaceAndARemedy() throws IOException {
        refused("audit:\n  run:\n    bugdet: 3\n", ":3: there is nothing called audit.run.bugdet", "budget");
        refused("organisms.seed: 3\n", ":1: there is nothing called organisms.seed", "assay config --all");
        refused("devise: cpu\n", ":1: there is nothing called devise", "device", "behaviours");
        refused("demo.help: true\n", ":1: there is nothing called demo.help", "behaviour");
        refused("demo:\n  seed:\n", "demo.seed has no value");
        refused("demo:\n  seed: [[1]]\n", ":2: demo.seed is a list");
        refused("demo.seed: 1\ndemo:\n  seed: 2\n", ":3: demo.seed stands twice");
        refused("- demo\n", ":1: options by their commands were expected");
        refused("demo: {\n", "this is not YAML");
    }

    @Test
    void anEmptyFileIsAFile() throws IOException {
        assertThat(ConfigFile.read(write("assay.yaml", "# nothing yet\n"))).isEmpty();
    }

    @Test
    void aShellIsOfferedCommandsOptionsAndNames() {
        for (String shell : List.of("bash", "zsh")) {
            console.out.reset();
            assertThat(Assay.run(NONE, "completion", shell)).isZero();
            assertThat(text(console.out))
                    .contains("bashcompinit", "--investigator", "scaffolded-prefill", "lista-matryoshka")
                    .contains(Behaviour.names());
        }
        assertThat(Assay.run(NONE, "completion", "fish")).isEqualTo(2);
    }

    @Test
    void everyHelpCanBeFormatted() {
        all().forEach(c -> c.commandLine().getUsageMessage());
        assertThat(err()).isEmpty(); // picocli warns of a lone % and prints the text raw
    }

    @Test
    void helpHasNoColoursWhereThereIsNoTerminal() {
        assertThat(Assay.run(NONE, "audit", "run", "--help")).isZero();
        assertThat(text(console.out)).contains("Examples:").doesNotContain("\u001b");
    }

    private void refused(String yaml, String... words) throws IOException {
        Path file = write("assay.yaml", yaml);
        assertThatThrownBy(() -> new Settings(Map.of(), List.of(file)).check(ASSAY.getCommandSpec()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(file.toString())
                .message()
                .contains(words);
    }

    private JsonNode config(Settings settings, String... command) throws IOException {
        console.out.reset();
        List<String> words = new ArrayList<>(List.of("config", "--json"));
        words.addAll(Arrays.asList(command));
        assertThat(Assay.run(settings, words.toArray(String[]::new))).as(err()).isZero();
        return new ObjectMapper().readTree(console.out.toByteArray());
    }

    private static String row(JsonNode shown, String key) {
        return StreamSupport.stream(shown.path("settings").spliterator(), false)
                .filter(s -> s.path("key").asText().equals(key))
                .map(s -> s.path("value").asText() + " " + s.path("from").asText())
                .findFirst()
                .orElse("");
    }

    private static Stream<CommandSpec> all() {
        return Settings.commands(ASSAY.getCommandSpec());
    }

    private static Stream<String> examples(CommandSpec command) {
        return Arrays.stream(command.usageMessage().footer())
                .filter(l -> l.startsWith("  "))
                .map(l -> l.strip().split(" {2,}")[0]);
    }

    /** What is wrong with the words of an example; they are not carried out. */
    private static String parses(String example) {
        List<String> words = new ArrayList<>();
        for (Matcher m = Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(example); m.find(); )
            words.add(m.group(1) == null ? m.group(2) : m.group(1));
        try {
            ASSAY.parseArgs(words.subList(1, words.size()).toArray(String[]::new));
            return "";
        } catch (CommandLine.ParameterException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private String err() {
        return text(console.err);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
