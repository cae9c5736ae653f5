package dev.assay.app.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.assay.lm.Completion;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import dev.assay.smollm2.SmolLm2;
import dev.assay.tensor.Device;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * 64 clients at once, with replies of up to 128 tokens of the embedded model, beside the engine alone with the same
 * requests, in turn. Prints tokens a second and their ratio: {@code mvn -pl app -am test -Dtest=ServeBenchTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dincluded.tags=bench -Dexcluded.tags=}, with {@code -Dassay.bench.rounds=3
 * -Dassay.bench.tokens=128}.
 */
@Tag("bench")
class ServeBenchTest {
    private static final int CLIENTS = 64;
    private static final int ROUNDS = Integer.getInteger("assay.bench.rounds", 3);
    private static final int TOKENS = Integer.getInteger("assay.bench.tokens", 128);
    private static final Sampling SAMPLING = new Sampling(1, 0.95, TOKENS);

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final Engine.Settings engine = Engine.Settings.standard().withTexts(CLIENTS);
    private final LanguageModel model =
            LanguageModel.load(SmolLm2.file(Path.of(System.getProperty("assay.home"), "models")), Device.fastest());

    /**
     * Texts, and how fast they came.
     *
     * @param work tokens for each second of processors that this virtual machine had, clients included: the figure to
     *     compare where other programs run beside
     */
    private record Round(List<String> texts, double speed, double work) {
        String beside(Round own) {
            return String.format(
                    Locale.ROOT,
                    "%.0f tokens/s (%.2f), %.0f a processor second (%.2f)",
                    speed,
                    speed / own.speed,
                    work,
                    work / own.work);
        }
    }

    /** Since when time and work are counted. */
    private record Since(long time, long work) {
        static Since now() {
            return new Since(System.nanoTime(), SYSTEM.getProcessCpuTime());
        }

        Round round(List<String> texts, int tokens) {
            Since end = now();
            return new Round(texts, tokens * 1e9 / (end.time - time), tokens * 1e9 / (end.work - work));
        }
    }

    private static String says(int client) {
        return "Tell me a story about " + (client + 3) + " frogs.";
    }

    private Round engine(Sampling sampling) {
        try (var own = new Engine(model, engine)) {
            Since start = Since.now();
            List<Engine.Ticket> tickets = IntStream.range(0, CLIENTS)
                    .mapToObj(i ->
                            new Request(model.template().encode(List.of(Message.user(says(i))), true), sampling, i))
                    .map(own::submit)
                    .toList();
            List<Completion> all = tickets.stream().map(t -> t.result().join()).toList();
            int tokens = all.stream().mapToInt(c -> c.tokens().length).sum();
            return start.round(all.stream().map(Completion::text).toList(), tokens);
        }
    }

    private Round clients(boolean stream) {
        Settings settings = Settings.standard().withPort(0).withEngine(engine);
        try (Server server = Server.start(settings, List.of(new Hosted("m", model, List.of())));
                var client = new Client(server);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Since start = Since.now();
            List<CompletableFuture<String[]>> all = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> ask(client, i, stream), threads))
                    .toList();
            List<String> texts = new ArrayList<>();
            int tokens = 0;
            for (CompletableFuture<String[]> one : all) {
                texts.add(one.join()[0]);
                tokens += Integer.parseInt(one.join()[1]);
            }
            return start.round(texts, tokens);
        }
    }

    /** A text and its number of tokens. */
    private static String[] ask(Client client, int number, boolean stream) {
        ObjectNode body = Client.chat(
                says(number), "model", "m", "temperature", 1, "top_p", 0.95, "seed", number, "max_tokens", TOKENS);
        if (!stream) {
            Client.Reply reply = client.post("/v1/chat/completions", body);
            return new String[] {
                reply.text(), reply.body().at("/usage/completion_tokens").asText()
            };
        }
        var events = client.stream(
                "/v1/chat/completions", Client.with(body, "stream_options", Map.of("include_usage", true)));
        var text = new StringBuilder();
        events.forEach(e -> text.append(e.at("/choices/0/delta/content").asText()));
        return new String[] {
            text.toString(), events.getLast().at("/usage/completion_tokens").asText()
        };
    }

    @Test
    void clientsGetWhatTheEngineGivesAboutAsFast() {
        engine(new Sampling(1, 0.95, 8)); // warm
        for (int round = 1; round <= ROUNDS; round++) {
            Round own = engine(SAMPLING);
            Round plain = clients(false);
            Round streamed = clients(true);
            assertThat(plain.texts()).isEqualTo(own.texts());
            assertThat(streamed.texts()).isEqualTo(own.texts());
            System.out.printf(
                    "round %d, %d texts of up to %d tokens%n  engine   %s%n  clients  %s%n  streams  %s%n",
                    round, CLIENTS, TOKENS, own.beside(own), plain.beside(own), streamed.beside(own));
        }
    }
}
