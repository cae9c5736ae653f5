package dev.assay.research;

import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A researcher that proposes what a test tells it to, each idea once. */
final class Scripted implements Researcher {
    private final List<Idea> ideas;

    Scripted(List<Idea> ideas) {
        this.ideas = ideas;
    }

    static Idea idea(String key, Map<String, String> choices, Map<String, String> sources) {
        return new Idea(
                key,
                key,
                "canaries",
                Idea.Origin.OWN,
                "A test of the loop.",
                "This raises F1.",
                0.7,
                List.of(new Idea.Variant("v", choices, sources)));
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public Optional<Proposal> propose(Memory memory, SplitRandom random) {
        return ideas.stream()
                .filter(i -> memory.past().stream().noneMatch(p -> p.key().equals(i.key()))
                        && !memory.inProgress().contains(i.key()))
                .findFirst()
                .map(i -> Proposal.of(i, memory.control()));
    }
}
