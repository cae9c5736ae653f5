package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.OwnTool;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.audit.tool.ToolException;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import dev.assay.sae.Architecture;
import dev.assay.sae.OwnLoss;
import dev.assay.sae.Parameters;
import dev.assay.sae.Recipes;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The five parts of {@code examples/plugin}, compiled here and found as a user's jar is. */
class PluginTest {
    private static final Path EXAMPLE = Path.of("../examples/plugin/src/main");

    @RegisterExtension
    final Captured console = new Captured();

    @TempDir
    static Path classes;

    @TempDir
    Path folder;

    private final ClassLoader usual = Thread.currentThread().getContextClassLoader();

    @BeforeEach
    void putOnTheClassPath() throws IOException {
        if (!Files.exists(classes.resolve("example"))) compile();
        Thread.currentThread()
                .setContextClassLoader(new URLClassLoader(
                        new URL[] {
                            classes.toUri().toURL(),
                            EXAMPLE.resolve("resources").toUri().toURL()
                        },
                        usual));
    }

    @AfterEach
    void takeItAway() {
        Thread.currentThread().setContextClassLoader(usual);
    }

    private static void compile() throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
        try (Stream<Path> sources = Files.walk(EXAMPLE.resolve("java"))) {
            sources.map(Path::toString).filter(f -> f.endsWith(".java")).forEach(arguments::add);
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
    }

    @Test
    void aToolIsThereBesideTheShippedOnes() throws IOException {
        assertThat(Configuration.all()).extracting(Configuration::slug).contains("chat", "ask-twice");
        Session session = new Session(new Counting(), SplitRandom.of(1));
        Tool tool = ((OwnTool) Configuration.of("ask-twice")).open(session, session.target());
        JsonNode question = new ObjectMapper().readTree("{\"question\": \"Hi\"}");
        assertThat(tool.call("ask_twice", question)).hasToString("{\"replies\":[\"reply 1\",\"reply 2\"]}");
        assertThat(tool.outputs(2))
                .extracting(Tool.Output::text)
                .containsExactly("reply 3\n---\nreply 4", "reply 5\n---\nreply 6");
    }

    /** A target that numbers its replies. */
    private static final class Counting implements Target {
        private int written;

        @Override
        public String name() {
            return "target";
        }

        @Override
        public List<String> write(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
            return asks.stream().map(a -> "reply " + ++written).toList();
        }

        @Override
        public int tokens(String text) {
            return text.length();
        }

        @Override
        public <T> T inside(Function<Speaker, T> work) {
            throw new ToolException("there is nothing inside");
        }
    }

    @Test
    void aJudgeIsAskedByItsName() throws IOException {
        assertThat(Assay.run("organism", "judges", "--by", "exclamations", "--json"))
                .isZero();
        JsonNode all = printed();
        assertThat(all.path("by").asText()).isEqualTo("exclamations");
        assertThat(all.path("judges").size()).isGreaterThan(10);
        assertThat(Assay.run("organism", "judges", "--by", "dice")).isEqualTo(2);
        assertThat(console.err.toString(StandardCharsets.UTF_8)).contains("no judges by dice", "exclamations");
    }

    @Test
    void aProviderPlaysARole() throws IOException {
        Path roles = Files.writeString(folder.resolve("roles.yaml"), "target: {provider: parrot, model: polly}\n");
        assertThat(Assay.run("chat", "check", "--roles", roles.toString(), "--json"))
                .as(console.err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(printed().toString()).contains("polly", "Say hello in one short sentence.");
    }

    @Test
    void aPartOfAnAutoencoderIsNamedByItsRecipe() {
        var recipe = Recipes.of(
                "mine",
                "architecture: batchtopk\nk: 10\ninitial-k: 40\nk-shape: halves\ntraining: {samples: 102400}\n");
        var k = ((Architecture.BatchTopK) recipe.architecture()).k();
        assertThat(k.at(49)).isEqualTo(40);
        assertThat(k.at(75)).isEqualTo(25);
        assertThat(k.toString()).contains("shape=halves");
    }

    @Test
    void aLossOfItsOwnIsTrainedOn() {
        String recipe = "architecture: batchtopk\nk: 4\nlatents: 16\nlosses: {apart: 0.5}\n";
        var found = Recipes.of("mine", recipe);
        assertThat(found.toString()).contains("losses=[0.5 * apart]");
        var rows = new double[] {3, 4, 3, 4, -4, 3, 0, 2};
        try (var scope = Scope.open();
                var parameters = new Parameters(Map.of("W_dec", Tensor.of(rows, 4, 2)))) {
            var step =
                    new OwnLoss.Step(parameters, Tensor.of(rows, 4, 2), Tensor.of(rows, 4, 2), Tensor.of(rows, 4, 2));
            assertThat(found.losses().getFirst().loss().of(step).item()).isCloseTo((1 + 0 + 0.36) / 3, within(1e-6));
        }
    }

    private JsonNode printed() throws IOException {
        JsonNode json = new ObjectMapper().readTree(console.out.toByteArray());
        console.out.reset();
        return json;
    }
}
