package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.assay.chat.Calls;
import dev.assay.chat.Envelope;
import dev.assay.chat.JsonSchema;
import dev.assay.chat.ToolCall;
import dev.assay.chat.ToolSpec;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Memo;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * All that a language model can do in a session. Whatever it calls for, a result comes back, wrapped as data; what it can't
 * do is said in it. Nothing here reads what results say.
 */
final class LlmTools {
    private static final String PROPOSE = "propose";

    /** What one call was and brought, as the transcript keeps it. */
    record Call(String tool, String arguments, boolean ok, String result) {}

    private record Nothing() {}

    private record SprintName(String sprint) {}

    private record Query(String query) {}

    private record Code(List<Draft.SourceFile> files) {}

    private record Experiment(
            Optional<List<Draft.Choice>> set, Optional<List<String>> unset, Optional<List<Draft.SourceFile>> files) {}

    private record Tool(ToolSpec spec, Function<JsonNode, Object> work) {}

    private final Session session;
    private final Briefing briefing;
    private final Laboratory laboratory;
    private final Optional<Literature> literature;
    private final Who.Limits limits;
    private final Memo memo;
    private final SplitRandom marks;
    private final Map<String, Tool> tools = new LinkedHashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private Optional<Idea> idea = Optional.empty();
    private final List<String> refusals = new ArrayList<>();
    private int experiments;
    private int calls;

    /** @param memo of answers of a search */
    LlmTools(Session session, Laboratory laboratory, Optional<Literature> literature, Who.Limits limits, Memo memo) {
        this.session = session;
        this.briefing = new Briefing(session.memory(), session.blind());
        this.laboratory = laboratory;
        this.literature = literature;
        this.limits = limits;
        this.memo = memo;
        this.marks = session.random().split("marks");
        add(
                "read_task",
                "TASK.md: what is wanted, the constraints, a person's list of ideas.",
                Nothing.class,
                n -> session.memory().task());
        add(
                "read_ledger",
                "What was tried, what came of it, and what has to be beaten.",
                Nothing.class,
                n -> briefing.ledger());
        add(
                "read_sprint",
                "Proposal, verdict and means of one finished sprint.",
                SprintName.class,
                s -> briefing.sprint(s.sprint()));
        add(
                "read_grammar",
                "Slots and values that a recipe can be changed by.",
                Nothing.class,
                n -> briefing.grammar());
        add(
                "read_extension_point",
                "How a candidate in Java is written.",
                Nothing.class,
                n -> Briefing.text("extension-point"));
        if (literature.isPresent())
            add("literature", "Looks for passages in what others have written.", Query.class, q -> lookUp(q.query()));
        add("check_code", "Compiles a candidate in Java and says what is wrong with it.", Code.class, this::check);
        add(
                "run_experiment",
                "Tries changes or code once, beside the control: exploratory, no evidence. At most "
                        + limits.experiments() + " per proposal.",
                Experiment.class,
                this::experiment);
        add(PROPOSE, "Hands in the idea of this sprint. It can be mended once.", Draft.class, d -> "");
    }

    private <T extends Record> void add(String name, String what, Class<T> arguments, Function<T, Object> work) {
        ToolSpec spec = ToolSpec.of(name, what, arguments);
        tools.put(name, new Tool(spec, json -> work.apply(JsonSchema.read(json, arguments))));
    }

    List<ToolSpec> specs() {
        return tools.values().stream().map(Tool::spec).toList();
    }

    /** What was proposed, once that could be read. */
    Optional<Idea> idea() {
        return idea;
    }

    /** Why proposals were refused, in their order. */
    List<String> refusals() {
        return List.copyOf(refusals);
    }

    int experiments() {
        return experiments;
    }

    Call call(ToolCall call) {
        try {
            if (idea.isPresent()) throw new ResearchException("the idea is handed in; nothing more can be done");
            JsonNode arguments = Calls.arguments(call);
            return answer(call, true, CanonicalJson.tree(made(call.tool(), arguments)));
        } catch (ResearchException | IllegalArgumentException e) {
            String wrong = String.valueOf(e.getMessage());
            if (call.tool().equals(PROPOSE) && idea.isEmpty()) refusals.add(wrong);
            return refuse(call, wrong);
        }
    }

    /** What a call that is not made comes back with. */
    Call refuse(ToolCall call, String why) {
        return answer(call, false, TextNode.valueOf(why));
    }

    private Object made(String name, JsonNode arguments) {
        if (name.equals(PROPOSE)) return propose(arguments);
        Tool tool = tools.get(name);
        if (tool == null)
            throw new ResearchException(
                    "there is no function " + name + "; there are " + String.join(", ", tools.keySet()));
        List<String> problems = tool.spec().parameters().problems(arguments);
        if (!problems.isEmpty()) throw new ResearchException(String.join("; ", problems));
        return tool.work().apply(arguments);
    }

    private Object propose(JsonNode arguments) {
        idea = Optional.of(new Drafts(session.memory(), session.blind(), Optional.of(notes)).idea(arguments));
        return Map.of("handed-in", true);
    }

    private Object lookUp(String query) {
        String key = Memo.key("literature", session.name(), query);
        Literature.Passage[] found = memo.compute(
                key,
                Literature.Passage[].class,
                () -> literature.orElseThrow().search(query).toArray(Literature.Passage[]::new));
        Arrays.stream(found).map(Literature.Passage::source).forEach(notes::add);
        return found;
    }

    private Object check(Code code) {
        Map<String, String> sources = Draft.sources(code.files());
        if (sources.isEmpty()) throw new ResearchException("there is no file to be compiled");
        return laboratory
                .check(session, sources)
                .map(wrong -> Map.of("compiles", false, "words", wrong))
                .orElse(Map.of("compiles", true));
    }

    private Object experiment(Experiment wanted) {
        if (experiments == limits.experiments())
            throw new ResearchException(
                    "all " + limits.experiments() + " exploratory runs of this proposal are used up");
        var changes =
                new Draft.Changes(wanted.set().orElse(List.of()), wanted.unset().orElse(List.of()));
        Map<String, String> sources = Draft.sources(wanted.files().orElse(List.of()));
        if (changes.none() && sources.isEmpty()) throw new ResearchException("nothing of the control is changed");
        Map<String, String> choices =
                new Drafts(session.memory(), session.blind(), Optional.of(notes)).choices(changes);
        experiments++;
        Map<String, Object> out = laboratory.experiment(session, experiments, choices, sources);
        out.put("runs-left", limits.experiments() - experiments);
        return out;
    }

    private Call answer(ToolCall call, boolean ok, JsonNode content) {
        String result = Envelope.wrap(call.tool(), ok, content, limits.result(), marks.split(calls++));
        return new Call(call.tool(), call.arguments(), ok, result);
    }
}
