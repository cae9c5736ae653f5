package dev.assay.app.serve;

import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** How the web server is set: a thread that costs nothing for each request, no files, no version, errors in JSON. */
final class Web {
    private static final int CONNECTIONS = 1000;
    /** A client that neither reads nor writes is let go, and one whose request's head is not there. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    private Web() {}

    static void configure(JavalinConfig config, Settings settings) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.useVirtualThreads = true;
        config.http.compressionStrategy = CompressionStrategy.NONE; // it would hold streams back
        config.http.prefer405over404 = true;
        config.http.defaultContentType = "application/json";
        config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
        config.jetty.modifyServer(server -> {
            server.setErrorHandler(new JsonErrors());
            server.addBean(new NetworkConnectionLimit(CONNECTIONS, server));
        });
        config.jetty.modifyServletContextHandler(context -> context.setErrorHandler(new JsonErrors()));
        config.jetty.addConnector((server, http) -> connector(server, http, settings));
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, Settings settings) {
        var connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(IDLE.toMillis());
        Duration head = settings.timeout().compareTo(IDLE) < 0 ? settings.timeout() : IDLE;
        connector.addEventListener(new HeadLimit(connector.getScheduler(), head));
        return connector;
    }

    /** Errors of requests that are none, before any route is looked for. */
    private static final class JsonErrors extends ErrorHandler {
        @Override
        protected void generateResponse(
                Request request,
                Response response,
                int code,
                @Nullable String message,
                @Nullable Throwable cause,
                Callback callback) {
            String said = message == null || code >= 500 ? "this request can't be answered" : message;
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
            byte[] json = Fields.bytes(Refusal.of(code, code >= 500 ? "internal_error" : "bad_request", said)
                    .json());
            Content.Sink.write(response, true, new String(json, StandardCharsets.UTF_8), callback);
        }
    }
}
