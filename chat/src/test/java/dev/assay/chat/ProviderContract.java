package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every provider does alike; a test class for each extends this. */
abstract class ProviderContract {
    static final SplitRandom RANDOM = SplitRandom.of(3);
    static final Sampling SHORT = new Sampling(1, 1, 8);
    static final List<Turn> HELLO = List.of(Turn.system("Be brief."), Turn.user("Say hello to the frogs"));

    final Fixture fixture = new Fixture();
    Journal journal;
    Memo memo;
    Roles roles;
    Chat chat;

    @TempDir
    Path folder;

    /** A roles' file with one role {@code r}. */
    abstract String yaml();

    /** Answers that the provider really gave so far. */
    abstract long given();

    @BeforeEach
    void open() {
        journal = Journal.open(folder, Manifest.ofCache("answers"));
        memo = new Memo(journal);
        roles = fixture.roles(yaml());
        chat = roles.chat("r", memo);
    }

    @AfterEach
    void close() {
        roles.close();
        journal.close();
    }

    @Test
    void anAnswerHasItsTextModelFinishAndUsage() {
        Answer answer = chat.ask(ChatRequest.reply(HELLO, SHORT), RANDOM);
        assertThat(answer.text()).isNotBlank();
        assertThat(answer.model()).isNotBlank();
        assertThat(answer.calls()).isEmpty();
        assertThat(answer.usage().input()).isPositive();
        assertThat(answer.usage().output()).isBetween(1L, 8L);
        assertThat(answer.turn()).isEqualTo(Turn.assistant(answer.text()));
    }

    @Test
    void anAnswerThatReachesTheLongestLengthSaysSo() {
        Answer answer = chat.ask(ChatRequest.reply(HELLO, new Sampling(1, 1, 2)), RANDOM);
        assertThat(answer.finish()).isEqualTo(Answer.Finish.LENGTH);
        assertThat(answer.usage().output()).isEqualTo(2);
    }

    @Test
    void whatWasAnsweredIsNotAskedAgain() {
        ChatRequest request = ChatRequest.reply(HELLO, SHORT);
        Answer first = chat.ask(request, RANDOM);
        long given = given();
        assertThat(chat.ask(request, RANDOM)).isEqualTo(first);
        try (Roles later = fixture.roles(yaml())) {
            Chat again = later.chat("r", memo);
            assertThat(again.ask(request, RANDOM)).isEqualTo(first);
            assertThat(again.totals().remembered()).isEqualTo(1);
            assertThat(again.totals().usage()).isEqualTo(first.usage());
        }
        assertThat(given()).isEqualTo(given);
        chat.ask(request, RANDOM.split("another"));
        assertThat(given()).isEqualTo(given + 1);
    }

    @Test
    void manyComeBackInTheirOrderAndEachSeedIsItsOwn() {
        List<ChatRequest> requests = IntStream.range(0, 12)
                .mapToObj(i -> ChatRequest.reply(List.of(Turn.user("Number " + i % 6)), SHORT))
                .toList();
        List<Answer> together = chat.askAll("numbers", requests, RANDOM, Chat.Progress.NONE);
        for (int i : new int[] {0, 5, 11})
            assertThat(chat.ask(requests.get(i), RANDOM.split(i))).isEqualTo(together.get(i));
        assertThat(given()).isEqualTo(12);
    }

    @Test
    void whatItCannotDoIsRefusedBeforeAnythingIsSent() {
        ChatRequest reply = ChatRequest.reply(HELLO, SHORT);
        Map<Feature, ChatRequest> requests = Map.of(
                Feature.PREFILL, new ChatRequest(new Prompt.Prefill(HELLO, "Dear"), SHORT),
                Feature.USER_TURN, new ChatRequest(new Prompt.UserTurn(List.of()), SHORT),
                Feature.COMPLETION, new ChatRequest(new Prompt.Text("Once"), SHORT),
                Feature.TOOLS, reply.withTools(List.of(ToolSpec.of("find", "Finds.", Query.class))),
                Feature.SEED, reply.seeded(1),
                Feature.LOGPROBS, reply.withLogProbabilities(),
                Feature.TEMPERATURE, ChatRequest.reply(HELLO, new Sampling(0.5, 1, 8)),
                Feature.STOP, reply.stoppingAt(List.of("frogs")));
        requests.forEach((feature, request) -> {
            assertThat(request.needs()).contains(feature);
            if (!chat.can().contains(feature))
                assertThatThrownBy(() -> chat.ask(request, RANDOM))
                        .isInstanceOfSatisfying(
                                ChatException.Unsupported.class,
                                e -> assertThat(e.feature()).isEqualTo(feature))
                        .hasMessageContaining("role r")
                        .hasMessageContaining(chat.model())
                        .hasMessageContaining(feature.what())
                        .hasMessageContaining("models of these providers can");
        });
        assertThat(given()).isZero();
    }

    record Query(String query) {}

    @Test
    void aPrefillIsContinuedNotRepeated() {
        assumeTrue(chat.can().contains(Feature.PREFILL));
        Answer answer = chat.ask(new ChatRequest(new Prompt.Prefill(HELLO, "Dear green"), SHORT), RANDOM);
        assertThat(answer.text()).isNotBlank().doesNotStartWith("Dear green");
    }

    @Test
    void theUsersNextTurnAndABareTextAreContinued() {
        assumeTrue(chat.can().contains(Feature.USER_TURN));
        List<Turn> talk = List.of(Turn.user("Hello"), Turn.assistant("Hello! How can I help you?"));
        assertThat(chat.ask(new ChatRequest(new Prompt.UserTurn(talk), SHORT), RANDOM)
                        .text())
                .isNotBlank();
        assertThat(chat.ask(new ChatRequest(new Prompt.Text("Once upon a"), SHORT), RANDOM)
                        .text())
                .isNotBlank();
    }

    @Test
    void logProbabilitiesAreThoseOfTheTokens() {
        assumeTrue(chat.can().contains(Feature.LOGPROBS));
        Answer answer = chat.ask(ChatRequest.reply(HELLO, SHORT).withLogProbabilities(), RANDOM);
        assertThat(answer.logProbabilities())
                .hasSize((int) answer.usage().output())
                .allMatch(p -> p <= 0);
    }

    @Test
    void aStopTextEndsTheAnswerAndIsNotInIt() {
        assumeTrue(chat.can().contains(Feature.STOP));
        ChatRequest request = ChatRequest.reply(HELLO, new Sampling(1, 1, 12));
        String whole = chat.ask(request, RANDOM).text();
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 3);
        Answer cut = chat.ask(request.stoppingAt(List.of(stop)), RANDOM);
        assertThat(cut.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(cut.finish()).isEqualTo(Answer.Finish.STOP);
    }
}
