package dev.assay.app.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.chat.Answer;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatException;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Prompt;
import dev.assay.chat.Roles;
import dev.assay.chat.Turn;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.Completion;
import dev.assay.lm.Message;
import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A served model in a role, by LangChain4j: what a roles' file reaches is what the engine says. */
@Timeout(60)
class ServedRoleTest {
    private static final Sampling WARM = new Sampling(1.3, 0.95, 30);
    private static final List<Message> TALK = List.of(Message.system("Be kind."), Message.user("Hi"));
    private static final SplitRandom RANDOM = SplitRandom.of(4);

    @TempDir
    Path folder;

    private ServedTiny tiny;
    private Journal journal;

    @BeforeEach
    void serve() {
        tiny = new ServedTiny();
        journal = Journal.open(folder.resolve("journal"), Manifest.ofCache("answers"));
    }

    @AfterEach
    void stop() {
        journal.close();
        tiny.close();
    }

    private Answer ask(String provider, ChatRequest request) {
        try {
            Path file = Files.writeString(
                    folder.resolve("roles.yaml"),
                    "target: {provider: " + provider + ", model: tiny, base-url: \"http://127.0.0.1:"
                            + tiny.server.port() + "/v1\"}\n");
            try (Roles roles = Roles.read(file, name -> {
                throw new AssertionError("no model is on this machine");
            })) {
                Chat chat = roles.chat("target", new Memo(journal));
                return chat.ask(request, RANDOM);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertSame(Answer answer, int[] prompt) {
        Completion own = tiny.engine(new Request(prompt, WARM, 6).withLogProbabilities());
        assertThat(answer.text()).isEqualTo(own.text());
        assertThat(answer.usage().input()).isEqualTo(prompt.length);
        assertThat(answer.usage().output()).isEqualTo(own.tokens().length);
        assertThat(answer.logProbabilities()).hasSize(own.tokens().length);
        for (int i = 0; i < own.tokens().length; i++)
            assertThat(answer.logProbabilities().get(i)).isCloseTo((double) own.logProbabilities()[i], within(1e-6));
    }

    private static ChatRequest warm(Prompt prompt) {
        return new ChatRequest(prompt, WARM).seeded(6).withLogProbabilities();
    }

    @ParameterizedTest
    @ValueSource(strings = {"assay", "vllm"})
    void eachKindOfPromptIsAnsweredAsByTheEngine(String provider) {
        var template = tiny.model.template();
        assertSame(ask(provider, warm(new Prompt.Reply(Turn.of(TALK)))), template.encode(TALK, true));
        assertSame(
                ask(provider, warm(new Prompt.Prefill(Turn.of(TALK), "Well, h"))),
                template.encodePrefill(TALK, "Well, h"));
        List<Message> before = List.of(Message.user("Hi"), Message.assistant("Yes?"));
        assertSame(ask(provider, warm(new Prompt.UserTurn(Turn.of(before)))), template.encodeUserTurn(before));
        assertSame(ask(provider, warm(new Prompt.UserTurn(List.of()))), template.encodeUserTurn(List.of()));
        assertSame(
                ask(provider, warm(new Prompt.Text("Once h"))),
                tiny.model.tokenizer().encodeBare("Once h"));
    }

    @Test
    void aRequestThatCannotBeIsARefusalWithTheServersWords() {
        assertThatThrownBy(() -> ask("assay", new ChatRequest(new Prompt.Text("x"), Sampling.greedy(20_000))))
                .isInstanceOf(ChatException.class)
                .hasMessageContaining("do not fit into the model's context");
    }
}
