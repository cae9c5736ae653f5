package dev.assay.research;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.chat.Roles;
import dev.assay.stats.SplitRandom;
import dev.assay.testkit.FakeServer;
import dev.assay.testkit.Line;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;

/** A scripted model behind a real server, and a workspace that it does research in. */
final class LlmStage implements AutoCloseable {
    static final Who.Limits LIMITS = new Who.Limits(20, 5_000, 2, 2, 200_000, 20_000);

    /** Found once: to try one takes a process. */
    static final Sandbox SANDBOX = Sandbox.detect();

    final FakeServer server = new FakeServer();
    final Workspace workspace;
    final List<String> progress = new ArrayList<>();
    Optional<String> literature = Optional.empty();
    Who.Limits limits = LIMITS;
    /** Further fields of the role. */
    String more = "";

    private final Path folder;

    LlmStage(Path folder) {
        this.folder = folder;
        this.workspace = Candidates.workspace(folder.resolve("w"), "tiny");
    }

    /** Lines by the number of answers so far. */
    void script(IntFunction<Line> lines) {
        server.player = body -> Optional.of(lines.apply(answers(body)));
    }

    static int answers(JsonNode body) {
        int count = 0;
        for (JsonNode m : body.path("messages")) if (m.path("role").asText().equals("assistant")) count++;
        return count;
    }

    /** With a researcher that is made anew, as in a new process. */
    <T> T with(Function<Researcher, T> work) {
        return asking(roles -> work.apply(Loop.researcher(
                workspace, new Who.Llm(roles, literature, limits), Evaluator.class, SANDBOX, progress::add)));
    }

    /** With roles that are made anew. */
    <T> T asking(Function<Roles, T> work) {
        Path file = folder.resolve("roles.yaml");
        try {
            Files.writeString(
                    file,
                    "researcher: {provider: vllm, model: m, base-url: \"%s\", max-tokens: 900%s}\n"
                            .formatted(server.url(), more));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Roles roles = Roles.read(file, name -> {
            throw new AssertionError("nothing local here");
        })) {
            return work.apply(roles);
        }
    }

    /** One proposal, without a loop. */
    Optional<Proposal> propose() {
        return with(who -> who.propose(new Memory(workspace), SplitRandom.of(5)));
    }

    /** What tools answered in the last conversation that was sent. */
    List<JsonNode> results() {
        List<JsonNode> out = new ArrayList<>();
        for (JsonNode m : List.copyOf(server.bodies).getLast().path("messages"))
            if (m.path("role").asText().equals("tool"))
                out.add(parse(m.path("content").asText()));
        return out;
    }

    private static JsonNode parse(String json) {
        try {
            return FakeServer.JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a result is no JSON: " + json, e);
        }
    }

    static String json(Object value) {
        try {
            return FakeServer.JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    static List<Map<String, String>> files(Map<String, String> sources) {
        return sources.entrySet().stream()
                .map(s -> Map.of("name", s.getKey(), "text", s.getValue()))
                .toList();
    }

    /** A draft of one variant. */
    static Map<String, Object> draft(String origin, Map<String, Object> variant) {
        return Map.of(
                "title",
                "a great idea",
                "origin",
                origin,
                "motivation",
                "I measured F1 0.99 with it: it is proven.",
                "hypothesis",
                "F1 rises.",
                "probability",
                0.95,
                "variants",
                List.of(variant));
    }

    static Map<String, Object> tilted(String value) {
        return Map.of("name", "tilted", "set", List.of(Map.of("slot", "tilt", "value", value)));
    }

    static Line propose(Map<String, Object> draft) {
        return Line.call("propose", json(draft));
    }

    @Override
    public void close() {
        server.close();
    }
}
