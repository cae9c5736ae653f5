package dev.assay.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** LangChain4j's way to the network, which leads over our {@link Wire}: it sees neither keys nor failures. */
final class LangChainHttp implements HttpClientBuilder, HttpClient {
    /** Those that the wire writes itself. */
    private static final Set<String> OURS =
            Set.of("authorization", "x-api-key", "content-type", "accept", "content-length", "host", "connection");

    private final Wire wire;
    private final Predicate<JsonNode> whole;

    LangChainHttp(Wire wire, Predicate<JsonNode> whole) {
        this.wire = wire;
        this.whole = whole;
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        Map<String, List<String>> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        given.putAll(request.headers());
        Map<String, String> headers = new LinkedHashMap<>();
        given.forEach((name, values) -> {
            if (!OURS.contains(name.toLowerCase(Locale.ROOT))) headers.put(name, String.join(",", values));
        });
        String body = wire.post(request.url(), headers, request.body(), whole);
        return SuccessfulHttpResponse.builder()
                .statusCode(200)
                .headers(Map.of())
                .body(body)
                .build();
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        throw new UnsupportedOperationException("answers are not streamed");
    }

    @Override
    public Duration connectTimeout() {
        return Duration.ZERO;
    }

    @Override
    public HttpClientBuilder connectTimeout(Duration timeout) {
        return this;
    }

    @Override
    public Duration readTimeout() {
        return Duration.ZERO;
    }

    @Override
    public HttpClientBuilder readTimeout(Duration timeout) {
        return this;
    }

    @Override
    public HttpClient build() {
        return this;
    }
}
