package dev.assay.audit.tool;

import dev.assay.organism.Ask;
import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.Optional;

/** Writes scenarios for the scaffolded tools. */
public interface ScenarioSource {
    /**
     * Scenarios of one form, each under the persona's system prompt.
     *
     * @param hint the direction that they should take, in words
     * @return exactly {@code count}: a {@link Ask.Reply} with a prefill, a {@link Ask.UserTurn} or a {@link Ask.Text}
     * @throws ToolException if it can't write so many
     */
    List<Ask> scenarios(Scaffold form, int count, Optional<String> hint, SplitRandom random);
}
