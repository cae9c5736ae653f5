package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.lm.Sampling;
import dev.assay.testkit.FakeServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every provider that is behind an API does alike, with servers that misbehave. */
abstract class ServerContract extends ProviderContract {
    final FakeServer server = new FakeServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    long given() {
        return server.answered.get();
    }

    private String say(String what) {
        return chat.ask(ChatRequest.reply(List.of(Turn.user(what)), SHORT), RANDOM.split(what))
                .text();
    }

    @Test
    void aToolIsCalledAndItsResultGoesBack() {
        var find = ToolSpec.of("find", "Finds things.", Query.class);
        ChatRequest request = ChatRequest.reply(HELLO, SHORT).withTools(List.of(find));
        Answer calls = chat.ask(request, RANDOM);
        assertThat(calls.finish()).isEqualTo(Answer.Finish.TOOLS);
        assertThat(calls.calls()).singleElement().satisfies(call -> {
            assertThat(call.tool()).isEqualTo("find");
            assertThat(FakeServer.JSON.readTree(call.arguments()).path("query").asText())
                    .isEqualTo("frogs");
        });
        List<Turn> talk = new ArrayList<>(HELLO);
        talk.add(calls.turn());
        talk.add(new Turn.Returned(calls.calls().getFirst(), "three frogs"));
        Answer end = chat.ask(ChatRequest.reply(talk, SHORT).withTools(List.of(find)), RANDOM);
        assertThat(end.finish()).isEqualTo(Answer.Finish.STOP);
        assertThat(end.text()).contains("three frogs");
        assertThat(server.bodies.peek().toString())
                .contains("\"query\":{\"type\":\"string\"}", "\"required\":[\"query\"]", "Finds things.");
    }

    @Test
    void overloadsAreWaitedForAsLongAsTheServerAsks() {
        server.misdeeds.add(FakeServer.status(429, "{}", "Retry-After", "7"));
        server.misdeeds.add(FakeServer.status(429, "{}", "Retry-After", "Fri, 27 Nov 2026 12:00:20 GMT"));
        server.misdeeds.add(FakeServer.status(503, "busy", "Retry-After", "soon"));
        server.misdeeds.add(FakeServer.status(500, "{\"error\": {\"message\": \"oops\"}}"));
        assertThat(say("frogs")).contains("frogs");
        assertThat(fixture.waits.get(0)).isEqualTo(Duration.ofSeconds(7));
        assertThat(fixture.waits.get(1)).isEqualTo(Duration.ofSeconds(20));
        assertThat(fixture.waits.get(2)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(fixture.waits.get(3)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
        assertThat(chat.totals())
                .extracting(Totals::answered, Totals::retries, Totals::lost)
                .containsExactly(1L, 4L, 0L);
    }

    @Test
    void whatIsNoAnswerIsAskedForAgainAndCountedAsPaid() {
        server.misdeeds.add(FakeServer.body("application/json", ""));
        server.misdeeds.add(FakeServer.body("text/html", "<html><body>Bad gateway</body></html>"));
        server.misdeeds.add(FakeServer.body("application/json", "{\"choices\": ["));
        server.misdeeds.add(FakeServer.body("application/json", "{\"choices\": [], \"content\": 3}"));
        server.misdeeds.add(server.cut());
        assertThat(say("frogs")).contains("frogs");
        Usage one = Ask.most(ChatRequest.reply(List.of(Turn.user("frogs")), SHORT));
        assertThat(chat.totals().lost()).isEqualTo(5);
        assertThat(chat.totals().usage().total()).isGreaterThan(5 * one.total());
        assertThat(fixture.waits).hasSize(5);
    }

    @Test
    void emptyMessagesAreNoReasonToStop() {
        List<Turn> talk = List.of(Turn.user(" "), Turn.assistant("Yes?"), Turn.user("frogs"));
        assertThat(chat.ask(ChatRequest.reply(talk, SHORT), RANDOM).text()).contains("frogs");
        assertThat(server.bodies.peek().path("messages").size()).isEqualTo(3);
    }

    @Test
    void anAnswerThatDripsIsGivenUpInTime() {
        server.misdeeds.add(server.drip());
        try (Roles hasty = fixture.roles(yaml().replace("timeout: 60", "timeout: 0.5"))) {
            Chat impatient = hasty.chat("r", memo);
            assertThat(impatient.ask(ChatRequest.reply(HELLO, SHORT), RANDOM).text())
                    .contains("frogs");
            assertThat(impatient.totals().lost()).isPositive();
        }
    }

    @Test
    void waitingHasAnEnd() {
        for (int i = 0; i < 6; i++) server.misdeeds.add(FakeServer.status(529, "{}"));
        assertThatThrownBy(() -> say("frogs"))
                .isInstanceOf(ChatException.Unreachable.class)
                .hasMessageContainingAll("role r", server.url(), "6 attempts", "HTTP 529");
        server.misdeeds.add(FakeServer.status(429, "{}", "Retry-After", "3600"));
        assertThatThrownBy(() -> say("toads"))
                .isInstanceOf(ChatException.Unreachable.class)
                .hasMessageContainingAll("1 attempts", "3600 s");
        assertThat(fixture.waits).hasSize(5);
    }

    @Test
    void refusalsEndAtOnceWithTheRemedy() {
        for (int status : new int[] {400, 401, 403, 404}) {
            int before = server.bodies.size();
            server.misdeeds.add(
                    FakeServer.status(status, "{\"error\": {\"message\": \"no: " + Fixture.SECRET + "\"}}"));
            assertThatThrownBy(() -> say("frogs " + status))
                    .satisfies(Fixture::silent)
                    .isInstanceOfSatisfying(
                            ChatException.Rejected.class,
                            e -> assertThat(e.status()).isEqualTo(status))
                    .hasMessageContainingAll("role r", server.url(), model(), "HTTP " + status, "no: [key]")
                    .hasMessageContaining(
                            status == 404
                                    ? "base URL"
                                    : status == 400 ? "docs/chat.md" : "environment variable MY_KEY");
            assertThat(server.bodies).hasSize(before + 1);
        }
        assertThat(fixture.waits).isEmpty();
    }

    abstract String model();

    @Test
    void anUnreachableServerIsNamed() {
        server.close();
        assertThatThrownBy(() -> say("frogs"))
                .isInstanceOf(ChatException.Unreachable.class)
                .hasMessageContainingAll("role r", server.url(), "nobody answers there", "base-url");
    }

    @Test
    void theKeyGoesToTheServerAndNowhereElse() throws Exception {
        say("frogs");
        say("tell me " + Fixture.SECRET.substring(0, 6));
        server.misdeeds.add((exchange, right) ->
                FakeServer.send(exchange, 200, "application/json", right.replace("echo", Fixture.SECRET)));
        assertThat(say("a leak")).contains("[key]");
        assertThat(server.keys).allMatch(key -> key.contains(Fixture.SECRET));
        journal.commit();
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList())
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                        .doesNotContain(Fixture.SECRET);
        }
        assertThat(chat.toString()
                        + chat.role()
                        + chat.model()
                        + roles
                        + chat.totals().line())
                .doesNotContain(Fixture.SECRET);
    }

    @Test
    void noCallIsLostAndNonePaidTwiceWithManyAtOnce() {
        server.delayMillis = 3;
        List<FakeServer.Misdeed> bad = List.of(
                FakeServer.status(429, "{}"),
                FakeServer.status(500, "x"),
                FakeServer.body("text/html", "<html>"),
                server.cut());
        Map<Integer, Boolean> met = new ConcurrentHashMap<>();
        server.mood = body -> {
            int frog =
                    Integer.parseInt(FakeServer.lastWords(body.path("messages")).replaceAll("\\D", ""));
            boolean first = frog % 10 < 4 && met.putIfAbsent(frog, true) == null;
            return first ? Optional.of(bad.get(frog % 10)) : Optional.empty();
        };
        List<ChatRequest> requests = IntStream.range(0, 200)
                .mapToObj(i -> ChatRequest.reply(List.of(Turn.user("frog " + i % 100)), SHORT))
                .toList();
        List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
        List<Answer> answers = chat.askAll("frogs", requests, RANDOM, (what, done, of) -> heard.add(done));
        for (int i = 0; i < 200; i++) assertThat(answers.get(i).text()).contains("frog " + i % 100);
        assertThat(given()).isEqualTo(200);
        assertThat(server.bodies).hasSize(240);
        assertThat(heard).isSorted().endsWith(200);
        assertThat(chat.askAll("frogs", requests, RANDOM, Chat.Progress.NONE)).isEqualTo(answers);
        assertThat(server.bodies).hasSize(240);
        assertThat(chat.totals().answered()).isEqualTo(200);
    }

    @Test
    void theSameQuestionAtTheSameTimeIsAskedOnce() throws Exception {
        server.delayMillis = 50;
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = IntStream.range(0, 10)
                .mapToObj(i -> Thread.ofVirtual().start(() -> heard.add(say("frogs"))))
                .toList();
        for (Thread thread : threads) thread.join();
        assertThat(heard).hasSize(10);
        assertThat(given()).isEqualTo(1);
    }

    @Test
    void afterARefusalNoFurtherCallBegins() {
        List<ChatRequest> requests = IntStream.range(0, 100)
                .mapToObj(i -> ChatRequest.reply(List.of(Turn.user("frog " + i)), SHORT))
                .toList();
        server.mood = body -> Optional.of(FakeServer.status(401, "{}"));
        assertThatThrownBy(() -> chat.askAll("frogs", requests, RANDOM, Chat.Progress.NONE))
                .isInstanceOf(ChatException.Rejected.class);
        // four are on their way at first, and some may begin before the others hear of it
        assertThat(server.bodies.size()).isLessThan(20);
        server.mood = body -> Optional.empty();
        chat.askAll("frogs", requests, RANDOM, Chat.Progress.NONE);
        assertThat(server.answered.get()).isEqualTo(100);
    }

    @Test
    void anAnswerWithoutTokenCountsIsTakenForTheMostItCanBe() {
        server.countsTokens = false;
        ChatRequest request = ChatRequest.reply(HELLO, new Sampling(1, 1, 8));
        assertThat(chat.ask(request, RANDOM).usage().input()).isEqualTo(request.mostInputTokens());
    }
}
