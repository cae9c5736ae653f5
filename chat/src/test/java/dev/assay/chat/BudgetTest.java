package dev.assay.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.journal.Memo;
import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import dev.assay.testkit.FakeServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hard limits, with many calls in flight and a server that loses what was paid for. */
class BudgetTest {
    private static final SplitRandom RANDOM = SplitRandom.of(1);
    private static final Sampling SHORT = new Sampling(1, 1, 20);

    private final FakeServer server = new FakeServer();
    private final Fixture fixture = new Fixture();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        server.close();
    }

    private Roles roles(String limits) {
        return fixture.roles("r: {provider: openai-compatible, model: m, base-url: \"" + server.url()
                + "\", concurrency: 50, timeout: 60, price: {input: 1000, output: 10000}, " + limits + "}");
    }

    /** Dollars that the server really bills. */
    private double billed() {
        return server.billedIn.get() * 1e-3 + server.billedOut.get() * 1e-2;
    }

    private static List<ChatRequest> requests(int n) {
        return IntStream.range(0, n)
                .mapToObj(i -> ChatRequest.reply(List.of(Turn.user("frog " + i + " of the pond")), SHORT))
                .toList();
    }

    /** Breaks off the first answer to each question with a seven: at random, one might be lost too often to be answered. */
    private void loseSome() {
        Set<String> lost = ConcurrentHashMap.newKeySet();
        server.mood = body -> {
            String words = FakeServer.lastWords(body.path("messages"));
            return words.contains("7") && lost.add(words) ? Optional.of(server.cut()) : Optional.empty();
        };
    }

    @Test
    void dollarsAreNeverExceededWithFiftyInFlight() {
        server.delayMillis = 5;
        loseSome();
        Fixture.withMemo(folder, memo -> {
            try (Roles roles = roles("max-cost: 20")) {
                Chat chat = roles.chat("r", memo);
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> chat.askAll("frogs", requests(600), RANDOM, Chat.Progress.NONE))
                            .isInstanceOf(ChatException.OverLimit.class)
                            .hasMessageContainingAll("role r", "$20.000000", "max-cost");
                    assertThat(billed()).isLessThanOrEqualTo(20);
                    assertThat(chat.totals().dollars().orElseThrow()).isBetween(billed(), 20.0);
                }
                // the last calls fitted into what those in flight gave back
                assertThat(chat.totals().dollars().orElseThrow()).isGreaterThan(19);
                assertThat(chat.totals().lost()).isPositive();
            }
            return 0;
        });
        assertThat(server.mostRunning.get()).isGreaterThan(4);
    }

    @Test
    void aRunThatIsStartedAgainDoesNotGetItsLimitAnew() {
        double first = Fixture.withMemo(folder, memo -> spend(memo, "max-cost: 5"));
        double second = Fixture.withMemo(folder, memo -> spend(memo, "max-cost: 5"));
        assertThat(second).isEqualTo(first);
        double raised = Fixture.withMemo(folder, memo -> spend(memo, "max-cost: 8"));
        assertThat(raised).isBetween(6.0, 8.0);
        assertThat(server.answered.get()).isEqualTo(server.bodies.size());
    }

    private double spend(Memo memo, String limits) {
        try (Roles roles = roles(limits)) {
            Chat chat = roles.chat("r", memo);
            assertThatThrownBy(() -> chat.askAll("frogs", requests(400), RANDOM, Chat.Progress.NONE))
                    .isInstanceOf(ChatException.OverLimit.class);
            assertThat(chat.totals().dollars().orElseThrow())
                    .isEqualTo(billed(), org.assertj.core.api.Assertions.within(1e-9));
            return billed();
        }
    }

    @Test
    void tokensAreALimitToo() {
        Fixture.withMemo(folder, memo -> {
            try (Roles roles = roles("max-total-tokens: 1000")) {
                Chat chat = roles.chat("r", memo);
                assertThatThrownBy(() -> chat.askAll("frogs", requests(300), RANDOM, Chat.Progress.NONE))
                        .isInstanceOf(ChatException.OverLimit.class)
                        .hasMessageContainingAll("of 1000 are used", "max-total-tokens");
                assertThat(server.billedIn.get() + server.billedOut.get()).isBetween(500L, 1000L);
                assertThat(chat.totals().usage().total()).isLessThanOrEqualTo(1000);
            }
            return 0;
        });
    }

    @Test
    void theMostOfARequestIsMoreThanAnyTokenizerMakesOfIt() {
        String odd = "\u0000\u0001 🐸🐸 ก็ \ud800 \"\\ " + "x".repeat(50);
        var request = ChatRequest.reply(List.of(Turn.system(odd), Turn.user(odd)), SHORT);
        int real = Fixture.smol()
                .template()
                .encode(List.of(dev.assay.lm.Message.system(odd), dev.assay.lm.Message.user(odd)), true)
                .length;
        assertThat(request.mostInputTokens()).isGreaterThan(real);
    }

    @Test
    void aTariffForLongTextsIsCountedAsSuch() {
        Price price = Price.of("openai", "gpt-5.4").orElseThrow();
        assertThat(price.picodollars(new Usage(1_000, 1_000))).isEqualTo(17_500_000_000L);
        assertThat(price.picodollars(new Usage(300_000, 1_000))).isEqualTo(1_522_500_000_000L);
    }
}
