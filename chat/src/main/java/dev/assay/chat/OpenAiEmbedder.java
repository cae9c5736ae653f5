package dev.assay.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Memo;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Vectors of a server that speaks OpenAI's language ({@code /v1/embeddings}); each text is paid for once. */
final class OpenAiEmbedder implements Embedder {
    private static final int BATCH = 64;

    private final Endpoint endpoint;
    private final Wire wire;
    private final Desk desk;
    private final Memo memo;

    OpenAiEmbedder(Endpoint endpoint, Wire wire, Desk desk, Memo memo) {
        this.endpoint = endpoint;
        this.wire = wire;
        this.desk = desk;
        this.memo = memo;
    }

    /** Vectors of a batch. */
    private record Vectors(List<double[]> vectors, Usage usage) implements Paid {}

    /** What is remembered of one text. */
    private record Vector(double[] values, Usage usage) {}

    @Override
    public List<float[]> embed(List<String> texts) {
        Embedder.check(texts);
        Set<String> missing = new LinkedHashSet<>();
        for (String text : texts)
            memo.find(key(text), Vector.class)
                    .ifPresentOrElse(v -> desk.budget().remembered(key(text), v.usage()), () -> missing.add(text));
        List<String> ask = List.copyOf(missing);
        for (int from = 0; from < ask.size(); from += BATCH)
            batch(ask.subList(from, Math.min(ask.size(), from + BATCH)));
        return texts.stream()
                .map(text -> Embedder.unit(
                        memo.find(key(text), Vector.class).orElseThrow().values()))
                .toList();
    }

    private String key(String text) {
        return Memo.key("embedding", endpoint.id(), text);
    }

    private void batch(List<String> texts) {
        long bytes = texts.stream()
                .mapToLong(t -> t.getBytes(StandardCharsets.UTF_8).length)
                .sum();
        Usage most = new Usage(bytes + 8L * texts.size(), 0);
        Vectors all = desk.call(key(texts.getFirst()), most, () -> ask(texts, most));
        for (int i = 0; i < texts.size(); i++) {
            // the first of a batch carries what it cost
            Usage used = i == 0 ? all.usage() : Usage.NONE;
            memo.put(key(texts.get(i)), new Vector(all.vectors().get(i), used));
            desk.budget().counted(key(texts.get(i)));
        }
    }

    private Vectors ask(List<String> texts, Usage most) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", endpoint.model());
        body.put("input", texts);
        body.put("encoding_format", "float");
        String json = new String(CanonicalJson.bytes(body), StandardCharsets.UTF_8);
        String said = wire.post(endpoint.base() + "/embeddings", Map.of(), json, answer -> whole(answer, texts.size()));
        JsonNode answer = CanonicalJson.parse(said.getBytes(StandardCharsets.UTF_8));
        double[][] vectors = new double[texts.size()][];
        for (JsonNode item : answer.path("data")) vectors[item.path("index").asInt()] = numbers(item.path("embedding"));
        JsonNode tokens = answer.path("usage").path("prompt_tokens");
        return new Vectors(List.of(vectors), tokens.isNumber() ? new Usage(tokens.asLong(), 0) : most);
    }

    private static boolean whole(JsonNode answer, int texts) {
        JsonNode data = answer.path("data");
        return data.size() == texts
                && IntStream.range(0, texts)
                                .map(i -> data.path(i).path("index").asInt(-1))
                                .filter(i -> i >= 0 && i < texts)
                                .distinct()
                                .count()
                        == texts
                && IntStream.range(0, texts)
                        .allMatch(i -> !data.path(i).path("embedding").isEmpty());
    }

    private static double[] numbers(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.get(i).asDouble())
                .toArray();
    }
}
