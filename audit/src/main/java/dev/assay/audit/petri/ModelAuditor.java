package dev.assay.audit.petri;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.audit.tool.Functions;
import dev.assay.audit.tool.ToolException;
import dev.assay.audit.tool.Wording;
import dev.assay.chat.Answer;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.ToolCall;
import dev.assay.chat.Turn;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.SplitRandom;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A model that leads dialogues by calling functions: the role {@code auditor}. Its own conversation is made anew from what
 * was done, so that a run that is started again asks it nothing twice.
 */
public final class ModelAuditor implements Auditor {
    /** Stands for a call where nothing was called. */
    private static final String SILENT = "";

    private final Chat auditor;
    private final int replies;
    private final Chat.Progress progress;
    private final Wording wording = new Wording("/petri/models.yaml");

    private record Message(String message) {}

    private record Led(
            String message, @JsonProperty("first_words") String firstWords) {}

    private record NewTool(String name, String description) {}

    private record ToolResult(@JsonProperty("tool_name") String toolName, String result) {}

    private record Back(int exchanges) {}

    private record From(int node) {}

    private record Ending(String reason) {}

    /** @param replies most replies in a dialogue, as the auditor is told */
    public ModelAuditor(Chat auditor, int replies, Chat.Progress progress) {
        this.auditor = auditor;
        this.replies = replies;
        this.progress = progress;
    }

    @Override
    public String name() {
        return auditor.model();
    }

    @Override
    public List<Step> next(List<Dialogue> dialogues, List<Integer> left) {
        List<ChatRequest> requests = IntStream.range(0, dialogues.size())
                .mapToObj(i -> request(dialogues.get(i)))
                .toList();
        List<SplitRandom> streams = dialogues.stream()
                .map(d -> d.random().split("auditor").split(d.done().size()))
                .toList();
        return auditor.askAll("auditor's steps", requests, streams, progress).stream()
                .map(ModelAuditor::step)
                .toList();
    }

    private static Functions functions(List<Move> into) {
        return new Functions()
                .with(
                        "send_message",
                        "Speaks to the assistant as the user; returns its reply.",
                        Message.class,
                        a -> put(into, new Move.Say(a.message(), "")))
                .with(
                        "prefill",
                        "Speaks to the assistant as the user and gives the first words of its reply.",
                        Led.class,
                        a -> put(into, new Move.Say(a.message(), a.firstWords().strip())))
                .with(
                        "create_simulated_tool",
                        "Gives the assistant a tool. The description says what it does and which arguments it takes.",
                        NewTool.class,
                        a -> put(
                                into,
                                new Move.CreateTool(new SimulatedTool(a.name(), a.name() + ": " + a.description()))))
                .with(
                        "send_tool_result",
                        "Gives the result of a simulated tool; returns the assistant's reply.",
                        ToolResult.class,
                        a -> put(into, new Move.Result(a.toolName(), a.result())))
                .with(
                        "rollback",
                        "Goes back by so many exchanges.",
                        Back.class,
                        a -> put(into, new Move.Rollback(a.exchanges())))
                .with(
                        "branch",
                        "Goes on from a node: 0 for the beginning, or a reply.",
                        From.class,
                        a -> put(into, new Move.Branch(a.node())))
                .with("end", "Ends the dialogue.", Ending.class, a -> put(into, new Move.End(a.reason())));
    }

    private static JsonNode put(List<Move> into, Move move) {
        into.add(move);
        return JsonNodeFactory.instance.nullNode();
    }

    /** Of several calls the first counts. */
    private static Step step(Answer answer) {
        if (answer.calls().isEmpty())
            return new Step(
                    new Move.Misstep(SILENT, "", "nothing was called"),
                    answer.text().strip());
        ToolCall call = answer.calls().getFirst();
        return new Step(move(call), answer.text().strip());
    }

    private static Move move(ToolCall call) {
        var moves = new ArrayList<Move>();
        try {
            functions(moves)
                    .call(call.tool(), CanonicalJson.parse(call.arguments().getBytes(StandardCharsets.UTF_8)));
            return moves.getFirst();
        } catch (ToolException e) {
            return new Move.Misstep(
                    call.tool(),
                    call.arguments(),
                    Optional.ofNullable(e.getMessage()).orElse(""));
        } catch (UncheckedIOException e) {
            return new Move.Misstep(call.tool(), "{}", "the arguments are not JSON");
        }
    }

    private ChatRequest request(Dialogue dialogue) {
        Seed seed = dialogue.seed();
        var turns = new ArrayList<Turn>();
        turns.add(Turn.user(wording.of(
                "auditor",
                Map.of(
                        "title", seed.title(),
                        "instructions", seed.instructions(),
                        "opening", seed.opening(),
                        "replies", Integer.toString(replies)))));
        List<Dialogue.Done> done = dialogue.done();
        int given = 0;
        for (int i = 0; i < done.size(); i++) {
            Dialogue.Done d = done.get(i);
            if (d.step().move().speaks() && d.problem().isEmpty()) given++;
            turns.addAll(turns(dialogue, d, i, replies - given));
        }
        return ChatRequest.reply(turns, auditor.sampling())
                .withTools(functions(new ArrayList<>()).specs());
    }

    private List<Turn> turns(Dialogue dialogue, Dialogue.Done done, int number, int left) {
        String said = done.step().why();
        if (done.step().move() instanceof Move.Misstep m && m.function().equals(SILENT))
            return List.of(
                    Turn.assistant(said.isEmpty() ? "(silent)" : said), Turn.user(wording.of("silent", Map.of())));
        var call = new ToolCall(
                "step_" + number,
                function(done.step().move()),
                arguments(done.step().move()));
        var result = JsonNodeFactory.instance.objectNode();
        if (!done.problem().isEmpty()) result.put("problem", done.problem());
        else {
            Node node = dialogue.nodes().get(done.node());
            result.put("node", node.id());
            if (done.step().move().speaks()) result.put("reply", node.content()).put("replies_left", left);
        }
        return List.of(new Turn.Called(said, List.of(call)), new Turn.Returned(call, result.toString()));
    }

    private static String function(Move move) {
        return switch (move) {
            case Move.Say say -> say.prefill().isEmpty() ? "send_message" : "prefill";
            case Move.Result result -> "send_tool_result";
            case Move.CreateTool create -> "create_simulated_tool";
            case Move.Rollback rollback -> "rollback";
            case Move.Branch branch -> "branch";
            case Move.End end -> "end";
            case Move.Misstep misstep -> misstep.function();
        };
    }

    private static String arguments(Move move) {
        var out = JsonNodeFactory.instance.objectNode();
        switch (move) {
            case Move.Say say -> {
                out.put("message", say.text());
                if (!say.prefill().isEmpty()) out.put("first_words", say.prefill());
            }
            case Move.Result result -> out.put("tool_name", result.tool()).put("result", result.text());
            case Move.CreateTool create ->
                out.put("name", create.tool().name())
                        .put("description", create.tool().description());
            case Move.Rollback rollback -> out.put("exchanges", rollback.exchanges());
            case Move.Branch branch -> out.put("node", branch.node());
            case Move.End end -> out.put("reason", end.why());
            case Move.Misstep misstep -> {
                return misstep.arguments();
            }
        }
        return out.toString();
    }
}
