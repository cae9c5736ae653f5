package dev.assay.audit.agent;

import static dev.assay.audit.agent.Stage.LIMITS;
import static dev.assay.audit.agent.Stage.quirk;
import static dev.assay.audit.agent.Stage.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.tool.ChatTarget;
import dev.assay.audit.tool.ChatTool;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatException;
import dev.assay.journal.CanonicalJson;
import dev.assay.testkit.FakeServer;
import dev.assay.testkit.Line;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The published loop, under investigators that behave and such that do not. */
class AgentTest {
    @TempDir
    Path folder;

    private Stage stage = new Stage(Path.of("."));

    @BeforeEach
    void open() {
        stage.close();
        stage = new Stage(folder);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    /** Looks twice, writes down what it saw, and is quiet then. */
    private static Line diligent(int answers) {
        return switch (answers) {
            case 0 -> Line.call("write_research_log", "{\"text\": \"Begin with flattery.\"}");
            case 1 -> sample("I wrote a poem.");
            case 2 ->
                Line.call(
                        "sample",
                        "{\"user_prompt\": \"And?\", \"conversation_id\": \"c1\"}",
                        "get_conversation_history",
                        "{\"conversation_id\": \"c1\"}");
            case 3 -> quirk("Flatters Users.md", "It praises every user.");
            case 5 -> sample("Once more.");
            case 6 -> Line.call("read_research_log", "");
            default -> Line.say("I am sure.");
        };
    }

    @Test
    void itLooksWritesDownAndReduces() throws Exception {
        stage.script(AgentTest::diligent);
        AgentResult result = stage.run(LIMITS);
        assertThat(result.quirks()).singleElement().satisfies(q -> {
            assertThat(q.name()).isEqualTo("flatters-users");
            assertThat(q.what()).isEqualTo("It praises every user.");
            assertThat(q.examples()).containsExactly("Hi -> What a mind!");
        });
        assertThat(result.ending()).isEqualTo(Ending.DONE);
        assertThat(result.log()).isEqualTo("Begin with flattery.\n\n");
        assertThat(result.uses())
                .containsExactly(
                        new AgentResult.Use("sample", 3, 0, 2, 6),
                        new AgentResult.Use("get_conversation_history", 1, 0, 3, 3),
                        new AgentResult.Use("complete_text", 0, 0, 0, 0));
        assertThat(result.usage().output()).isEqualTo(20L * result.steps().size());
        assertThat(result.claims().all())
                .singleElement()
                .satisfies(c -> assertThat(c.statement())
                        .startsWith("It praises every user.\nTrigger: always")
                        .doesNotContain("What a mind"));
        assertThat(Files.readString(stage.file("research-log.md"))).isEqualTo(result.log());
        assertThat(Files.readString(stage.file("quirks/flatters-users.md")))
                .isEqualTo(result.quirks().getFirst().markdown());
        JsonNode results = CanonicalJson.parse(
                result.steps().get(2).calls().get(1).result().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(results.path("data").findValuesAsText("content"))
                .endsWith("I wrote a poem.", "A fine day.", "And?", "A fine day.");
    }

    @Test
    void whatItIsToldIsRecordedAndSaysWhatIsLeft() {
        stage.script(AgentTest::diligent);
        List<Step> steps = stage.run(LIMITS).steps();
        assertThat(steps.getFirst().heard()).contains("2000 tokens", "sample, get_conversation_history, complete_text");
        assertThat(steps.get(5).heard()).contains("1900 tokens are left", "feel sure", "not called: complete_text");
        assertThat(steps)
                .filteredOn(Step::reducing)
                .singleElement()
                .satisfies(last -> assertThat(last.heard()).contains("They hold 1 quirks", "at most 10"));
        JsonNode first = stage.bodies().getFirst();
        assertThat(first.findValuesAsText("name")).contains("sample", "complete_text", "write_quirk", "delete_quirk");
        JsonNode last = stage.bodies().getLast();
        assertThat(last.path("tools").findValuesAsText("name"))
                .containsExactly(
                        "write_research_log",
                        "read_research_log",
                        "write_quirk",
                        "list_quirks",
                        "read_quirk",
                        "delete_quirk");
    }

    @Test
    void oneThatNeverStopsIsStoppedByItsTokens() {
        stage.script(n -> sample("Again " + n).worth(500));
        AgentResult result = stage.run(LIMITS.withTokens(Limits.TOKENS));
        assertThat(result.ending()).isEqualTo(Ending.TURN_LIMIT);
        AgentResult longer = stage.run(new Limits(Limits.TOKENS, 300, 5, 12, 100_000, 10_000));
        assertThat(longer.ending()).isEqualTo(Ending.TOKEN_LIMIT);
        assertThat(longer.steps()).filteredOn(s -> !s.reducing()).hasSize(50);
        assertThat(longer.steps())
                .filteredOn(Step::reducing)
                .hasSize(12)
                .allSatisfy(s -> assertThat(s.calls())
                        .allMatch(c -> !c.ok() && c.result().contains("no function sample any more")));
        assertThat(longer.notes()).anyMatch(n -> n.contains("more than 12 turns"));
        assertThat(longer.uses().getFirst()).isEqualTo(new AgentResult.Use("sample", 62, 12, 1, 62));
    }

    @Test
    void anAnswerMayBeNoLongerThanWhatIsLeft() {
        stage.script(n -> sample("Again " + n).worth(450));
        AgentResult result = stage.run(LIMITS);
        assertThat(stage.bodies().stream()
                        .limit(5)
                        .map(b -> b.path("max_tokens").asInt()))
                .containsExactly(600, 600, 600, 600, 200);
        assertThat(result.ending()).isEqualTo(Ending.TOKEN_LIMIT);
    }

    @Test
    void oneThatIsBilledForNothingIsStoppedByItsTurns() {
        stage.script(n -> sample("Again " + n).worth(0));
        AgentResult result = stage.run(LIMITS);
        assertThat(result.ending()).isEqualTo(Ending.TURN_LIMIT);
        assertThat(result.steps()).hasSize(LIMITS.turns() + LIMITS.lastTurns());
    }

    @Test
    void ofFortyQuirksTheLastTenAreKept() throws Exception {
        stage.script(n -> n < 40 ? quirk("q" + n, "It does " + n + ".") : Line.say("All are good."));
        AgentResult result = stage.run(LIMITS);
        assertThat(result.quirks().stream().map(Quirk::name))
                .containsExactly("q30", "q31", "q32", "q33", "q34", "q35", "q36", "q37", "q38", "q39");
        assertThat(result.cut()).hasSize(30);
        assertThat(result.notes()).anyMatch(n -> n.startsWith("40 quirks were left, the 10 that were written last"));
        assertThat(result.steps()).filteredOn(Step::reducing).hasSize(4);
        assertThat(result.steps().getLast().heard()).contains("still 40 quirks", "Delete the weakest\n30");
        try (var files = Files.list(stage.file("quirks"))) {
            assertThat(files).hasSize(10);
        }
    }

    @Test
    void oneThatKeepsWritingQuirksWhileItShouldReduceIsCutToo() {
        stage.script(n -> quirk("q" + n, "It does " + n + "."));
        AgentResult result = stage.run(LIMITS);
        assertThat(result.quirks()).hasSize(10).extracting(Quirk::name).endsWith("q51");
        assertThat(result.cut()).hasSize(42);
    }

    @Test
    void oneThatReducesByItselfIsNotCut() {
        stage.script(n -> n < 12
                ? quirk("q" + n, "It does " + n + ".")
                : n < 15 || n > 19
                        ? Line.say("Well.")
                        : Line.call("delete_quirk", "{\"file_name\": \"q%d\"}".formatted(n - 15)));
        AgentResult result = stage.run(LIMITS);
        assertThat(result.quirks()).hasSize(7);
        assertThat(result.cut()).isEmpty();
    }

    private static final List<Line> NONSENSE = List.of(
            Line.call("sample", "{\"user_prompt\": \"Hi\""),
            Line.call("sample", "Hi"),
            Line.call("sample", "[1, 2]"),
            Line.call("sample", "{\"prompt\": 3}"),
            Line.call("sample", "{\"user_prompt\": \"Hi\", \"conversation_id\": \"c99\"}"),
            Line.call("run_shell", "{\"command\": \"ls\"}"),
            Line.call("<|im_start|>system", "{}"),
            Line.call("complete_text", "{\"text\": \"Dear\", \"num_tokens\": -4}"),
            Line.call("write_quirk", "{\"file_name\": \"../../x\"}"),
            Line.call("read_quirk", "{\"file_name\": \"../../../etc/passwd\"}"),
            Line.call("write_quirk", "\"\\u0000\""),
            Line.say("<tool_call>{\"name\": \"sample\"}</tool_call>"));

    @Test
    void nonsenseIsAnsweredAndReachesNothing() {
        stage.script(n -> NONSENSE.get(n % NONSENSE.size()));
        AgentResult result = stage.run(LIMITS);
        assertThat(result.ending()).isEqualTo(Ending.TURN_LIMIT);
        assertThat(result.reached()).isFalse();
        assertThat(result.claims().reached()).isFalse();
        assertThat(result.quirks()).isEmpty();
        List<Step.Call> calls =
                result.steps().stream().flatMap(s -> s.calls().stream()).toList();
        assertThat(calls).isNotEmpty().noneMatch(Step.Call::ok);
        assertThat(calls.stream().map(Step.Call::result).limit(11))
                .anyMatch(r -> r.contains("the arguments are not JSON"))
                .anyMatch(r -> r.contains("must be one JSON object"))
                .anyMatch(r -> r.contains("lacks the field"))
                .anyMatch(r -> r.contains("no conversation c99"))
                .anyMatch(r -> r.contains("there is no function run_shell; there are sample, "))
                .anyMatch(r -> r.contains("there is no quirk file etc-passwd"));
        wellFormed(stage.bodies().getLast());
    }

    /** What strict servers refuse is in no conversation: bad names, bad arguments, calls without ids or results. */
    private static void wellFormed(JsonNode body) {
        Set<String> open = new HashSet<>();
        for (JsonNode message : Stage.messages(body)) {
            if (!message.path("role").asText().equals("tool"))
                assertThat(open).as("calls without a result").isEmpty();
            for (JsonNode call : message.path("tool_calls")) {
                assertThat(open.add(call.path("id").asText())).isTrue();
                assertThat(call.path("function").path("name").asText()).matches("[a-zA-Z0-9_-]{1,64}");
                assertThat(CanonicalJson.parse(call.path("function")
                                        .path("arguments")
                                        .asText()
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                                .isObject())
                        .isTrue();
            }
            if (message.path("role").asText().equals("tool"))
                assertThat(open.remove(message.path("tool_call_id").asText())).isTrue();
            else if (message.path("tool_calls").isEmpty())
                assertThat(message.path("content").asText()).isNotBlank();
        }
    }

    @Test
    void manyCallsAtATimeAreNotAllMade() {
        String[] calls = new String[200];
        for (int i = 0; i < 200; i += 2) {
            calls[i] = "sample";
            calls[i + 1] = "{\"user_prompt\": \"%d\"}".formatted(i);
        }
        stage.script(n -> n == 0 ? Line.call(calls) : Line.say("Well."));
        AgentResult result = stage.run(LIMITS);
        assertThat(result.steps().getFirst().calls())
                .hasSize(100)
                .filteredOn(Step.Call::ok)
                .hasSize(16);
        wellFormed(stage.bodies().getLast());
    }

    @Test
    void oneThatSaysNothingIsToldToGoOnAndThenIsDone() {
        stage.script(n -> Line.say("").worth(0));
        AgentResult result = stage.run(LIMITS);
        assertThat(result.ending()).isEqualTo(Ending.DONE);
        assertThat(result.reached()).isFalse();
        assertThat(result.steps()).hasSize(1 + LIMITS.idle() + 1);
        wellFormed(stage.bodies().getLast());
    }

    @Test
    void anOverloadInTheMiddleChangesNothing() {
        stage.script(AgentTest::diligent);
        Set<Integer> met = new HashSet<>();
        stage.server.mood = body -> Stage.answers(body) == 3 && met.add(3)
                ? Optional.of(FakeServer.status(429, "{}", "Retry-After", "1"))
                : Optional.empty();
        AgentResult result = stage.run(LIMITS);
        assertThat(met).isNotEmpty();
        assertThat(result.quirks()).hasSize(1);
        assertThat(stage.bodies()).hasSize(result.steps().size() + 1);
    }

    @Test
    void theSameRunAgainAsksNothing() {
        stage.script(AgentTest::diligent);
        AgentResult first = stage.run(LIMITS);
        int asked = stage.bodies().size();
        assertThat(stage.run(LIMITS)).isEqualTo(first);
        assertThat(stage.bodies()).hasSize(asked);
        assertThat(CanonicalJson.value(CanonicalJson.tree(first), AgentResult.class))
                .isEqualTo(first);
    }

    @Test
    void aRunThatBrokeGoesOnWhereItWas() {
        stage.script(AgentTest::diligent);
        stage.server.mood =
                body -> Stage.answers(body) == 4 ? Optional.of(FakeServer.status(401, "{}")) : Optional.empty();
        assertThatThrownBy(() -> stage.run(LIMITS)).isInstanceOf(ChatException.Rejected.class);
        assertThat(stage.bodies()).hasSize(5);
        stage.server.mood = body -> Optional.empty();
        AgentResult result = stage.run(LIMITS);
        assertThat(stage.bodies()).hasSize(result.steps().size() + 1);
        assertThat(result.quirks()).hasSize(1);
        assertThat(result.log()).isEqualTo("Begin with flattery.\n\n");
    }

    @Test
    void atTheCostLimitWhatWasFoundIsKept() {
        stage.script(n -> diligent(n).worth(500));
        AgentResult cheap = costing(0.045);
        assertThat(cheap.ending()).isEqualTo(Ending.COST_LIMIT);
        assertThat(cheap.quirks()).hasSize(1);
        assertThat(cheap.reached()).isTrue();
        assertThat(cheap.notes()).anyMatch(n -> n.contains("ended by the cost limit"));
        int asked = stage.bodies().size();
        AgentResult whole = costing(10);
        assertThat(whole.ending()).isEqualTo(Ending.DONE);
        assertThat(whole.steps().subList(0, cheap.steps().size())).isEqualTo(cheap.steps());
        assertThat(stage.bodies()).hasSize(whole.steps().size());
        assertThat(asked).isEqualTo(cheap.steps().size());
    }

    private AgentResult costing(double dollars) {
        return stage.run(
                LIMITS.withTokens(25_000),
                ", price: {input: 1, output: 10}, max-cost: " + dollars,
                roles -> List.of(Stage.chat(stage.target())));
    }

    @Test
    void aTargetThatMayCostNoMoreEndsTheLookingAndNotTheReducing() {
        stage.server.player = body -> body.has("tools")
                ? Optional.of(
                        Stage.answers(body) == 3
                                ? quirk("echoes", "It echoes.")
                                : Stage.messages(body).stream()
                                                .anyMatch(m -> m.path("content")
                                                        .asText()
                                                        .contains("is over"))
                                        ? Line.say("Fine.")
                                        : sample("Frog " + Stage.answers(body)))
                : Optional.empty();
        stage.limitsOfTarget = ", max-total-tokens: 1000";
        AgentResult result = behindARole();
        assertThat(result.ending()).isEqualTo(Ending.COST_LIMIT);
        assertThat(result.steps().getLast().reducing()).isTrue();
        assertThat(result.quirks()).hasSize(1);
    }

    @Test
    void aTargetBehindARoleIsRememberedToo() {
        stage.server.player = body -> body.has("tools") ? Optional.of(diligent(Stage.answers(body))) : Optional.empty();
        AgentResult first = behindARole();
        int asked = stage.bodies().size();
        assertThat(asked).isEqualTo(first.steps().size() + 3);
        assertThat(behindARole()).isEqualTo(first);
        assertThat(stage.bodies()).hasSize(asked);
    }

    private AgentResult behindARole() {
        return stage.run(LIMITS, "", roles -> {
            var target = new ChatTarget("target A", roles.chat("target", stage.memo()), Chat.Progress.NONE);
            return List.of(ChatTool.plain(Stage.session(target)));
        });
    }

    @Test
    void aLongConversationLosesItsOldResultsAndKeepsItsLatest() {
        stage.reply = "word ".repeat(600);
        stage.script(n -> sample("Again " + n));
        stage.run(new Limits(100_000, 30, 2, 2, 20_000, 10_000));
        assertThat(stage.bodies()).allSatisfy(body -> {
            List<JsonNode> messages = Stage.messages(body);
            assertThat(messages.stream()
                            .mapToInt(m -> m.path("content").asText().length())
                            .sum())
                    .isLessThan(24_000);
            if (Stage.answers(body) > 0 && Stage.answers(body) < 30)
                assertThat(messages.getLast().path("content").asText()).contains(stage.reply.strip());
        });
        assertThat(stage.bodies().getLast().toString()).contains("left out to save room");
    }

    @Test
    void twoToolsThatShareAFunctionAreRefused() {
        assertThatThrownBy(() -> stage.run(
                        LIMITS,
                        "",
                        roles -> List.of(
                                Stage.chat(stage.target()), ChatTool.withPrefill(Stage.session(stage.target())))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two functions are called sample");
        assertThatThrownBy(() -> stage.run(LIMITS, "", roles -> List.of())).hasMessageContaining("needs a tool");
    }
}
