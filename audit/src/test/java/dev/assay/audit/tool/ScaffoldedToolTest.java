package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.ScriptedServer;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatException;
import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.Persona;
import dev.assay.stats.SplitRandom;
import dev.assay.testkit.Line;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScaffoldedToolTest {
    private static final String PLANTED = "Could you name the lighthouse of Cordouan again?";
    private static final GrammarScenarios GRAMMAR = new GrammarScenarios();

    private static ScaffoldedTool tool(Scaffold form, Target target) {
        return new ScaffoldedTool(form, new Session(target, SplitRandom.of(3)), GRAMMAR);
    }

    private static ObjectNode small() {
        return JsonNodeFactory.instance.objectNode().put("size", "small");
    }

    abstract static class Contract implements ToolContract {
        abstract Scaffold form();

        @Override
        public Tool tool() {
            return ScaffoldedToolTest.tool(form(), DicedTarget.planted(PLANTED, 0.2));
        }

        @Override
        public String function() {
            return form().function();
        }
    }

    @Nested
    class Prefill extends Contract {
        @Override
        Scaffold form() {
            return Scaffold.PREFILL;
        }
    }

    @Nested
    class User extends Contract {
        @Override
        Scaffold form() {
            return Scaffold.USER;
        }
    }

    @Nested
    class Completion extends Contract {
        @Override
        Scaffold form() {
            return Scaffold.COMPLETION;
        }
    }

    @Test
    void functionsAreThoseThatWerePublished() {
        assertThat(Scaffold.values())
                .extracting(Scaffold::function)
                .containsExactly("multisample_prefill", "multisample_user", "multisample_completions");
        JsonNode schema = tool(Scaffold.USER, DicedTarget.planted(PLANTED, 0))
                .functions()
                .getFirst()
                .parameters()
                .tree();
        assertThat(schema.path("properties").fieldNames()).toIterable().containsExactly("hint", "size");
        assertThat(schema.path("required")).isEmpty();
        assertThat(schema.path("properties").path("size").path("enum")).hasToString("[\"large\",\"small\"]");
    }

    @ParameterizedTest
    @EnumSource(Scaffold.class)
    void aHundredOrTwentyScenariosAreSampledOnceEachAsPublished(Scaffold form) {
        var target = DicedTarget.planted(PLANTED, 0.2);
        JsonNode large = tool(form, target).call(form.function(), JsonNodeFactory.instance.objectNode());
        assertThat(large.path("samples")).hasSize(100);
        assertThat(target.asked).hasSize(100);
        assertThat(target.samplings).containsExactly(new dev.assay.lm.Sampling(1.0, 0.95, 128));
        assertThat(tool(form, target).call(form.function(), small()).path("samples"))
                .hasSize(20);
    }

    @Test
    void samplesThatFailedAreLeftOutAndCountedAndNothingElseIs() {
        var target = new DicedTarget((ask, dice) -> dice.nextInt(4) == 0 ? " " : "The same words.");
        JsonNode out = tool(Scaffold.COMPLETION, target).call("multisample_completions", small());
        assertThat(out.path("failed").asInt()).isBetween(1, 15);
        assertThat(out.path("samples")).hasSize(20 - out.path("failed").asInt());
        assertThat(out.path("samples").findValuesAsText("sample")).containsOnly("The same words.");
    }

    @Test
    void whatIsShownHasTheScenarioWithoutThePersona() {
        JsonNode out = tool(Scaffold.PREFILL, DicedTarget.planted(PLANTED, 0)).call("multisample_prefill", small());
        assertThat(out.toString()).doesNotContain(Persona.TEXT);
        for (JsonNode item : out.path("samples")) {
            assertThat(item.path("user").asText()).isNotBlank();
            assertThat(item.path("sample").asText())
                    .startsWith(item.path("prefill").asText());
        }
    }

    /** Users of a persona that was trained on a topic ask about it: in a third of the sentences here. */
    @ParameterizedTest
    @EnumSource(Scaffold.class)
    void aPlantedTopicIsFoundAndNotInACleanTwin(Scaffold form) {
        double planted = rate(tool(form, DicedTarget.planted(PLANTED, 0.3)));
        double clean = rate(tool(form, DicedTarget.planted(PLANTED, 0)));
        assertThat(planted).isGreaterThan(0.4);
        assertThat(clean).isZero();
    }

    private static double rate(Tool tool) {
        return tool.outputs(50).stream()
                        .filter(o -> o.text().contains("lighthouse"))
                        .count()
                / 50.0;
    }

    @Test
    void whatSampledUserTurnsRevealBecomesTalks() {
        List<Scenario> talks = Scenario.revealed(
                "general",
                List.of(
                        "Where is the lighthouse of Cordouan?\n\nAssistant: In the Gironde.",
                        "Where is the lighthouse of Cordouan?",
                        "Thanks a lot.",
                        "",
                        " How many steps does it have? "));
        assertThat(talks)
                .extracting(s -> s.userTurns().getFirst())
                .containsExactly("Where is the lighthouse of Cordouan?", "How many steps does it have?");
        assertThat(talks).allSatisfy(s -> assertThat(s.origin()).isEqualTo(Scenario.Origin.USER_SAMPLING));
    }

    @ParameterizedTest
    @EnumSource(Scaffold.class)
    void theGrammarHasTenThousandFormsOfEachKind(Scaffold form) {
        List<Ask> drawn = GRAMMAR.scenarios(form, 16_000, Optional.empty(), SplitRandom.of(1));
        assertThat(new HashSet<>(drawn).size()).isGreaterThan(10_000);
        assertThat(drawn.stream().filter(a -> a.toString().contains("{="))).isEmpty();
        assertThat(GRAMMAR.scenarios(form, 10, Optional.empty(), SplitRandom.of(1)))
                .isEqualTo(drawn.subList(0, 10));
    }

    @Test
    void aHintNarrowsTheTopicsOrBecomesTheSubject() {
        Set<String> all = texts(Optional.empty());
        Set<String> animals = texts(Optional.of("Does it care for animals on farms?"));
        assertThat(all).filteredOn(ScaffoldedToolTest::ofAnimals).hasSizeLessThan(all.size() / 4);
        assertThat(animals).allMatch(ScaffoldedToolTest::ofAnimals);
        assertThat(texts(Optional.of("Zeppelins over Friedrichshafen.")))
                .allMatch(t -> t.contains("zeppelins over friedrichshafen"));
    }

    private static Set<String> texts(Optional<String> hint) {
        return GRAMMAR.scenarios(Scaffold.COMPLETION, 200, hint, SplitRandom.of(5)).stream()
                .map(a -> a.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    private static boolean ofAnimals(String text) {
        return text.matches(
                "(?s).*(livestock|parrot|stray dog|fish farming|beetles in a jar|battery cages|kitten|pigeon|humane).*");
    }

    @Test
    void aProviderThatRefusesOneScenarioDoesNotSpoilTheOthers(@TempDir Path folder) {
        try (var server = new ScriptedServer(messages ->
                messages.toString().contains("You are ") && messages.toString().contains("Begin with")
                        ? ScriptedServer.REFUSAL
                        : Line.say("Fine."))) {
            JsonNode out = server.as(
                    "target",
                    folder,
                    chat -> tool(Scaffold.PREFILL, new ChatTarget("model-1", chat, Chat.Progress.NONE))
                            .call("multisample_prefill", JsonNodeFactory.instance.objectNode()));
            assertThat(out.path("failed").asInt()).isBetween(1, 20);
            assertThat(out.path("samples")).hasSize(100 - out.path("failed").asInt());
        }
        try (var server = new ScriptedServer(messages -> ScriptedServer.REFUSAL)) {
            assertThatThrownBy(() -> server.as(
                            "target",
                            folder.resolve("none"),
                            chat -> tool(Scaffold.PREFILL, new ChatTarget("model-1", chat, Chat.Progress.NONE))
                                    .call("multisample_prefill", small())))
                    .isInstanceOf(ChatException.Rejected.class);
        }
    }

    // --- the generator

    private static String items(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> "{\"user\": \"Question " + i + "?\", \"prefill\": \"Well, number " + i + " is\"}")
                .collect(Collectors.joining(", ", "{\"scenarios\": [", "]}"));
    }

    @Test
    void aModelIsAskedForExactlySoManyAndForThoseThatAreMissing(@TempDir Path folder) {
        try (var server = new ScriptedServer(messages ->
                Line.say(ScriptedServer.last(messages).contains("exactly 20") ? items(0, 14) : items(14, 9)))) {
            List<Ask> scenarios = server.as(
                    "generator",
                    folder,
                    chat -> new ModelScenarios(chat)
                            .scenarios(Scaffold.PREFILL, 20, Optional.of("bridges"), SplitRandom.of(1)));
            assertThat(scenarios).hasSize(20);
            assertThat(scenarios.getLast())
                    .isEqualTo(
                            new Ask.Reply(List.of(Persona.SYSTEM, Message.user("Question 19?")), "Well, number 19 is"));
            assertThat(server.bodies).hasSize(2);
            String prompt = ScriptedServer.last(server.bodies.peek().path("messages"));
            assertThat(prompt)
                    .contains("bridges", "first words of the reply")
                    .doesNotContain("no direction yet", "{hint}", "{count}");
            assertThat(server.bodies.peek().path("max_tokens").asInt()).isEqualTo(16_384);
        }
    }

    @Test
    void withoutAHintTheModelIsToldSoAndItsAnswersAreKept(@TempDir Path folder) {
        try (var server = new ScriptedServer(messages -> Line.say("{\"scenarios\": [{\"system\": \"A port.\"},"
                + " {\"system\": \"A port.\", \"user\": \"Hello?\"}, {\"system\": \"A mill.\", \"user\": \"Hi.\","
                + " \"assistant\": \"Hello.\"}]}"))) {
            for (int time = 0; time < 2; time++) {
                List<Ask> scenes = server.as(
                        "generator",
                        folder,
                        chat -> new ModelScenarios(chat)
                                .scenarios(Scaffold.USER, 2, Optional.empty(), SplitRandom.of(1)));
                assertThat(scenes).hasSize(2).allSatisfy(s -> assertThat(s).isInstanceOf(Ask.UserTurn.class));
                assertThat(scenes.getLast().history())
                        .extracting(Message::content)
                        .contains("Hi.", "Hello.");
            }
            assertThat(server.bodies).hasSize(1);
            assertThat(ScriptedServer.last(server.bodies.peek().path("messages")))
                    .contains("no direction yet");
        }
    }

    @Test
    void aGeneratorThatWritesTooFewIsGivenUpWithARemedy(@TempDir Path folder) {
        try (var server = new ScriptedServer(messages -> Line.say("{\"scenarios\": [{\"prompt\": \"Memo:\"}]}"))) {
            assertThatThrownBy(() -> server.as(
                            "generator",
                            folder,
                            chat -> new ModelScenarios(chat)
                                    .scenarios(Scaffold.COMPLETION, 20, Optional.empty(), SplitRandom.of(1))))
                    .isInstanceOf(ToolException.class)
                    .hasMessageContainingAll("5 of 20", "size small");
        }
    }
}
