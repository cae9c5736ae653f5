package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.chat.JsonSchema;
import dev.assay.journal.CanonicalJson;
import dev.assay.sae.SaeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes ideas of drafts, or says what is wrong with them. What the harness can know by itself (key, family, whether it was
 * tried, where it can't come from) is not left to the words of a draft.
 */
final class Drafts {
    /** The family of code that no family of the grammar is about. */
    static final String CODE = "code";

    private static final JsonSchema FORM = JsonSchema.of(Draft.class);
    private static final int MOST_VARIANTS = 4;
    private static final int LONGEST_NAME = 80;
    private static final int LONGEST_TEXT = 6000;
    private static final int LONGEST_SOURCE = 200_000;

    private final Memory memory;
    private final boolean blind;
    private final Optional<Set<String>> notes;

    /**
     * @param blind whether past sprints were hidden, and another family is wanted
     * @param notes sources that were looked up; empty where nobody saw what was
     */
    Drafts(Memory memory, boolean blind, Optional<Set<String>> notes) {
        this.memory = memory;
        this.blind = blind;
        this.notes = notes;
    }

    /** @throws ResearchException that says all that is wrong with its form, or the first thing wrong with its content */
    Idea idea(JsonNode json) {
        List<String> problems = FORM.problems(json);
        if (!problems.isEmpty()) throw new ResearchException(String.join("; ", problems));
        Draft draft = JsonSchema.read(json, Draft.class);
        line("title", draft.title());
        words("motivation", draft.motivation());
        words("hypothesis", draft.hypothesis());
        if (!(draft.probability() >= 0 && draft.probability() <= 1))
            throw new ResearchException("probability is a number from 0 to 1, not " + draft.probability());
        if (draft.variants().isEmpty() || draft.variants().size() > MOST_VARIANTS)
            throw new ResearchException("an idea has 1 to " + MOST_VARIANTS + " variants, not "
                    + draft.variants().size());
        List<Idea.Variant> variants = variants(draft);
        String family = family(draft);
        if (blind && memory.recentFamilies().contains(family))
            throw new ResearchException("another family's turn has come: this sprint can't be about '" + family
                    + "'; the last ones were about " + memory.recentFamilies());
        untried(variants);
        return new Idea(
                key(draft),
                draft.title().strip(),
                family,
                origin(draft),
                motivation(draft),
                draft.hypothesis().strip(),
                draft.probability(),
                variants);
    }

    private static String motivation(Draft draft) {
        return draft.motivation().strip()
                + draft.source()
                        .filter(s -> !s.isBlank())
                        .map(s -> " (Source: " + s.strip() + ".)")
                        .orElse("");
    }

    private static void line(String field, String text) {
        if (text.isBlank() || text.length() > LONGEST_NAME || text.lines().count() > 1)
            throw new ResearchException(field + " is one line of 1 to " + LONGEST_NAME + " characters");
    }

    private static void words(String field, String text) {
        if (text.isBlank() || text.length() > LONGEST_TEXT)
            throw new ResearchException(field + " has 1 to " + LONGEST_TEXT + " characters");
    }

    private List<Idea.Variant> variants(Draft draft) {
        Set<String> names = new HashSet<>(Set.of(RunRow.CONTROL));
        List<Idea.Variant> out = new ArrayList<>();
        for (Draft.Way way : draft.variants()) {
            line("the name of a variant", way.name());
            if (!names.add(way.name().strip()))
                throw new ResearchException("a variant can't be called '" + way.name() + "': another entrant is");
            out.add(new Idea.Variant(way.name().strip(), choices(way.changes()), sources(way)));
            if (way.changes().none() && way.sources().isEmpty())
                throw new ResearchException("the variant '" + way.name() + "' changes nothing of the control");
        }
        return out;
    }

    private static Map<String, String> sources(Draft.Way way) {
        Map<String, String> sources = way.sources();
        if (sources.values().stream().mapToInt(String::length).sum() > LONGEST_SOURCE)
            throw new ResearchException("the files of a variant have at most " + LONGEST_SOURCE + " characters");
        return sources;
    }

    /**
     * The control with these changes.
     *
     * @throws ResearchException if a slot or value is not there, is forbidden, or means nothing beside the others
     */
    Map<String, String> choices(Draft.Changes changes) {
        Map<String, String> out = new TreeMap<>(memory.control());
        for (String id : changes.unset()) {
            open(id);
            if (out.remove(id) == null) throw new ResearchException("the control has no " + id + " to be unset");
        }
        for (Draft.Choice c : changes.set()) {
            Slot slot = open(c.slot());
            if (slot.value(c.value()).isEmpty())
                throw new ResearchException(c.slot() + " has no value '" + c.value() + "'; there are "
                        + slot.values().stream().map(Slot.Value::name).toList());
            out.put(c.slot(), c.value());
        }
        Map<String, String> meaningful = memory.grammar().meaningful(out);
        for (Draft.Choice c : changes.set())
            if (!meaningful.containsKey(c.slot()))
                throw new ResearchException(c.slot() + " means nothing beside the other choices; it needs "
                        + open(c.slot()).needs());
        trainable(meaningful);
        return meaningful;
    }

    private Slot open(String id) {
        List<Slot> open = memory.grammar().open();
        Slot slot = open.stream()
                .filter(s -> s.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new ResearchException("there is no slot '" + id + "'; there are "
                        + String.join(", ", open.stream().map(Slot::id).toList())));
        if (memory.forbids(slot)) throw new ResearchException("TASK.md forbids " + id);
        return slot;
    }

    private void trainable(Map<String, String> choices) {
        Optional<String> breach;
        try {
            breach = Contract.breach(
                    memory.protocol(),
                    Grammar.recipe(memory.grammar().text(choices)),
                    memory.protocol().samples());
        } catch (SaeException e) {
            throw new ResearchException("these choices can't be trained together: " + e.getMessage(), e);
        }
        if (breach.isPresent()) throw new ResearchException("the recipe breaks the contract: " + breach.get());
    }

    /** By what it changes first; code that changes no recipe may say what it is about. */
    private String family(Draft draft) {
        Draft.Way first = draft.variants().getFirst();
        for (Draft.Choice c : first.changes().set()) return open(c.slot()).family();
        for (String id : first.changes().unset()) return open(id).family();
        Set<String> known = new TreeSet<>(Set.of(CODE));
        memory.grammar().open().forEach(s -> known.add(s.family()));
        String said = draft.family().orElse(CODE);
        if (!known.contains(said))
            throw new ResearchException("family is one of " + String.join(", ", known) + ", not '" + said + "'");
        return said;
    }

    /** The same for the same changes, whatever they are called. */
    private static String key(Draft draft) {
        Set<String> parts = new TreeSet<>();
        for (Draft.Way way : draft.variants()) {
            way.changes().set().forEach(c -> parts.add(c.slot()));
            way.changes().unset().forEach(id -> parts.add("no " + id));
            if (!way.sources().isEmpty())
                parts.add("code "
                        + Hashes.of(Workspace.utf8(way.sources().toString())).substring(0, 8));
        }
        return String.join(" + ", parts);
    }

    private void untried(List<Idea.Variant> variants) {
        Set<String> tried = new HashSet<>();
        for (LedgerEntry e : memory.entries())
            if (e.type().equals(Sprint.PROPOSAL) && e.body().path("generation").asInt() == memory.generation())
                e.body()
                        .path("idea")
                        .path("variants")
                        .forEach(v -> tried.add(what(v.path("choices"), v.path("sources"))));
        boolean known = variants.stream()
                .map(v -> CanonicalJson.tree(v))
                .allMatch(v -> tried.contains(what(v.path("choices"), v.path("sources"))));
        if (known) throw new ResearchException("just this was tried against the present control already");
    }

    private static String what(JsonNode choices, JsonNode sources) {
        return CanonicalJson.sha256(List.of(choices, sources));
    }

    private Idea.Origin origin(Draft draft) {
        if (blind) return Idea.Origin.BLIND;
        return switch (draft.origin()) {
            case OWN -> Idea.Origin.OWN;
            case PAST_SPRINT -> {
                if (memory.past().isEmpty())
                    throw new ResearchException("there is no past sprint that it could be from");
                yield Idea.Origin.PAST_SPRINT;
            }
            case HUMAN_HINT -> {
                if (memory.hints().isEmpty() && memory.wanted().isEmpty())
                    throw new ResearchException("nobody gave a hint that it could be from");
                yield Idea.Origin.HUMAN_HINT;
            }
            case LITERATURE -> {
                String source = draft.source().orElse("");
                if (source.isBlank() || (notes.isPresent() && !notes.get().contains(source)))
                    throw new ResearchException("an idea from the literature names the source that was looked up"
                            + notes.map(n -> ", one of " + n).orElse(""));
                yield Idea.Origin.LITERATURE;
            }
        };
    }
}
