package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The indented commands of {@code examples/}, one after the other. */
class TutorialTest {
    private static final Path EXAMPLES = Path.of("../examples");
    private static final String PROMPT = "    ./assay ";

    @RegisterExtension
    final Captured console = new Captured();

    @TempDir
    Path runs;

    @ParameterizedTest
    @ValueSource(strings = {"make-an-organism", "audit-a-model", "train-an-sae", "add-a-behaviour"})
    void works(String page) throws IOException {
        // where organisms lie is not for a test to say: its own folder
        var settings =
                new Settings(Map.of("ASSAY_AUDIT_RUN_DIR", runs.resolve("suite").toString()), List.of());
        List<String> commands = commands(page);
        assertThat(commands).isNotEmpty();
        for (String command : commands) {
            console.out.reset();
            String[] words = Arrays.stream(command.split(" ")).map(this::placed).toArray(String[]::new);
            assertThat(Assay.run(settings, words))
                    .as(command + "\n" + console.err.toString(StandardCharsets.UTF_8))
                    .isZero();
            assertThat(console.out.size()).as(command).isPositive();
        }
    }

    @Test
    void eachPageIsInTheListAndItsLinksLeadSomewhere() throws IOException {
        String list = Files.readString(EXAMPLES.resolve("README.md"));
        try (Stream<Path> pages = Files.list(EXAMPLES)) {
            for (Path page : pages.filter(f -> f.toString().endsWith(".md")).toList()) {
                String name = page.getFileName().toString();
                if (!name.equals("README.md")) assertThat(list).contains("(" + name + ")");
                for (Matcher m = Pattern.compile("]\\(([^)#]+)\\)").matcher(Files.readString(page)); m.find(); )
                    assertThat(EXAMPLES.resolve(m.group(1))).as(name).exists();
            }
        }
    }

    private static List<String> commands(String page) throws IOException {
        return Files.readString(EXAMPLES.resolve(page + ".md"))
                .lines()
                .filter(l -> l.startsWith(PROMPT))
                .map(l -> l.substring(PROMPT.length()))
                .toList();
    }

    private String placed(String word) {
        if (word.startsWith("runs/"))
            return runs.resolve(word.substring("runs/".length())).toString();
        return word.startsWith("examples/")
                ? EXAMPLES.resolve(word.substring("examples/".length())).toString()
                : word;
    }
}
