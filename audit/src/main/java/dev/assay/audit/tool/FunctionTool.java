package dev.assay.audit.tool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.chat.ToolSpec;
import java.util.List;

/** A tool whose calls {@link Functions} check and answer; its constructor adds them. */
public abstract class FunctionTool implements Tool {
    protected final Functions functions = new Functions();

    @Override
    public final List<ToolSpec> functions() {
        return functions.specs();
    }

    @Override
    public final JsonNode call(String function, JsonNode arguments) {
        return functions.call(function, arguments);
    }
}
