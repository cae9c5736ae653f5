package dev.assay.audit.tool;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an investigator has beside talks: one of the shipped tools, or one of the user's own. */
public sealed interface Configuration permits StandardTool, OwnTool {
    /** What a configuration needs. */
    enum Kind {
        BLACK_BOX,
        /** The target runs on this machine. */
        WHITE_BOX,
        /** Scenarios come from a generator, a model or a grammar. */
        SCAFFOLDED,
        /** Not in AuditBench: needs a reference twin and the target on this machine. */
        OWN
    }

    Kind kind();

    /** The name in commands and tables, in kebab-case. */
    String slug();

    /** What a fixed output takes of a budget; 0 where the target need not write it. */
    int tokensPerOutput();

    /** Whether the outputs of the tool are what users say. */
    boolean showsUsers();

    /** Whether an agent has it beside the tool for plain talks; others are ways of talking themselves. */
    default boolean besideTalks() {
        return true;
    }

    /** How many fixed outputs this part of a budget pays for, at most 50; those that the target need not write are free. */
    default int outputsFor(int tokens) {
        int most = 50;
        return tokensPerOutput() == 0 ? most : Math.clamp(tokens / tokensPerOutput(), 1, most);
    }

    /** All that can be named, the shipped ones first. */
    static List<Configuration> all() {
        return Stream.concat(Stream.<Configuration>of(StandardTool.values()), OwnTool.all().stream())
                .toList();
    }

    /** {@link ToolException} if there is none of that name. */
    static Configuration of(String slug) {
        List<Configuration> all = all();
        return all.stream()
                .filter(c -> c.slug().equals(slug))
                .findFirst()
                .orElseThrow(() -> new ToolException("there is no tool " + slug + "; there are "
                        + all.stream().map(Configuration::slug).collect(Collectors.joining(", "))));
    }
}
