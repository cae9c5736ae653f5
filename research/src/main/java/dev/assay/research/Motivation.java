package dev.assay.research;

import dev.assay.research.Memory.Past;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Why an idea is next, in words made from the ledger. */
final class Motivation {
    private final Memory memory;

    Motivation(Memory memory) {
        this.memory = memory;
    }

    /** @param from generation of the control that it is put on top of */
    String of(List<Slot> slots, int from, Idea.Origin origin) {
        var out = new StringBuilder();
        out.append(
                switch (origin) {
                    case HUMAN_HINT -> "A person hinted at this. ";
                    case BLIND ->
                        "This was thought of without sight of past sprints, and its turn for another family has come. ";
                    case PAST_SPRINT, OWN, LITERATURE -> "";
                });
        if (slots.size() > 1) {
            out.append("Neither of these was promoted alone, and both showed a gain: ");
            for (Slot slot : slots)
                gain(slot)
                        .ifPresent(
                                g -> out.append(slot.id()).append(' ').append(g).append("; "));
            out.append("together they may get over the noise. ");
        }
        if (from < memory.generation())
            out.append(
                            "A change that was kept since has shut this out before anybody had tried it, so it starts from control ")
                    .append(from)
                    .append(" (")
                    .append(memory.grammar().words(memory.controls().get(from)))
                    .append(") and has to beat the present one. ");
        for (Slot slot : slots)
            out.append(sentence(slot.title())).append(": ").append(slot.why()).append(". ");
        Slot first = slots.getFirst();
        out.append(family(first.family()));
        tried(first).ifPresent(out::append);
        return out.toString().strip();
    }

    private String family(String family) {
        List<Past> all =
                memory.past().stream().filter(p -> p.family().equals(family)).toList();
        if (all.isEmpty()) return "No sprint so far was about " + family + ". ";
        long kept = all.stream().filter(p -> p.verdict().good()).count();
        Optional<Past> best =
                all.stream().filter(p -> !Double.isNaN(p.gain())).max(java.util.Comparator.comparingDouble(Past::gain));
        String most = best.map(p -> String.format(
                        Locale.ROOT,
                        " The largest difference was %+.3f (%s, %d pairs of the %s).",
                        p.gain(),
                        p.key(),
                        p.pairs(),
                        p.stage()))
                .orElse("");
        return "Of " + all.size() + " sprint" + (all.size() == 1 ? "" : "s") + " about " + family + " so far " + kept
                + (kept == 1 ? " was" : " were") + " promoted." + most + " ";
    }

    private Optional<String> tried(Slot slot) {
        List<Past> same =
                memory.past().stream().filter(p -> p.key().equals(slot.id())).toList();
        if (same.isEmpty()) return Optional.empty();
        Past last = same.getLast();
        return Optional.of(String.format(
                Locale.ROOT,
                "This slot was tried %s, last with the verdict '%s' (%+.3f)%s. ",
                same.size() == 1 ? "once" : same.size() + " times",
                last.verdict().words(),
                last.gain(),
                last.generation() == memory.generation() ? "" : ", against another control than today's"));
    }

    private Optional<String> gain(Slot slot) {
        return memory.past().stream()
                .filter(p -> p.key().equals(slot.id()) && !Double.isNaN(p.gain()))
                .max(java.util.Comparator.comparingDouble(Past::gain))
                .map(p -> String.format(Locale.ROOT, "%+.3f in %d pairs", p.gain(), p.pairs()));
    }

    private static String sentence(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
