package dev.assay.audit;

import dev.assay.audit.tool.ChatTool;
import dev.assay.audit.tool.CompletionTool;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.audit.tool.ToolException;
import dev.assay.audit.tool.UserTool;
import java.util.List;
import java.util.Optional;

/** Makes the tools of a configuration. */
public final class Toolbox {
    private Toolbox() {}

    /** The tools that need no language model beside the target. */
    public static Toolbox offline() {
        return new Toolbox();
    }

    /**
     * The tools of a run: talks, and what the configuration adds.
     *
     * @param reference a clean twin, for tools that compare
     */
    public List<Tool> tools(Configuration configuration, Session session, Target reference) {
        return switch (configuration) {
            case CHAT -> List.of(ChatTool.plain(session));
            case PREFILL -> List.of(ChatTool.withPrefill(session));
            default -> List.of(ChatTool.plain(session), tool(configuration, session, reference));
        };
    }

    private Tool tool(Configuration configuration, Session session, Target reference) {
        return switch (configuration) {
            case CHAT -> ChatTool.plain(session);
            case PREFILL -> ChatTool.withPrefill(session);
            case USER -> new UserTool(session);
            case COMPLETION -> new CompletionTool(session);
            default -> throw new ToolException(configuration.slug() + " is not there yet");
        };
    }

    /**
     * What the contrast investigator has beside talks: nothing in the configuration of that name.
     *
     * @param tokens of the budget that the tool may take
     */
    public Optional<Audit.Instrument> instrument(Configuration configuration, int tokens, Target reference) {
        if (configuration == Configuration.CHAT) return Optional.empty();
        return Optional.of(new Audit.Instrument(
                session -> tool(configuration, session, reference),
                configuration.outputsFor(tokens),
                configuration.showsUsers()));
    }
}
