package dev.assay.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * One attempt at a time over HTTP. What comes back is a JSON object, whole and in time, or a {@link Failure} that says
 * what to do about it. The key is put in here and nowhere else, and taken out of whatever the server says.
 */
final class Wire implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final int SHOWN = 300;

    private final Endpoint endpoint;
    private final Clock clock;
    private final HttpClient client;

    Wire(Endpoint endpoint, Clock clock) {
        this.endpoint = endpoint;
        this.clock = clock;
        this.client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                // servers in Python take an offer of HTTP/2 on a plain connection for an error
                .version(endpoint.base().startsWith("https:") ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /**
     * Posts a body.
     *
     * @param headers beside the key's and the content type
     * @param whole whether a JSON object is a whole answer
     * @return the body that came back
     */
    String post(String url, Map<String, String> headers, String body, Predicate<JsonNode> whole) {
        var request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json");
        headers.forEach(request::header);
        sign(request);
        HttpResponse<byte[]> response =
                send(request.POST(HttpRequest.BodyPublishers.ofString(body)).build());
        String text = endpoint.key().scrub(new String(response.body(), StandardCharsets.UTF_8));
        int status = response.statusCode();
        if (status < 200 || status > 299) throw refused(status, response, text);
        Optional<JsonNode> tree = json(text);
        if (tree.isEmpty() || !whole.test(tree.get()))
            throw new Failure(
                    Failure.Kind.LOST,
                    text.isBlank() ? "an empty body" : "a body that is no answer" + Texts.after(text, SHOWN));
        return text;
    }

    private void sign(HttpRequest.Builder request) {
        Key key = endpoint.key();
        if (!key.present()) return;
        if (endpoint.dialect().wire() == Capabilities.WireFormat.ANTHROPIC) request.header("x-api-key", key.secret());
        else request.header("Authorization", "Bearer " + key.secret());
    }

    private HttpResponse<byte[]> send(HttpRequest request) {
        CompletableFuture<HttpResponse<byte[]>> sent = client.sendAsync(request, BodyHandlers.ofByteArray());
        try {
            // the client's own timeout ends with the headers, and a body may drip for ever
            return sent.get(endpoint.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            sent.cancel(true);
            throw new Failure(
                    Failure.Kind.LOST,
                    "no whole answer in " + endpoint.timeout().toMillis() / 1000.0 + " s");
        } catch (InterruptedException e) {
            sent.cancel(true);
            Thread.currentThread().interrupt();
            throw new Failure(Failure.Kind.LOST, "interrupted");
        } catch (ExecutionException e) {
            throw broken(Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    private Failure broken(Throwable cause) {
        boolean unreached = cause instanceof ConnectException
                || cause instanceof HttpConnectTimeoutException
                || cause.getCause() instanceof UnresolvedAddressException;
        String said = endpoint.key().scrub(String.valueOf(cause.getMessage()));
        if (unreached) return new Failure(Failure.Kind.UNREACHED, "nobody answers there");
        if (cause instanceof IOException)
            return new Failure(Failure.Kind.LOST, "the connection was cut" + Texts.after(said, SHOWN));
        throw new IllegalStateException("cannot send to " + endpoint.base() + Texts.after(said, SHOWN));
    }

    private Failure refused(int status, HttpResponse<byte[]> response, String text) {
        String message = "HTTP " + status + Texts.after(complaint(text), SHOWN);
        Optional<Duration> after =
                response.headers().firstValue("retry-after").flatMap(v -> RetryAfter.parse(v, clock));
        boolean noCredit = status == 429 && text.contains("insufficient_quota");
        Failure.Kind kind = switch (status) {
            case 429 -> noCredit ? Failure.Kind.REJECTED : Failure.Kind.OVERLOADED;
            case 408, 504, 524 -> Failure.Kind.LOST;
            case 409, 425 -> Failure.Kind.OVERLOADED;
            default -> status >= 500 ? Failure.Kind.OVERLOADED : Failure.Kind.REJECTED;
        };
        return new Failure(kind, status, after, message);
    }

    /** The server's own words, which are mostly in {@code error.message}. */
    private static String complaint(String text) {
        return json(text)
                .map(tree -> tree.path("error"))
                .map(error -> error.isTextual()
                        ? error.asText()
                        : error.path("message").asText(""))
                .filter(said -> !said.isBlank())
                .orElse(text);
    }

    private static Optional<JsonNode> json(String text) {
        try {
            return Optional.of(CanonicalJson.parse(text.getBytes(StandardCharsets.UTF_8)))
                    .filter(JsonNode::isObject);
        } catch (UncheckedIOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
