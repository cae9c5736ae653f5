package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a researcher outside of the harness is told: the ledger and the grammar as data, and how things are done here. */
final class Briefing {
    private static final int MOST_SPRINTS = 60;

    private final Memory memory;
    private final boolean blind;

    /** @param blind whether past sprints are hidden, since another family's turn has come */
    Briefing(Memory memory, boolean blind) {
        this.memory = memory;
        this.blind = blind;
    }

    /** A text that comes with the program: {@code rules}, {@code extension-point}. */
    static String text(String name) {
        String resource = "/research/" + name + ".md";
        try (InputStream in = Briefing.class.getResourceAsStream(resource)) {
            if (in == null) throw new IllegalStateException(resource + " is not in this program");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(resource + " can't be read", e);
        }
    }

    /** What the ledger amounts to. */
    JsonNode ledger() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("control", control());
        out.put("hints", memory.hints());
        out.put("in-progress", memory.inProgress());
        if (blind) {
            out.put(
                    "another-family",
                    "this sprint must not be about " + memory.recentFamilies()
                            + "; past sprints are not shown, so that they anchor nothing");
            out.put("ideas-made-without-sight-of-sprints", memory.blindIdeas());
            return CanonicalJson.tree(out);
        }
        List<Memory.Past> past = memory.past();
        out.put("sprints", past.size());
        out.put(
                "last-sprints",
                past.subList(Math.max(0, past.size() - MOST_SPRINTS), past.size()).stream()
                        .map(Briefing::row)
                        .toList());
        return CanonicalJson.tree(out);
    }

    private Map<String, Object> control() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("generation", memory.generation());
        out.put("choices", memory.control());
        out.put("recipe", memory.grammar().text(memory.control()));
        out.put("noise-floor", memory.floor());
        return out;
    }

    private static Map<String, Object> row(Memory.Past p) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("sprint", p.sprint());
        out.put("idea", p.key());
        out.put("title", p.title());
        out.put("family", p.family());
        out.put("against-generation", p.generation());
        out.put("stated-probability", p.probability());
        out.put("gain", p.gain());
        out.put("pairs", p.pairs());
        out.put("stage", p.stage());
        out.put("verdict", p.verdict().words());
        return out;
    }

    /**
     * A sprint that has ended: its proposal, its verdict, and the mean F1 and MCC of each entrant of each stage.
     *
     * @throws ResearchException if there is none of this name, or it is hidden
     */
    JsonNode sprint(String name) {
        if (blind) throw new ResearchException("past sprints are hidden this time");
        Map<String, Object> out = new LinkedHashMap<>();
        for (LedgerEntry e : memory.entries())
            if (e.body().path("sprint").asText().equals(name)
                    && (e.type().equals(Sprint.PROPOSAL) || e.type().equals(Sprint.VERDICT)))
                out.put(e.type(), e.type().equals(Sprint.PROPOSAL) ? e.body().path("idea") : e.body());
        if (!out.containsKey(Sprint.VERDICT))
            throw new ResearchException("there is no finished sprint '" + name + "'; read_ledger names them");
        out.put("means", means(memory.rows(name)));
        return CanonicalJson.tree(out);
    }

    private static List<Map<String, Object>> means(List<RunRow> rows) {
        List<Map<String, Object>> out = new ArrayList<>();
        for (String stage : rows.stream().map(RunRow::stage).distinct().toList())
            for (String entrant : rows.stream().map(RunRow::entrant).distinct().toList()) {
                List<RunRow> here = rows.stream()
                        .filter(r -> r.stage().equals(stage) && r.entrant().equals(entrant))
                        .toList();
                if (here.isEmpty()) continue;
                List<RunRow> scored = here.stream().filter(RunRow::scored).toList();
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("stage", stage);
                row.put("entrant", entrant);
                row.put("scored", scored.size());
                row.put("void", here.size() - scored.size());
                row.put(
                        "f1",
                        scored.stream()
                                .mapToDouble(r -> r.score().f1())
                                .average()
                                .orElse(Double.NaN));
                row.put(
                        "mcc",
                        scored.stream()
                                .mapToDouble(r -> r.score().mcc())
                                .average()
                                .orElse(Double.NaN));
                here.stream().filter(r -> !r.scored()).findFirst().ifPresent(r -> row.put("why-void", r.reason()));
                out.add(row);
            }
        return out;
    }

    /** The slots that may be changed, with what each value sets in a recipe. */
    JsonNode grammar() {
        return CanonicalJson.tree(memory.slots().stream().map(this::slot).toList());
    }

    private Map<String, Object> slot(Slot s) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("slot", s.id());
        out.put("family", s.family());
        out.put("about", s.title());
        out.put("why", s.why());
        out.put("needs", s.needs());
        out.put("applies-to-the-control", memory.grammar().applies(s, memory.control()));
        out.put("now", memory.control().getOrDefault(s.id(), ""));
        Map<String, Object> values = new LinkedHashMap<>();
        s.values().forEach(v -> values.put(v.name(), v.fields()));
        out.put("values", values);
        return out;
    }
}
