package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.app.serve.Hosted;
import dev.assay.app.serve.Server;
import dev.assay.app.serve.Settings;
import dev.assay.lm.Arithmetic;
import dev.assay.lm.Engine;
import dev.assay.tensor.Device;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "serve",
        description = {
            "Serves models over OpenAI's HTTP interface, until it is stopped (docs/serve.md).",
            "All clients' requests go through one engine; organisms are adapters beside their base."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay serve                                     the embedded model, on this machine alone",
            "  assay serve flattery-td-sft twin-td-sft         two models of a suite, as model-1 and model-2",
            "  assay serve my-model.gguf --names --port 0      under its own name, on any free port",
            "  assay serve --host 0.0.0.0 --token-env SECRET   for other machines, who must show $SECRET",
        })
final class ServeCommand implements Callable<Integer> {
    private static final int TOKEN_BYTES = 24;

    @Parameters(
            paramLabel = "TARGET",
            completionCandidates = Candidates.Organisms.class,
            arity = "0..*",
            description = "organisms of the suite, folders, GGUF files, or smollm2 (default: smollm2)")
    List<String> targets = new ArrayList<>();

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "address to listen on (default: 127.0.0.1)")
    String host = "127.0.0.1";

    @Option(names = "--port", defaultValue = "8000", description = "0 takes a free one (default: 8000)")
    int port;

    @Option(
            names = "--token-env",
            paramLabel = "NAME",
            description =
                    "environment variable that holds the token which clients must show; without it one is made and"
                            + " printed on stderr, unless --host is this machine's own address")
    @Nullable
    String tokenVariable;

    @Option(names = "--names", description = "shows clients the targets' names in place of model-1, model-2, …")
    boolean names;

    @Option(names = "--max-body", paramLabel = "BYTES", defaultValue = "4194304", description = "(default: 4 MiB)")
    int maxBody;

    @Option(names = "--max-tokens", defaultValue = "1024", description = "of replies that ask for no length (1024)")
    int maxTokens;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "64",
            description = "texts written at once (default: 64)")
    int batch;

    @Option(names = "--queue", paramLabel = "N", defaultValue = "256", description = "texts that wait (default: 256)")
    int queue;

    @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "600", description = "of a request (600)")
    int timeout;

    @Option(names = "--drain", paramLabel = "SECONDS", defaultValue = "30", description = "when stopped (default: 30)")
    int drain;

    @Option(names = "--threads", paramLabel = "N", description = "of the engine (default: all processors)")
    @Nullable
    Integer threads;

    @Option(
            names = "--fast",
            description =
                    "rounds weights of more than 8 bits to 8, and multiplies many rows in bf16 where the processor can:"
                            + " a text then depends a little on what else is written")
    boolean fast;

    @Mixin
    SuiteOptions suite = new SuiteOptions();

    @Option(names = "--json", description = "prints address and models as JSON")
    boolean json;

    @Override
    public Integer call() throws Exception {
        Optional<String> token = token();
        Settings settings = settings(token);
        Map<String, Hosted> models =
                new ServeTargets(suite.named()).all(targets.isEmpty() ? List.of(Base.EMBEDDED) : targets, names);
        var stopped = new CountDownLatch(1);
        try (Server server = Server.start(settings, List.copyOf(models.values()))) {
            // the virtual machine waits for this thread, so whoever is inside gets an answer
            var end = new Thread(() -> {
                server.drain(Duration.ofSeconds(drain));
                server.close();
                stopped.countDown();
            });
            Runtime.getRuntime().addShutdownHook(end);
            announce(server, models);
            stopped.await();
        }
        return 0;
    }

    private Optional<String> token() {
        if (tokenVariable != null) {
            String token = Optional.ofNullable(System.getenv(tokenVariable)).orElse("");
            if (token.isBlank())
                throw new UserException("--token-env: the environment variable " + tokenVariable + " is not set");
            return Optional.of(token.strip());
        }
        if (Addresses.loopback(host)) return Optional.empty();
        var bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        String made = "assay-" + HexFormat.of().formatHex(bytes);
        System.err.println("token, which clients must show: " + made);
        return Optional.of(made);
    }

    private Settings settings(Optional<String> token) {
        check("--max-body", maxBody, 1);
        check("--max-tokens", maxTokens, 1);
        check("--batch", batch, 1);
        check("--queue", queue, 0);
        check("--timeout", timeout, 1);
        check("--drain", drain, 0);
        if (port < 0 || port > 65_535) throw new UserException("--port takes 0 to 65535, not " + port);
        int workers = threads == null ? Device.processors() : threads;
        check("--threads", workers, 1);
        Engine.Settings engine = Engine.Settings.standard().withThreads(workers).withTexts(batch);
        if (fast) engine = engine.withArithmetic(Arithmetic.FAST);
        return new Settings(host, port, token, maxBody, queue, Duration.ofSeconds(timeout), maxTokens, engine);
    }

    private static void check(String option, int number, int least) {
        if (number < least) throw new UserException(option + " takes " + least + " or more, not " + number);
    }

    private void announce(Server server, Map<String, Hosted> models) throws JsonProcessingException {
        String address = host.contains(":") ? "[" + host + "]" : host;
        String url = "http://" + address + ":" + server.port() + "/v1";
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("url", url);
            all.put("models", models.values().stream().map(Hosted::id).toList());
            ModelCommand.print(all);
        } else System.out.println(url);
        System.out.flush();
        models.forEach((name, model) -> System.err.println(model.id() + ": " + name));
    }
}
