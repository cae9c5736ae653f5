package dev.assay.audit.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.agent.AgentResult;
import dev.assay.audit.agent.Step;
import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Message;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A run as Inspect's transcript: a span for each talk or turn, an event for each answer of a model and each call of a function, the
 * research log as information.
 */
final class EvalEvents {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int ID = 16;

    private final String id;
    private final String time;
    private final ArrayNode events = JSON.arrayNode();
    private String span = "";

    /**
     * @param id of the sample and its epoch, with which the ids of all events begin
     * @param time that all events have: a record does not say when something happened
     */
    EvalEvents(String id, String time) {
        this.id = id;
        this.time = time;
    }

    ArrayNode of(AuditRecord run, Optional<AgentResult> agent) {
        agent.ifPresent(this::steps);
        for (int i = 0; i < run.talks().size(); i++) talk(run.talks().get(i), "talk " + (i + 1), run);
        for (String line : run.log())
            event("info").put("source", "research log").put("data", line);
        return events;
    }

    private void talk(AuditRecord.Talk talk, String name, AuditRecord run) {
        begin(name + ": " + talk.family());
        answers(talk.target(), "target", run.target());
        answers(talk.reference(), "reference", run.reference());
        end();
    }

    /** An event for each reply, with all that was said before it. */
    private void answers(List<Message> talk, String role, String model) {
        var before = new ArrayList<ObjectNode>();
        for (Message m : talk) {
            ObjectNode said = message(m.role().key(), m.content());
            if (m.role() == Message.Role.ASSISTANT) answer(role, model, before, said.deepCopy(), List.of());
            before.add(said);
        }
    }

    private void answer(String role, String model, List<ObjectNode> input, ObjectNode said, List<ObjectNode> calls) {
        ObjectNode e = event("model").put("model", "assay/" + model).put("role", role);
        e.putArray("input").addAll(input.stream().map(ObjectNode::deepCopy).toList());
        e.putArray("tools");
        e.put("tool_choice", "none").putObject("config");
        said.put("source", "generate");
        if (!calls.isEmpty()) said.putArray("tool_calls").addAll(calls);
        ObjectNode output = e.putObject("output")
                .put("model", "assay/" + model)
                .put("completion", said.path("content").asText());
        output.putArray("choices")
                .addObject()
                .put("stop_reason", calls.isEmpty() ? "stop" : "tool_calls")
                .set("message", said);
    }

    /** What an agent heard since its last answer, what it said, and what came of its calls. */
    private void steps(AgentResult agent) {
        for (Step step : agent.steps()) {
            begin("turn " + step.turn() + (step.reducing() ? ", reducing" : ""));
            List<ObjectNode> heard = step.heard().isEmpty() ? List.of() : List.of(message("user", step.heard()));
            var calls = new ArrayList<ObjectNode>();
            for (int c = 0; c < step.calls().size(); c++) {
                Step.Call call = step.calls().get(c);
                ObjectNode made = JSON.objectNode()
                        .put("id", call(step, c))
                        .put("function", call.function())
                        .put("type", "function");
                made.set("arguments", arguments(call));
                calls.add(made);
            }
            answer("investigator", agent.model(), heard, message("assistant", step.said()), calls);
            for (int c = 0; c < step.calls().size(); c++) tool(step, c);
            end();
        }
    }

    private String call(Step step, int number) {
        return id + "-" + step.turn() + "-" + number;
    }

    private void tool(Step step, int number) {
        Step.Call call = step.calls().get(number);
        ObjectNode e = event("tool")
                .put("type", "function")
                .put("id", call(step, number))
                .put("function", call.function())
                .put("result", call.result())
                .put("failed", !call.ok());
        e.set("arguments", arguments(call));
        e.putArray("events");
    }

    /** As a model wrote them, which need not be JSON. */
    private static JsonNode arguments(Step.Call call) {
        try {
            JsonNode read = CanonicalJson.parse(call.arguments().getBytes(StandardCharsets.UTF_8));
            if (read.isObject()) return read;
        } catch (UncheckedIOException e) {
            // kept as it was written, below
        }
        return JSON.objectNode().put("written", call.arguments());
    }

    private void begin(String name) {
        span = id + "-span-" + events.size();
        event("span_begin").put("id", span).put("name", name);
    }

    private void end() {
        event("span_end").put("id", span);
        span = "";
    }

    private ObjectNode event(String kind) {
        ObjectNode e = events.addObject()
                .put("event", kind)
                .put("uuid", id + "-event-" + events.size())
                .put("timestamp", time)
                .put("working_start", 0.0);
        if (!span.isEmpty()) e.put("span_id", span);
        return e;
    }

    /** Inspect keeps equal messages once, so they have one id. */
    private ObjectNode message(String role, String content) {
        return JSON.objectNode()
                .put(
                        "id",
                        id + "-" + CanonicalJson.sha256(List.of(role, content)).substring(0, ID))
                .put("role", role)
                .put("content", content);
    }
}
