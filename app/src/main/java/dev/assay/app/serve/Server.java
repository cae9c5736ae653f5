package dev.assay.app.serve;

import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import io.javalin.util.JavalinException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves models over OpenAI's HTTP interface, with extensions for what an audit needs beyond it (docs/serve.md). All
 * clients' texts go through one engine for each base model.
 */
public final class Server implements AutoCloseable {
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final Settings settings;
    private final Models models;
    private final Insides insides = new Insides();
    private final Gate gate;
    private final Intake intake;
    private final AtomicInteger requests = new AtomicInteger();
    private final long started = Instant.now().getEpochSecond();
    private final List<Route> routes;
    private final Javalin web;

    /** What is done where. */
    private record Route(HandlerType method, String path, Handler handler) {
        @Override
        public String toString() {
            return method.name() + " " + path;
        }
    }

    private Server(Settings settings, List<Hosted> hosted) {
        this.settings = settings;
        this.models = new Models(hosted, settings);
        this.gate = new Gate(settings.token());
        this.intake = new Intake(settings.maxBody());
        this.routes = table();
        this.web = Javalin.create(config -> {
            Web.configure(config, settings);
            connect(config.routes);
        });
    }

    /**
     * Starts serving.
     *
     * @throws ServeException if the address can't be had
     * @throws dev.assay.lm.ModelFormatException if a model has no tokenizer
     */
    public static Server start(Settings settings, List<Hosted> hosted) {
        var server = new Server(settings, hosted);
        try {
            server.web.start();
        } catch (JavalinException e) {
            server.close();
            throw new ServeException(
                    "cannot listen on " + settings.host() + ", port " + settings.port()
                            + ": it is taken or not this machine's; give another --port or --host",
                    e);
        }
        return server;
    }

    private List<Route> table() {
        var chat = new ChatHandler(models, insides, settings.maxTokens());
        var tokens = new TokensHandler(models);
        return List.of(
                new Route(HandlerType.GET, Gate.HEALTH, this::health),
                new Route(HandlerType.GET, "/openapi.json", this::describe),
                new Route(HandlerType.GET, "/v1/models", c -> Caller.json(c, 200, list())),
                new Route(
                        HandlerType.GET,
                        "/v1/models/{model}",
                        c -> Caller.json(c, 200, card(models.of(c.pathParam("model"))))),
                post("/v1/chat/completions", chat),
                post("/v1/completions", new TextHandler(models, insides)),
                post("/v1/embeddings", Server::embeddings),
                post("/tokenize", tokens::tokenize),
                post("/detokenize", tokens::detokenize),
                post("/assay/activations", new ActivationsHandler(models, insides)),
                post("/assay/lens", new LensHandler(models, insides)),
                post("/assay/steer", (body, caller) -> steer(chat, body, caller)));
    }

    private Route post(String path, Handled work) {
        return new Route(HandlerType.POST, path, context -> {
            var caller = new Caller(context, settings.timeout());
            requests.incrementAndGet();
            caller.whenOut(requests::decrementAndGet);
            work.handle(intake.read(context, caller), caller);
        });
    }

    private void connect(RoutesConfig to) {
        to.before(context -> {
            context.header("X-Content-Type-Options", "nosniff"); // what a model writes is no page
            gate.check(context);
        });
        routes.forEach(r -> to.addHttpHandler(r.method(), r.path(), r.handler()));
        refusals(to);
    }

    private void refusals(RoutesConfig to) {
        to.exception(Caller.Gone.class, (e, context) -> {});
        to.exception(MethodNotAllowedResponse.class, (e, context) -> {
            String taken = String.join(", ", e.getDetails().values()).replace("GET", "GET, HEAD");
            context.header("Allow", taken);
            refuse(context, Refusal.of(405, "method_not_allowed", "this route takes " + taken));
        });
        to.exception(
                NotFoundResponse.class,
                (e, context) -> refuse(context, Refusal.of(404, "not_found", "there is no such route")));
        to.exception(
                HttpResponseException.class,
                (e, context) -> refuse(context, Refusal.of(e.getStatus(), "bad_request", "" + e.getMessage())));
        to.exception(Exception.class, (e, context) -> {
            boolean stopping = gate.draining() && e instanceof IllegalStateException;
            refuse(context, stopping ? Refusal.draining() : Faults.of(e));
        });
    }

    private static void refuse(Context context, Refusal refusal) {
        if (context.res().isCommitted()) return;
        if (refusal.passing()) context.header("Retry-After", "1");
        if (refusal.status() == 401) context.header("WWW-Authenticate", "Bearer");
        if (refusal.status() == 408 || refusal.status() == 413) context.header("Connection", "close");
        Caller.json(context, refusal.status(), refusal.json());
    }

    // --- small routes

    private void health(Context context) {
        boolean draining = gate.draining();
        Caller.json(
                context, draining ? 503 : 200, Map.of("status", draining ? "draining" : "ok", "texts", models.taken()));
    }

    private void describe(Context context) {
        List<String> ids = models.all().stream().map(Model::id).toList();
        Caller.json(context, 200, OpenApi.file(ids, settings.token().isPresent()));
    }

    private Object list() {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("object", "list");
        list.put("data", models.all().stream().map(this::card).toList());
        return list;
    }

    private Map<String, Object> card(Model model) {
        Map<String, Object> card = new LinkedHashMap<>();
        card.put("id", model.id());
        card.put("object", "model");
        card.put("created", started);
        card.put("owned_by", "assay");
        card.put("max_model_len", model.context());
        return card;
    }

    private static void embeddings(Fields body, Caller caller) {
        throw Refusal.of(
                400, "unsupported_endpoint", "these models write text and make no embeddings; see /assay/activations");
    }

    private static void steer(ChatHandler chat, Fields body, Caller caller) {
        if (!body.has(Steering.FIELD)) throw Refusal.missing(Steering.FIELD);
        chat.handle(body, caller);
    }

    // --- from outside

    /** The port that it listens on. */
    public int port() {
        return web.port();
    }

    /** Texts on their way through the engines. */
    public int texts() {
        return models.taken();
    }

    /** All routes, such as {@code GET /v1/models}. */
    List<String> routes() {
        return routes.stream().map(Route::toString).toList();
    }

    /** Takes nobody new, and waits for those inside, but no longer than some time. */
    public void drain(Duration most) {
        gate.drain();
        await(most);
    }

    private void await(Duration most) {
        long deadline = System.nanoTime() + most.toNanos();
        try {
            while (requests.get() > 0 && System.nanoTime() < deadline) Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends what is under way, and stops. */
    @Override
    public void close() {
        gate.drain();
        models.close();
        insides.close();
        await(LAST_WORDS);
        web.stop();
    }
}
