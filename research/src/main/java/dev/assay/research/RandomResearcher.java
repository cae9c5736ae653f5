package dev.assay.research;

import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The control among researchers: recipes drawn from the whole grammar, without any memory but of the recipe to beat. It has
 * the same budget, the same variants per sprint and the same ladder.
 */
final class RandomResearcher implements Researcher {
    private static final double TAKEN = 0.2;

    @Override
    public String name() {
        return "random";
    }

    @Override
    public Optional<Proposal> propose(Memory memory, SplitRandom random) {
        RandomGenerator generator = random.split("recipes").generator();
        Set<String> texts = new HashSet<>(Set.of(memory.grammar().text(memory.control())));
        List<Idea.Variant> variants = new ArrayList<>();
        for (int tries = 0; tries < 1000 && variants.size() < OfflineResearcher.MOST_VARIANTS; tries++) {
            Map<String, String> choices = memory.grammar().meaningful(draw(memory, generator));
            if (texts.add(memory.grammar().text(choices)))
                variants.add(new Idea.Variant(memory.grammar().words(choices), choices));
        }
        if (variants.isEmpty()) return Optional.empty();
        long kept = memory.past().stream().filter(p -> p.verdict().good()).count();
        double chance = (kept + 0.2) / (memory.past().size() + 2.0);
        String key = "random " + Long.toHexString(random.seed());
        var idea = new Idea(
                key,
                "recipes drawn at random",
                "random search",
                Idea.Origin.OWN,
                "Drawn from the whole grammar, each slot taken with probability " + TAKEN + ".",
                "One of " + variants.size() + " random recipes has a higher F1 than the control.",
                Math.clamp(chance, 0.01, 0.9),
                variants);
        return Optional.of(Proposal.of(idea, memory.control()));
    }

    private static Map<String, String> draw(Memory memory, RandomGenerator generator) {
        Map<String, String> choices = new TreeMap<>();
        for (Slot slot : memory.grammar().open())
            if (generator.nextDouble() < TAKEN)
                choices.put(
                        slot.id(),
                        slot.values()
                                .get(generator.nextInt(slot.values().size()))
                                .name());
        return choices;
    }
}
