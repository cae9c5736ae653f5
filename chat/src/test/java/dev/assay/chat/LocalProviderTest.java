package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.lm.Generator;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Request;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The embedded model. */
class LocalProviderTest extends ProviderContract {
    @Override
    String yaml() {
        return "r: {provider: local, model: smollm2}";
    }

    @Override
    long given() {
        return chat.totals().answered();
    }

    @Test
    void itSaysWhatTheGeneratorSays() {
        LanguageModel model = Fixture.smol();
        List<Message> talk = List.of(Message.system("Be brief."), Message.user("Say hello to the frogs"));
        String expected = new Generator(model, 1)
                .generate(List.of(new Request(model.template().encode(talk, true), SHORT, RANDOM.seed())))
                .getFirst()
                .text();
        assertThat(chat.ask(ChatRequest.reply(HELLO, SHORT), RANDOM).text()).isEqualTo(expected);
    }

    @Test
    void itCostsNothingAndTwoRolesShareOneModel() {
        try (Roles two =
                fixture.roles("{a: {provider: local, model: smollm2}, b: {provider: local, model: smollm2}}")) {
            Answer answer = two.chat("a", memo).ask(ChatRequest.reply(HELLO, SHORT), RANDOM);
            assertThat(two.chat("b", memo).ask(ChatRequest.reply(HELLO, SHORT), RANDOM))
                    .isEqualTo(answer);
            assertThat(two.totals())
                    .extracting(
                            Totals::answered,
                            Totals::remembered,
                            t -> t.dollars().orElse(-1))
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple(1L, 0L, 0.0),
                            org.assertj.core.groups.Tuple.tuple(0L, 1L, 0.0));
        }
    }
}
