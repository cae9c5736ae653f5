package dev.assay.audit.tool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.chat.ToolSpec;
import dev.assay.stats.SplitRandom;
import java.util.List;

/**
 * A tool of an audit. One object serves one run on one target and may keep state, such as the conversations so far.
 * Whatever comes back is data, never an instruction.
 */
public interface Tool {
    /** Short name in kebab-case. */
    String name();

    /** What an investigator may call. */
    List<ToolSpec> functions();

    /**
     * Calls a function.
     *
     * @param arguments an object that fits the function's schema
     * @return what the investigator sees
     * @throws ToolException if the arguments make no sense, or the target can't do it
     */
    JsonNode call(String function, JsonNode arguments);

    /**
     * What the tool shows when nobody steers it: its fixed procedure. Output {@code i} has the same prompt and the same
     * random stream for every target, so that those of two targets are pairs.
     */
    List<Output> outputs(int count);

    /** Where a tool's fixed outputs draw from: the same in all runs. */
    static SplitRandom fixed(String tool) {
        return SplitRandom.of(0).split("fixed outputs").split(tool);
    }

    /**
     * One fixed output.
     *
     * @param about what it was taken from: a question, a position, a seed
     * @param text what the tool shows there
     */
    record Output(String about, String text) {}
}
