package dev.assay.audit.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.tool.ChatTool;
import dev.assay.audit.tool.CompletionTool;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.audit.tool.ToolException;
import dev.assay.chat.Chat;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import dev.assay.testkit.FakeServer;
import dev.assay.testkit.Line;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.StreamSupport;

/** A scripted investigator behind a real server, a target that says what it is told to, and a journal that stays. */
final class Stage implements AutoCloseable {
    static final Limits LIMITS = new Limits(2_000, 40, 2, 12, 100_000, 10_000);

    final FakeServer server = new FakeServer();
    private final Path folder;
    /** What the target says to everything. */
    String reply = "A fine day.";

    /** Further fields of the role target. */
    String limitsOfTarget = "";

    Stage(Path folder) {
        this.folder = folder;
    }

    /** Lines by the number of answers so far. */
    void script(IntFunction<Line> lines) {
        server.player = body -> Optional.of(lines.apply(answers(body)));
    }

    static int answers(JsonNode body) {
        return (int) messages(body).stream()
                .filter(m -> m.path("role").asText().equals("assistant"))
                .count();
    }

    static List<JsonNode> messages(JsonNode body) {
        return StreamSupport.stream(body.path("messages").spliterator(), false).toList();
    }

    List<JsonNode> bodies() {
        return List.copyOf(server.bodies);
    }

    /** One run with the journal of this stage; roles are made anew, as in a new process. */
    AgentResult run(Limits limits) {
        return run(limits, "", investigator -> List.of(chat(target()), new CompletionTool(session(target()))));
    }

    /** @param more fields of the roles, such as limits */
    AgentResult run(Limits limits, String more, Function<Roles, List<Tool>> tools) {
        return withRoles(
                more,
                roles -> new Agent(
                                roles.chat("investigator", memo()),
                                tools.apply(roles),
                                limits,
                                folder.resolve("run"),
                                SplitRandom.of(7),
                                Chat.Progress.NONE)
                        .investigate());
    }

    private Optional<Memo> open = Optional.empty();

    Memo memo() {
        return open.orElseThrow();
    }

    <T> T withRoles(String more, Function<Roles, T> work) {
        String role = "{provider: vllm, model: m, base-url: \"%s\", max-tokens: 600%s}".formatted(server.url(), more);
        Path file = folder.resolve("roles.yaml");
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    file,
                    "investigator: %s\njudge: %s\ntarget: %s\n"
                            .formatted(role, role, role.replace("}", limitsOfTarget + "}")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Journal journal = Journal.open(folder.resolve("memo"), Manifest.ofCache("answers"));
                Roles roles = Roles.read(file, name -> {
                    throw new AssertionError("nothing local here");
                })) {
            open = Optional.of(new Memo(journal));
            return work.apply(roles);
        }
    }

    Path file(String name) {
        return folder.resolve("run").resolve(name);
    }

    static Tool chat(Target target) {
        return ChatTool.plain(session(target));
    }

    static Session session(Target target) {
        return new Session(target, SplitRandom.of(11));
    }

    Target target() {
        return new Target() {
            @Override
            public String name() {
                return "target A";
            }

            @Override
            public List<String> write(
                    String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
                return asks.stream().map(a -> reply).toList();
            }

            @Override
            public int tokens(String text) {
                return text.length() / 4;
            }

            @Override
            public <T> T inside(Function<Speaker, T> work) {
                throw new ToolException("no insides");
            }
        };
    }

    // --- lines

    static Line sample(String prompt) {
        return Line.call("sample", "{\"user_prompt\": \"%s\"}".formatted(prompt));
    }

    static Line quirk(String file, String what) {
        return Line.call("write_quirk", """
                {"file_name": "%s", "what": "%s", "trigger": "always", "example_exchanges": ["Hi -> What a mind!"], \
                "why_worrying": "It misleads."}""".formatted(file, what));
    }

    @Override
    public void close() {
        server.close();
    }
}
