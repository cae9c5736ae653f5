package dev.assay.app.view;

import dev.assay.app.view.live.Live;
import dev.assay.app.view.live.LiveException;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.JournalException;
import dev.assay.research.ResearchException;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.ContentType;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.sse.SseClient;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The server of {@code assay view}: the page, its documents, a search, and events when folders grow. It reads files and writes
 * none.
 */
public final class ViewServer implements AutoCloseable {
    private static final String JSON = ".json";
    private static final String PDF = ".pdf";
    private static final int LONGEST_WORDS = 200;
    private static final long LONGEST_QUESTION = 1 << 17;

    private final Shelf shelf;
    private final Pages pages;
    private final Guard guard;
    private final String host;
    private final Watch watch;
    private final Optional<Live> live;
    private final Set<SseClient> listeners = ConcurrentHashMap.newKeySet();
    private final Javalin server;

    private ViewServer(List<Path> folders, String host, int port, Optional<Live> live) {
        this.host = host;
        this.live = live;
        this.shelf = new Shelf(folders);
        this.pages = new Pages(shelf, true, live.map(Live::about));
        this.guard = new Guard(host);
        this.watch = new Watch(shelf, this::tell);
        this.server = Javalin.create(config -> configure(config, port));
    }

    /**
     * Starts a server; folders are read while it runs.
     *
     * @param folders what to show: folders that hold runs, or files of certificates
     * @param host address to bind to; {@code 127.0.0.1} serves this machine alone
     * @param port 0 takes a free one
     * @throws ViewException if the port is taken
     */
    public static ViewServer start(List<Path> folders, String host, int port) {
        return start(folders, host, port, Optional.empty());
    }

    /**
     * The same with a model that the page can look into, which stays the caller's: it computes for whoever reaches the address.
     *
     * @param live answers what the page asks of the model
     */
    public static ViewServer start(List<Path> folders, String host, int port, Optional<Live> live) {
        var view = new ViewServer(folders, host, port, live);
        view.shelf.look();
        try {
            view.server.start();
        } catch (JavalinBindException e) {
            throw new ViewException(
                    "port " + port + " of " + host
                            + " is taken or may not be used: give another by --port, 0 takes a free one",
                    e);
        }
        view.watch.start();
        Thread.ofPlatform().daemon().name("assay-view-warm").start(view.pages::warm);
        return view;
    }

    /** Where the page is. */
    public String url() {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.port() + "/";
    }

    private void configure(JavalinConfig config, int port) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.jetty.host = host;
        config.jetty.port = port;
        config.http.compressionStrategy = CompressionStrategy.GZIP;
        config.http.generateEtags = true;
        config.http.maxRequestSize = LONGEST_QUESTION;
        config.routes.before(this::check);
        config.routes.get("/", c -> asset(c, Assets.START));
        config.routes.get("/assets/{name}", c -> asset(c, c.pathParam("name")));
        config.routes.get("/data/<address>", this::document);
        config.routes.get("/search/{id}", this::search);
        config.routes.get("/dashboards/{id}", this::dashboard);
        config.routes.get("/reports/{id}/{name}", this::report);
        config.routes.sse("/events", this::listen);
        config.routes.post("/live/{what}", this::live);
        config.routes.exception(
                ResearchException.class, (e, c) -> fail(c, HttpStatus.CONFLICT, String.valueOf(e.getMessage())));
        config.routes.exception(
                LiveException.class,
                (e, c) -> fail(
                        c,
                        e.later() ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.BAD_REQUEST,
                        String.valueOf(e.getMessage())));
        config.routes.exception(
                JournalException.class, (e, c) -> fail(c, HttpStatus.CONFLICT, String.valueOf(e.getMessage())));
        config.routes.exception(
                ViewException.class, (e, c) -> fail(c, HttpStatus.CONFLICT, String.valueOf(e.getMessage())));
        config.routes.exception(
                HttpResponseException.class,
                (e, c) -> fail(c, HttpStatus.forStatus(e.getStatus()), String.valueOf(e.getMessage())));
        config.routes.exception(Exception.class, (e, c) -> {
            System.err.println("assay view: " + c.path() + ": " + e);
            fail(c, HttpStatus.INTERNAL_SERVER_ERROR, "something went wrong; the terminal says what");
        });
    }

    private void check(Context c) {
        Guard.HEADERS.forEach(c::header);
        if (guard.allows(Optional.ofNullable(c.header("Host")))) return;
        fail(c, HttpStatus.MISDIRECTED_REQUEST, "this server answers to localhost and to addresses in digits alone");
        c.skipRemainingHandlers();
    }

    private static void fail(Context c, HttpStatus status, String why) {
        c.status(status).json(CanonicalJson.tree(Map.of("error", why)).toString());
    }

    private static void asset(Context c, String name) {
        Assets.type(name)
                .ifPresentOrElse(
                        type -> c.contentType(type).result(Assets.bytes(name)),
                        () -> fail(c, HttpStatus.NOT_FOUND, "there is no such file"));
    }

    private void document(Context c) {
        String address = c.pathParam("address");
        Optional<Object> found = address.endsWith(JSON)
                ? pages.document(address.substring(0, address.length() - JSON.length()))
                : Optional.empty();
        answer(c, found);
    }

    private static void answer(Context c, Optional<?> found) {
        if (found.isEmpty()) fail(c, HttpStatus.NOT_FOUND, "there is no such document");
        else c.contentType(ContentType.APPLICATION_JSON).result(CanonicalJson.bytes(found.get()));
    }

    private void search(Context c) {
        String words = Optional.ofNullable(c.queryParam("q")).orElse("");
        String from = Optional.ofNullable(c.queryParam("from")).orElse("0");
        if (words.length() > LONGEST_WORDS || !from.matches("\\d{1,9}"))
            fail(c, HttpStatus.BAD_REQUEST, "q has at most " + LONGEST_WORDS + " characters, from is a number");
        else answer(c, pages.search(c.pathParam("id"), words, Integer.parseInt(from)));
    }

    /** A page of somebody else's can send no JSON here: its browser asks first, and gets no leave. */
    private void live(Context c) {
        boolean json = Optional.ofNullable(c.contentType())
                .filter(t -> t.startsWith(ContentType.JSON))
                .isPresent();
        if (live.isEmpty()) fail(c, HttpStatus.NOT_FOUND, "no model was given: assay view --live NAME");
        else if (!json) fail(c, HttpStatus.UNSUPPORTED_MEDIA_TYPE, "questions are " + ContentType.JSON);
        else answer(c, live.get().answer(c.pathParam("what"), c.bodyAsBytes()));
    }

    private void dashboard(Context c) throws IOException {
        Optional<Path> file = shelf.named(SaeRun.class, c.pathParam("id")).flatMap(SaeRun::dashboard);
        if (file.isEmpty()) {
            fail(c, HttpStatus.NOT_FOUND, "there is no dashboard");
            return;
        }
        c.header("Content-Security-Policy", Guard.SANDBOX);
        c.html(Files.readString(file.get(), StandardCharsets.UTF_8));
    }

    private void report(Context c) throws IOException {
        String name = c.pathParam("name");
        Optional<Path> file = name.endsWith(PDF)
                ? shelf.named(ResearchFolder.class, c.pathParam("id"))
                        .flatMap(r -> r.report(name.substring(0, name.length() - PDF.length())))
                : Optional.empty();
        if (file.isEmpty()) fail(c, HttpStatus.NOT_FOUND, "there is no such report");
        else c.contentType(ContentType.APPLICATION_PDF).result(Files.readAllBytes(file.get()));
    }

    private void listen(SseClient client) {
        client.keepAlive();
        listeners.add(client);
        client.onClose(() -> listeners.remove(client));
        client.sendComment("listening");
    }

    private void tell(String event, Map<String, Object> what) {
        String data = CanonicalJson.tree(what).toString();
        for (SseClient client : listeners) client.sendEvent(event, data);
    }

    /** Waits until the thread is interrupted. */
    public void await() throws InterruptedException {
        server.jettyServer().server().join();
    }

    @Override
    public void close() {
        watch.close();
        server.stop();
    }
}
