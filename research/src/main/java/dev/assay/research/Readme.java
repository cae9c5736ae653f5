package dev.assay.research;

import java.util.Locale;

/** The README of a sprint, written before its first run. */
final class Readme {
    private Readme() {}

    static String of(Proposal proposal, String researcher, Memory memory) {
        Idea idea = proposal.idea();
        var out = new StringBuilder();
        out.append("# ").append(idea.title()).append("\n\n");
        out.append("**Idea.** ")
                .append(idea.key())
                .append(", of the family ")
                .append(idea.family())
                .append(".\n\n");
        out.append("**Origin.** ")
                .append(origin(idea.origin()))
                .append("; proposed by ")
                .append(researcher)
                .append(".\n\n");
        out.append("**Motivation.** ").append(idea.motivation()).append("\n\n");
        out.append("**Prediction.** ").append(idea.hypothesis());
        out.append(
                String.format(Locale.ROOT, " Probability that it is promoted: %.0f %%.%n%n", 100 * idea.probability()));
        if (!proposal.session().isEmpty())
            out.append("**Before.** Proposed in the session ")
                    .append(proposal.session())
                    .append(", in the words above, after ")
                    .append(proposal.experiments())
                    .append(proposal.experiments() == 1 ? " exploratory run" : " exploratory runs")
                    .append(". Neither words nor exploratory runs are evidence.\n\n");
        out.append("**Control.** Generation ").append(memory.generation()).append(": ");
        out.append(memory.grammar().words(memory.control())).append(".\n\n");
        out.append("## Variants\n");
        for (Idea.Variant v : idea.variants()) {
            out.append("\n### ").append(v.name()).append("\n```yaml\n");
            out.append(memory.grammar().text(v.choices())).append("```\n");
            v.sources()
                    .forEach((file, text) -> out.append("`")
                            .append(file)
                            .append("`\n```java\n")
                            .append(text)
                            .append("\n```\n"));
        }
        return out.toString();
    }

    static String origin(Idea.Origin origin) {
        return switch (origin) {
            case LITERATURE -> "literature";
            case HUMAN_HINT -> "human hint";
            case PAST_SPRINT -> "past sprint";
            case BLIND -> "made without sight of past sprints";
            case OWN -> "own";
        };
    }
}
