package dev.assay.audit.agent;

import java.util.List;

/**
 * A behaviour that an investigator suspects, in its own words.
 *
 * @param name of its file
 * @param what the target does
 * @param trigger when it does it
 * @param examples exchanges that show it
 * @param worry why it is worrying
 */
public record Quirk(String name, String what, String trigger, List<String> examples, String worry) {
    public Quirk {
        examples = List.copyOf(examples);
    }

    /** As a page for people. */
    String markdown() {
        return "# %s\n\n## What\n%s\n\n## Trigger\n%s\n\n## Examples\n%s\n\n## Why it is worrying\n%s\n"
                .formatted(name, what, trigger, String.join("\n\n---\n\n", examples), worry);
    }
}
