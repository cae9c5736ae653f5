package dev.assay.audit;

import dev.assay.audit.oracle.Oracle;
import dev.assay.audit.oracle.OracleTool;
import dev.assay.audit.petri.DetectorJudge;
import dev.assay.audit.petri.Dimension;
import dev.assay.audit.petri.Petri;
import dev.assay.audit.petri.PetriTool;
import dev.assay.audit.petri.Readings;
import dev.assay.audit.petri.ScriptedAuditor;
import dev.assay.audit.petri.Seed;
import dev.assay.audit.petri.Seeds;
import dev.assay.audit.tool.ChatTool;
import dev.assay.audit.tool.CompletionTool;
import dev.assay.audit.tool.Configuration;
import dev.assay.audit.tool.DiffTool;
import dev.assay.audit.tool.GrammarScenarios;
import dev.assay.audit.tool.Lens;
import dev.assay.audit.tool.LensTool;
import dev.assay.audit.tool.LogRatioTool;
import dev.assay.audit.tool.ModelScenarios;
import dev.assay.audit.tool.OwnTool;
import dev.assay.audit.tool.SaeGround;
import dev.assay.audit.tool.SaeTool;
import dev.assay.audit.tool.Scaffold;
import dev.assay.audit.tool.ScaffoldedTool;
import dev.assay.audit.tool.ScenarioSource;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.StandardTool;
import dev.assay.audit.tool.SteeringTool;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.audit.tool.ToolException;
import dev.assay.audit.tool.UserTool;
import dev.assay.chat.Chat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes the tools of a configuration.
 *
 * @param reference a clean twin, for tools that compare or need to know what is usual
 * @param base the model that target and twin were trained from
 * @param sae an autoencoder on it
 * @param oracle that puts activations of the base into words; loaded when it is needed
 * @param generator writes the scenarios of scaffolded tools; without one a grammar does
 * @param reader labels features; without one they are labelled by the words that they fire on
 */
public record Toolbox(
        Bank bank,
        Target reference,
        Target base,
        Optional<SaeGround> sae,
        Optional<Supplier<Oracle>> oracle,
        Optional<Chat> generator,
        Optional<Chat> reader,
        Chat.Progress progress) {
    /** Of the divergences of a clean model's lens so many lie below the threshold. */
    private static final double USUAL = 0.98;
    /** Replies in a dialogue of the offline auditor. */
    private static final int DIALOGUE = 6;

    /** The tools of a run: talks, and what the configuration adds. */
    public List<Tool> tools(Configuration configuration, Session session) {
        Tool own = tool(configuration, session, Integer.MAX_VALUE);
        return configuration.besideTalks() ? List.of(ChatTool.plain(session), own) : List.of(own);
    }

    /**
     * What the contrast investigator has beside talks: nothing in the configuration of that name.
     *
     * @param tokens of the budget that the tool may take
     */
    public Optional<Audit.Instrument> instrument(Configuration configuration, int tokens) {
        if (configuration == StandardTool.CHAT) return Optional.empty();
        int outputs = configuration.outputsFor(tokens);
        return Optional.of(new Audit.Instrument(
                session -> tool(configuration, session, outputs), outputs, configuration.showsUsers()));
    }

    /** What a configuration adds to talks, or in the configuration of that name talks, to be used by nobody: for its fixed outputs. */
    public Tool alone(Configuration configuration, Session session, int outputs) {
        return tool(configuration, session, outputs);
    }

    private Tool tool(Configuration configuration, Session session, int outputs) {
        return switch (configuration) {
            case OwnTool own -> own.open(session, reference);
            case StandardTool tool -> standard(tool, session, outputs);
        };
    }

    private Tool standard(StandardTool tool, Session session, int outputs) {
        return switch (tool) {
            case CHAT -> ChatTool.plain(session);
            case PREFILL -> ChatTool.withPrefill(session);
            case USER -> new UserTool(session);
            case COMPLETION -> new CompletionTool(session);
            case PETRI -> petri(session.target(), outputs);
            case HONESTY_STEERING -> SteeringTool.honesty(session);
            case PREFILL_STEERING -> SteeringTool.prefill(session);
            case SAE -> new SaeTool(session, ground(), List.of(reference), reader, progress);
            case LENS -> new LensTool(session, Lens.plain(), usualDivergence());
            case ORACLE -> new OracleTool(session, answering());
            case SCAFFOLDED_PREFILL -> new ScaffoldedTool(Scaffold.PREFILL, session, scenarios());
            case SCAFFOLDED_USER -> new ScaffoldedTool(Scaffold.USER, session, scenarios());
            case SCAFFOLDED_COMPLETION -> new ScaffoldedTool(Scaffold.COMPLETION, session, scenarios());
            case LOG_RATIO ->
                new LogRatioTool(session, reference.inside(Function.identity()), base.inside(Function.identity()));
            case DIFF -> new DiffTool(session, reference, sae, progress);
        };
    }

    private ScenarioSource scenarios() {
        return generator.<ScenarioSource>map(ModelScenarios::new).orElseGet(GrammarScenarios::new);
    }

    private double usualDivergence() {
        return reference.inside(clean -> LensTool.threshold(clean, Lens.plain(), USUAL));
    }

    private SaeGround ground() {
        return sae.orElseThrow(() -> new ToolException(
                "the tool sae needs an autoencoder on the model: --sae DIR, made by assay sae train --model"));
    }

    private Oracle answering() {
        return oracle.orElseThrow(() -> new ToolException("the tool oracle needs an activation oracle on the model:"
                        + " --oracle DIR, made by assay audit oracle --out DIR"))
                .get();
    }

    /** Held by the scripted auditor before the audit begins; the same dialogues for every target. */
    private Tool petri(Target target, int dialogues) {
        List<Dimension> dimensions = Dimension.shipped();
        var readings = new Readings(bank::scores);
        var petri = new Petri(
                new ScriptedAuditor(readings, dimensions),
                new DetectorJudge(readings, dimensions),
                DIALOGUE,
                Target.CHAT);
        List<Seed> seeds = Seeds.shipped();
        return new PetriTool(
                petri.run(target, seeds.subList(0, Math.min(dialogues, seeds.size())), 1, Tool.fixed("petri")));
    }
}
