package dev.assay.app.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.research.Ledger;
import dev.assay.research.LedgerEntry;
import dev.assay.research.Protocol;
import dev.assay.research.ResearchException;
import dev.assay.research.Summary;
import dev.assay.research.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A workspace of {@code assay research} (docs/research.md): all that is shown is computed from its ledger. Thread-safe. */
final class ResearchFolder {
    static final String REPORT = "report.pdf";

    private static final String PROPOSAL = "proposal";
    private static final String VERDICT = "verdict";
    private static final String RUN = "run";
    private static final int LATEST = 30;
    private static final int SAID = 160;

    private final String id;
    private final Path folder;
    private Optional<Workspace> opened = Optional.empty();
    private long length;

    ResearchFolder(String id, Path folder) {
        this.id = id;
        this.folder = folder;
    }

    /** Whether a folder is one. */
    static boolean is(Path folder) {
        return Files.isRegularFile(folder.resolve(Protocol.FILE)) && Files.isRegularFile(folder.resolve(Ledger.FILE));
    }

    String id() {
        return id;
    }

    Path folder() {
        return folder;
    }

    private synchronized Workspace workspace() {
        if (opened.isEmpty()) opened = Optional.of(Workspace.open(folder, Clock.systemUTC()));
        return opened.get();
    }

    /** Whether the ledger has grown since this was asked last. */
    synchronized boolean grew() {
        try {
            long now = Files.size(folder.resolve(Ledger.FILE));
            boolean more = now != length;
            length = now;
            return more;
        } catch (IOException e) {
            return false;
        }
    }

    /** How many sprints were begun, or what is wrong with the workspace. */
    record State(int sprints, String trouble) {}

    State state() {
        try {
            return new State(workspace().ledger().entries(PROPOSAL).size(), "");
        } catch (ResearchException e) {
            return new State(0, String.valueOf(e.getMessage()));
        }
    }

    /** Runs and other entries of the ledger, newest first. */
    record Event(long seq, String time, String type, String sprint, String text) {}

    /**
     * A sprint in the list.
     *
     * @param verdict empty while it is under way
     * @param effect of the variant that got furthest, where it got; empty if nothing was scored there
     * @param held whether it came to worlds that nobody had tuned on
     */
    record Line(
            String name,
            String title,
            String family,
            String origin,
            String researcher,
            double probability,
            String verdict,
            String reason,
            String stage,
            Optional<SprintStages.Effect> effect,
            Optional<SprintStages.Effect> held,
            int runs,
            boolean report) {}

    record Board(
            Summary summary, Protocol protocol, double floor, List<Line> sprints, List<Event> latest, long entries) {}

    Board board() {
        Workspace w = workspace();
        List<LedgerEntry> all = w.ledger().entries();
        List<Line> lines = names(all).stream().map(n -> line(n, of(all, n))).toList();
        double floor = all.stream()
                .filter(e -> e.type().equals("floor"))
                .mapToDouble(e -> e.body().path("floor").asDouble(Double.NaN))
                .reduce(Double.NaN, (a, b) -> b);
        List<Event> latest =
                all.reversed().stream().limit(LATEST).map(ResearchFolder::event).toList();
        return new Board(Summary.of(w), w.protocol(), floor, lines, latest, all.size());
    }

    private static List<String> names(List<LedgerEntry> all) {
        return all.stream()
                .filter(e -> e.type().equals(PROPOSAL))
                .map(e -> e.body().path("sprint").asText())
                .distinct()
                .toList();
    }

    /** What the ledger has of a sprint. */
    private static List<LedgerEntry> of(List<LedgerEntry> all, String sprint) {
        return all.stream()
                .filter(e -> e.body().path("sprint").asText().equals(sprint))
                .toList();
    }

    private static JsonNode last(List<LedgerEntry> entries, String type) {
        return entries.stream()
                .filter(e -> e.type().equals(type))
                .map(LedgerEntry::body)
                .reduce((a, b) -> b)
                .orElse(com.fasterxml.jackson.databind.node.MissingNode.getInstance());
    }

    private static List<JsonNode> runs(List<LedgerEntry> entries) {
        return entries.stream()
                .filter(e -> e.type().equals(RUN))
                .map(LedgerEntry::body)
                .toList();
    }

    private Line line(String name, List<LedgerEntry> entries) {
        JsonNode proposal = last(entries, PROPOSAL);
        JsonNode idea = proposal.path("idea");
        JsonNode verdict = last(entries, VERDICT);
        List<JsonNode> runs = runs(entries);
        List<SprintStages.Stage> stages = SprintStages.of(runs);
        String stage = verdict.path("stage").asText("");
        String variant = verdict.path("variant").asText("");
        return new Line(
                name,
                idea.path("title").asText(),
                idea.path("family").asText(),
                idea.path("origin").asText(),
                proposal.path("researcher").asText(),
                idea.path("probability").asDouble(),
                verdict.path("verdict").asText(""),
                verdict.path("reason").asText(""),
                stage,
                SprintStages.effect(stages, stage, variant),
                SprintStages.effect(stages, SprintStages.HELD_OUT, variant),
                runs.size(),
                report(name).isPresent());
    }

    private static Event event(LedgerEntry e) {
        return new Event(
                e.seq(), e.time().toString(), e.type(), e.body().path("sprint").asText(""), said(e));
    }

    private static String said(LedgerEntry e) {
        JsonNode b = e.body();
        String text = switch (e.type()) {
            case RUN ->
                String.join(
                        ", ",
                        b.path("stage").asText(),
                        b.path("entrant").asText(),
                        "pair " + (b.path("pair").asInt() + 1),
                        b.path("outcome").asText()
                                + (b.path("reason").asText().isEmpty() ? "" : ": ")
                                + b.path("reason").asText());
            case PROPOSAL -> b.path("idea").path("title").asText();
            case VERDICT -> b.path("verdict").asText() + ": " + b.path("reason").asText();
            case "hint" -> b.path("text").asText();
            case "promote" ->
                "the new control, generation " + b.path("generation").asText();
            case "floor" -> "noise floor " + b.path("floor").asText();
            default -> b.path("reason").asText(b.path("researcher").asText(""));
        };
        return text.length() <= SAID ? text : text.substring(0, SAID - 1) + "…";
    }

    /**
     * A sprint.
     *
     * @param choices of each variant, by its name
     * @param control choices of the recipe that it has to beat
     * @param log lines that the sprint wrote
     */
    record Page(
            Line line,
            String begun,
            String motivation,
            String hypothesis,
            Map<String, Map<String, String>> choices,
            Map<String, String> control,
            double floor,
            double level,
            String variant,
            List<SprintStages.Stage> stages,
            List<String> log) {}

    Optional<Page> page(String name) {
        List<LedgerEntry> all = workspace().ledger().entries();
        if (!names(all).contains(name)) return Optional.empty();
        List<LedgerEntry> own = of(all, name);
        JsonNode proposal = last(own, PROPOSAL);
        JsonNode verdict = last(own, VERDICT);
        Map<String, Map<String, String>> choices = new LinkedHashMap<>();
        for (JsonNode v : proposal.path("idea").path("variants"))
            choices.put(v.path("name").asText(), texts(v.path("choices")));
        return Optional.of(new Page(
                line(name, own),
                own.getFirst().time().toString(),
                proposal.path("idea").path("motivation").asText(),
                proposal.path("idea").path("hypothesis").asText(),
                choices,
                texts(proposal.path("control")),
                verdict.path("floor").asDouble(Double.NaN),
                verdict.path("level").asDouble(0),
                verdict.path("variant").asText(""),
                SprintStages.of(runs(own)),
                log(name)));
    }

    private static Map<String, String> texts(JsonNode node) {
        Map<String, String> out = new LinkedHashMap<>();
        node.properties().forEach(f -> out.put(f.getKey(), f.getValue().asText()));
        return out;
    }

    private List<String> log(String sprint) {
        Path file = folder.resolve(Workspace.SPRINTS).resolve(sprint).resolve("log.md");
        var lines = new ArrayList<String>();
        try {
            if (Files.isRegularFile(file))
                for (String line : Files.readAllLines(file)) lines.add(line.replaceFirst("^- ", ""));
        } catch (IOException e) {
            lines.add("log.md can't be read: " + e.getMessage());
        }
        return lines;
    }

    /** The report of a sprint of the ledger, if one was written. */
    Optional<Path> report(String sprint) {
        Path sprints = folder.resolve(Workspace.SPRINTS).toAbsolutePath().normalize();
        Path file = sprints.resolve(sprint).resolve(REPORT).normalize();
        return file.startsWith(sprints)
                        && file.getNameCount() == sprints.getNameCount() + 2
                        && Files.isRegularFile(file)
                ? Optional.of(file)
                : Optional.empty();
    }

    /** Names of all sprints. */
    List<String> sprints() {
        return names(workspace().ledger().entries());
    }
}
