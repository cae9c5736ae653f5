package dev.assay.research;

import dev.assay.research.Memory.Past;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A researcher without a language model: goes through the grammar slot by slot, prefers what its own ledger says is worth
 * it, puts near misses together, and says in words why. Values of a slot are the variants of a sprint, so that the screen
 * halves them.
 */
final class OfflineResearcher implements Researcher {
    static final int MOST_VARIANTS = 8;
    private static final double LEAST_CHANCE = 0.02;
    private static final double MOST_CHANCE = 0.9;
    private static final String ON_CONTROL = " on control ";

    /**
     * An idea that could be next.
     *
     * @param from generation of the control that it is put on top of
     */
    private record Candidate(List<Slot> slots, int from, boolean shutOut, double chance, double rank) {
        String key() {
            String slot = String.join(" + ", slots.stream().map(Slot::id).toList());
            return shutOut ? slot + ON_CONTROL + from : slot;
        }

        String family() {
            return slots.getFirst().family();
        }
    }

    @Override
    public String name() {
        return "offline";
    }

    @Override
    public Optional<Proposal> propose(Memory memory, SplitRandom random) {
        return idea(memory, random).map(i -> Proposal.of(i, memory.control()));
    }

    private Optional<Idea> idea(Memory memory, SplitRandom random) {
        var shuffle = new Random(random.split("shuffle").seed());
        List<Candidate> candidates = candidates(memory);
        Collections.shuffle(candidates, shuffle);
        candidates.sort(Comparator.comparingDouble((Candidate c) -> -c.rank()));
        boolean elsewhere = memory.elsewhere();
        Set<String> recent = memory.recentFamilies();
        Optional<Candidate> hinted = hinted(memory, candidates);
        Optional<Candidate> blind = elsewhere ? blind(memory, candidates, recent) : Optional.empty();
        Optional<Candidate> other = elsewhere
                ? candidates.stream().filter(c -> !recent.contains(c.family())).findFirst()
                : Optional.empty();
        if (hinted.isPresent() && !elsewhere) return idea(memory, hinted.get(), Idea.Origin.HUMAN_HINT, shuffle);
        if (blind.isPresent()) return idea(memory, blind.get(), Idea.Origin.BLIND, shuffle);
        Optional<Candidate> next = other.or(() -> candidates.stream().findFirst());
        return next.flatMap(c -> idea(memory, c, origin(memory, c), shuffle));
    }

    private static Idea.Origin origin(Memory memory, Candidate c) {
        return memory.past().stream().anyMatch(p -> p.key().equals(c.key()))
                        || c.slots().size() > 1
                ? Idea.Origin.PAST_SPRINT
                : Idea.Origin.OWN;
    }

    private List<Candidate> candidates(Memory memory) {
        List<Slot> open = memory.slots().stream()
                .filter(s -> memory.grammar().applies(s, memory.control()))
                .toList();
        int now = memory.generation();
        List<Candidate> out = new ArrayList<>();
        for (Slot slot : open) add(memory, List.of(slot), now, out);
        shutOut(memory).forEach((slot, from) -> add(memory, List.of(slot), from, out));
        List<Slot> promising = open.stream()
                .filter(s -> bestGain(memory, s.id()).orElse(-1.0) > 0)
                .sorted(Comparator.comparingDouble(
                        (Slot s) -> -bestGain(memory, s.id()).orElse(0.0)))
                .limit(6)
                .toList();
        for (int i = 0; i < promising.size(); i++)
            for (int j = i + 1; j < promising.size(); j++)
                add(memory, List.of(promising.get(i), promising.get(j)), now, out);
        return out;
    }

    /**
     * Slots that nobody has tried and that mean nothing beside the present control, with the last control that they meant
     * something beside: what was kept first must not decide what is ever looked at.
     */
    private static Map<Slot, Integer> shutOut(Memory memory) {
        Map<Slot, Integer> out = new LinkedHashMap<>();
        List<Map<String, String>> controls = memory.controls();
        for (Slot slot : memory.slots()) {
            boolean tried = memory.past().stream()
                    .anyMatch(p -> p.key().equals(slot.id()) || p.key().startsWith(slot.id() + ON_CONTROL));
            if (tried || memory.grammar().applies(slot, controls.getLast())) continue;
            for (int from = 0; from < controls.size(); from++)
                if (memory.grammar().applies(slot, controls.get(from))) out.put(slot, from);
        }
        return out;
    }

    private void add(Memory memory, List<Slot> slots, int from, List<Candidate> out) {
        boolean shutOut = from < memory.generation();
        var c = new Candidate(slots, from, shutOut, chance(memory, slots), 0);
        if (memory.inProgress().contains(c.key())
                || variants(memory, c, new Random(0)).isEmpty()) return;
        long here = memory.past().stream()
                .filter(p -> p.key().equals(c.key()) && p.generation() == memory.generation())
                .count();
        if (here > 0 && slots.size() > 1) return;
        if (here > 1) return;
        double novelty = memory.past().stream().noneMatch(p -> p.key().equals(c.key())) ? 0.3 : 0;
        double wanted = memory.wanted().stream().anyMatch(w -> slots.stream().anyMatch(s -> s.isNamedIn(w))) ? 1 : 0;
        out.add(new Candidate(
                slots,
                from,
                shutOut,
                c.chance(),
                c.chance() + novelty + wanted - 0.5 * here - 0.05 * (slots.size() - 1)));
    }

    /** Of being promoted: what its family has done so far, what it showed itself, and whether it was tried on this control. */
    private double chance(Memory memory, List<Slot> slots) {
        double product = 0;
        for (Slot slot : slots) {
            List<Past> family = memory.past().stream()
                    .filter(p -> p.family().equals(slot.family()) && p.verdict().counts())
                    .toList();
            double kept = family.stream().filter(p -> p.verdict().good()).count();
            double rate = (kept + 0.6) / (family.size() + 3.0);
            double gain = bestGain(memory, slot.id()).orElse(0.0);
            double floor = Double.isNaN(memory.floor()) ? 0.02 : Math.max(1e-4, memory.floor());
            double pull = 1 / (1 + Math.exp(-gain / floor));
            product = Math.max(product, rate * 2 * pull);
        }
        return Math.clamp(product, LEAST_CHANCE, MOST_CHANCE);
    }

    /** The largest mean difference that a sprint of this key showed and that was not promoted. */
    private static Optional<Double> bestGain(Memory memory, String key) {
        return memory.past().stream()
                .filter(p -> p.key().equals(key) && !p.verdict().good() && !Double.isNaN(p.gain()))
                .map(Past::gain)
                .max(Comparator.naturalOrder());
    }

    /** A hint is taken once. */
    private static Optional<Candidate> hinted(Memory memory, List<Candidate> candidates) {
        List<String> hints = memory.hints();
        return candidates.stream()
                .filter(c -> c.slots().size() == 1)
                .filter(c -> hints.stream().anyMatch(h -> c.slots().getFirst().isNamedIn(h)))
                .filter(c -> memory.past().stream().noneMatch(p -> p.key().equals(c.key())))
                .findFirst();
    }

    private static Optional<Candidate> blind(Memory memory, List<Candidate> candidates, Set<String> recent) {
        for (Desk.Blind idea : memory.blindIdeas()) {
            Optional<Candidate> found = candidates.stream()
                    .filter(c -> c.key().equals(idea.key()) && !recent.contains(c.family()))
                    .findFirst();
            if (found.isPresent()) return found;
        }
        return Optional.empty();
    }

    private Optional<Idea> idea(Memory memory, Candidate c, Idea.Origin origin, Random shuffle) {
        List<Idea.Variant> variants = variants(memory, c, shuffle);
        if (variants.isEmpty()) return Optional.empty();
        String title = c.slots().size() == 1 ? c.slots().getFirst().title() : "together: " + c.key();
        if (c.shutOut()) title += ", from control " + c.from();
        return Optional.of(new Idea(
                c.key(),
                title,
                c.family(),
                origin,
                new Motivation(memory).of(c.slots(), c.from(), origin),
                (variants.size() == 1 ? "The variant of " : "At least one of " + variants.size() + " variants of ")
                        + c.key() + " raises F1 over the control on fresh worlds and on held-out ones.",
                c.chance(),
                variants));
    }

    /** Values of the slot on top of the control; of two slots, the values that did best and some others. */
    private List<Idea.Variant> variants(Memory memory, Candidate c, Random shuffle) {
        List<Map<String, String>> sets =
                new ArrayList<>(List.of(memory.controls().get(c.from())));
        for (Slot slot : c.slots()) {
            List<String> values =
                    new ArrayList<>(slot.values().stream().map(Slot.Value::name).toList());
            Collections.shuffle(values, shuffle);
            values.sort(Comparator.comparing(v -> memory.tried(slot.id(), v)));
            if (c.slots().size() > 1) values = bestFirst(memory, slot, values).subList(0, Math.min(2, values.size()));
            List<Map<String, String>> more = new ArrayList<>();
            for (Map<String, String> set : sets)
                for (String value : values) {
                    Map<String, String> next = new TreeMap<>(set);
                    next.put(slot.id(), value);
                    more.add(next);
                }
            sets = more;
        }
        Map<String, Idea.Variant> distinct = new HashMap<>();
        List<Idea.Variant> out = new ArrayList<>();
        String control = memory.grammar().text(memory.control());
        for (Map<String, String> set : sets) {
            String text = memory.grammar().text(set);
            if (text.equals(control) || distinct.containsKey(text) || out.size() == MOST_VARIANTS) continue;
            String name = String.join(
                    ", ", c.slots().stream().map(s -> set.get(s.id())).toList());
            var variant = new Idea.Variant(name, memory.grammar().meaningful(set));
            distinct.put(text, variant);
            out.add(variant);
        }
        return out;
    }

    private static List<String> bestFirst(Memory memory, Slot slot, List<String> values) {
        Optional<String> best = memory.past().stream()
                .filter(p -> p.key().equals(slot.id()) && !Double.isNaN(p.gain()))
                .max(Comparator.comparingDouble(Past::gain))
                .map(p -> p.best().getOrDefault(slot.id(), ""));
        List<String> out = new ArrayList<>(values);
        best.ifPresent(b -> out.sort(Comparator.comparing(v -> !v.equals(b))));
        return out;
    }
}
