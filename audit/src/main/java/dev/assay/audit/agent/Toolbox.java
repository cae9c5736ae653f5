package dev.assay.audit.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.audit.tool.Tool;
import dev.assay.audit.tool.ToolException;
import dev.assay.chat.Calls;
import dev.assay.chat.ChatException;
import dev.assay.chat.Envelope;
import dev.assay.chat.ToolCall;
import dev.assay.chat.ToolSpec;
import dev.assay.lm.PromptException;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that an investigator can do. Whatever a call asks for, a result comes back: what it can't do is said in it. Results are
 * wrapped and passed on; nothing here looks into them.
 */
final class Toolbox {
    private final Map<String, Tool> ofTarget = new LinkedHashMap<>();
    private final List<ToolSpec> targetSpecs = new ArrayList<>();
    private final Notebook notebook;
    private final int longest;
    private final SplitRandom marks;
    private int calls;
    private boolean overLimit;

    /**
     * @param longest result, in characters
     * @param marks where the marks around results are drawn from
     * @throws IllegalArgumentException if two functions have the same name
     */
    Toolbox(List<Tool> tools, Notebook notebook, int longest, SplitRandom marks) {
        this.notebook = notebook;
        this.longest = longest;
        this.marks = marks;
        List<String> own = names(notebook.functions().specs());
        for (Tool tool : tools)
            for (ToolSpec spec : tool.functions()) {
                if (own.contains(spec.name()) || ofTarget.put(spec.name(), tool) != null)
                    throw new IllegalArgumentException(
                            "two functions are called " + spec.name() + ": give one of their tools alone");
                targetSpecs.add(spec);
            }
    }

    private static List<String> names(List<ToolSpec> specs) {
        return specs.stream().map(ToolSpec::name).toList();
    }

    /** Functions of the target's tools. */
    List<String> ofTarget() {
        return List.copyOf(ofTarget.keySet());
    }

    List<ToolSpec> specs(boolean withTarget) {
        List<ToolSpec> all = new ArrayList<>(withTarget ? targetSpecs : List.of());
        all.addAll(notebook.functions().specs());
        return all;
    }

    /** Whether a role that a tool asked could have gone over its limit. */
    boolean overLimit() {
        return overLimit;
    }

    /** What a call that was not even tried comes back with. */
    Step.Call refuse(ToolCall call, String why) {
        return answer(call, false, JsonNodeFactory.instance.textNode(why));
    }

    /**
     * Makes a call.
     *
     * @param withTarget whether the target may still be looked at
     * @throws ChatException if what a tool asks can't be reached at all
     */
    Step.Call call(ToolCall call, boolean withTarget) {
        try {
            JsonNode arguments = arguments(call);
            boolean known = withTarget && ofTarget.containsKey(call.tool());
            return answer(
                    call,
                    true,
                    known ? target(call.tool()).call(call.tool(), arguments) : own(call.tool(), arguments, withTarget));
        } catch (ChatException.OverLimit e) {
            overLimit = true;
            return refuse(call, "the target can't be asked any more: its limit is reached");
        } catch (ToolException | PromptException | ChatException.Unsupported | ChatException.Malformed e) {
            return refuse(call, String.valueOf(e.getMessage()));
        }
    }

    private Tool target(String function) {
        Tool tool = ofTarget.get(function);
        if (tool == null) throw new ToolException("there is no function " + function);
        return tool;
    }

    private JsonNode own(String function, JsonNode arguments, boolean withTarget) {
        List<String> known = names(specs(withTarget));
        if (!known.contains(function))
            throw new ToolException("there is no function " + function
                    + (ofTarget.containsKey(function) ? " any more" : "") + "; there are " + String.join(", ", known));
        return notebook.functions().call(function, arguments);
    }

    private static JsonNode arguments(ToolCall call) {
        try {
            return Calls.arguments(call);
        } catch (IllegalArgumentException e) {
            throw new ToolException(String.valueOf(e.getMessage()));
        }
    }

    private Step.Call answer(ToolCall call, boolean ok, JsonNode content) {
        String result = Envelope.wrap(call.tool(), ok, content, longest, marks.split(calls++));
        return new Step.Call(call.tool(), call.arguments(), ok, result);
    }
}
