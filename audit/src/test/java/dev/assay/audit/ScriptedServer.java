package dev.assay.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.chat.Chat;
import dev.assay.chat.Role;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.Sampling;
import dev.assay.testkit.FakeServer;
import dev.assay.testkit.Line;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.function.Function;

/** A model behind a server that answers chats by a function of their messages. */
public final class ScriptedServer implements AutoCloseable {
    /** What a provider's filter answers, with status 400. */
    public static final Line REFUSAL = Line.say("the content filter took it");

    private final FakeServer server = new FakeServer();
    public final Queue<JsonNode> bodies = server.bodies;

    /** @param script from the array of messages to the answer; may be called by several threads */
    public ScriptedServer(Function<JsonNode, Line> script) {
        server.mood = body -> Optional.of(script.apply(body.path("messages")))
                .filter(line -> line == REFUSAL)
                .map(line -> FakeServer.status(400, line.text()));
        server.player = body -> Optional.of(script.apply(body.path("messages")));
    }

    /** Does work with a role that this server plays, whose answers are kept in a folder. */
    public <T> T as(String role, Path folder, Function<Chat, T> work) {
        Role played = new Role(
                role,
                "vllm",
                "scripted",
                Optional.of(server.url()),
                Optional.empty(),
                new Sampling(1, 1, 500),
                8,
                OptionalDouble.empty(),
                OptionalLong.empty(),
                Duration.ofSeconds(20),
                Optional.empty(),
                Optional.empty());
        try (Journal journal = Journal.open(folder, Manifest.ofCache("answers"));
                Roles roles = Roles.of(List.of(played), name -> {
                    throw new IllegalStateException("no local model here");
                })) {
            return work.apply(roles.chat(role, new Memo(journal)));
        }
    }

    /** The content of the last message. */
    public static String last(JsonNode messages) {
        return FakeServer.lastWords(messages);
    }

    @Override
    public void close() {
        server.close();
    }
}
