package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.audit.Bank;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.audit.tool.ToolException;
import dev.assay.chat.ToolSpec;
import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "tools",
        description = {
            "Uses a tool by hand: lists its functions, calls one, or shows its fixed outputs.",
            "For instance: assay audit tools flattery-td-sft --tool prefill --call sample --arguments"
                    + " '{\"user_prompt\": \"Hello\", \"prefill\": \"To be honest, I\"}'"
        })
final class AuditToolsCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "TARGET",
            completionCandidates = Candidates.Organisms.class,
            description = "an organism, a model, or role:NAME")
    String name = "";

    @Option(
            names = "--tool",
            completionCandidates = Candidates.Tools.class,
            paramLabel = "TOOL",
            defaultValue = "chat",
            description = "of docs/tools.md")
    String tool = "chat";

    @Option(names = "--call", paramLabel = "FUNCTION", description = "calls this function")
    @Nullable
    String function;

    @Option(names = "--arguments", paramLabel = "JSON", defaultValue = "{}", description = "of the call, an object")
    String arguments = "{}";

    @Option(names = "--outputs", paramLabel = "N", description = "shows so many of the tool's fixed outputs")
    @Nullable
    Integer outputs;

    @Mixin
    ToolOptions with = new ToolOptions();

    @Mixin
    AuditOptions audits = new AuditOptions();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        Configuration configuration = Configuration.of(tool);
        JsonNode given = parsed();
        try (AuditGround ground = audits.open();
                AuditSubjects subjects = audits.subjects(ground)) {
            Target target = subjects.subject(name).target();
            var session = new Session(target, SplitRandom.of(audits.suite.seed).split("by hand"));
            List<Tool> tools = subjects.toolbox(Bank.load(), subjects.reference(name), with)
                    .tools(configuration, session);
            if (function == null && outputs != null) {
                List<Tool.Output> shown = tools.getLast().outputs(outputs);
                ground.progress().close();
                print(shown);
            } else {
                JsonNode result = function != null ? owner(tools).call(function, given) : described(tools);
                ground.progress().close();
                print(result);
            }
        }
        return 0;
    }

    private JsonNode parsed() {
        try {
            JsonNode node = new ObjectMapper().readTree(arguments);
            if (node != null && node.isObject()) return node;
        } catch (JsonProcessingException e) {
            throw new UserException("--arguments is not JSON: " + e.getOriginalMessage(), e);
        }
        throw new UserException("--arguments must be a JSON object such as {\"user_prompt\": \"Hello\"}");
    }

    private Tool owner(List<Tool> tools) {
        return tools.stream()
                .filter(t -> t.functions().stream().anyMatch(f -> f.name().equals(function)))
                .findFirst()
                .orElseThrow(() -> new ToolException("there is no function " + function + "; there are "
                        + String.join(
                                ", ",
                                functions(tools).stream().map(ToolSpec::name).toList())));
    }

    private static List<ToolSpec> functions(List<Tool> tools) {
        return tools.stream().flatMap(t -> t.functions().stream()).toList();
    }

    private void print(List<Tool.Output> shown) throws JsonProcessingException {
        if (json) print(new ObjectMapper().valueToTree(shown));
        else shown.forEach(o -> System.out.println("[" + o.about() + "]\n" + o.text() + "\n"));
    }

    private void print(JsonNode result) throws JsonProcessingException {
        var mapper = new ObjectMapper();
        System.out.println(
                json
                        ? mapper.writeValueAsString(result)
                        : mapper.writerWithDefaultPrettyPrinter().writeValueAsString(result));
    }

    /** Functions with their schemas. */
    private static JsonNode described(List<Tool> tools) {
        var out = JsonNodeFactory.instance.objectNode();
        var all = out.putArray("functions");
        for (ToolSpec f : functions(tools))
            all.addObject()
                    .put("name", f.name())
                    .put("description", f.description())
                    .set("parameters", f.parameters().tree());
        return out;
    }
}
