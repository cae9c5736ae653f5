package dev.assay.research;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A search that is asked by HTTP GET; what it answers is handed on as text, whatever its form. */
final class SearchAddress implements Literature {
    private static final String HOLE = "{query}";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST = 200_000;

    private final String address;

    /** @throws ResearchException if it has no place for the query */
    SearchAddress(String address) {
        if (!address.contains(HOLE))
            throw new ResearchException("the address " + address + " has no place for the query: write " + HOLE
                    + " where its words go, as in https://example.org/search?q=" + HOLE);
        this.address = address;
    }

    @Override
    public List<Passage> search(String query) {
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            URI uri = URI.create(address.replace(HOLE, URLEncoder.encode(query, StandardCharsets.UTF_8)));
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200)
                throw new ResearchException("the search answered with status " + answer.statusCode());
            String text = answer.body();
            return List.of(new Passage(uri.toString(), text.length() <= MOST ? text : text.substring(0, MOST)));
        } catch (IOException e) {
            throw new ResearchException("the search can't be reached (" + e + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResearchException("interrupted", e);
        }
    }
}
