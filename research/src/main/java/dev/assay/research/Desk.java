package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.chat.Chat;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What a person does to a workspace while loops work in it; all of it is in the ledger with its time. */
public final class Desk {
    public static final String HINT = "hint";
    static final String IDEAS = "ideas";

    private Desk() {}

    /** Leaves a hint for the researchers. */
    public static void hint(Workspace workspace, String text) {
        hint(workspace, text, Map.of());
    }

    /**
     * Leaves a hint that came another way.
     *
     * @param from what is kept of where it came from
     * @return the number of its entry in the ledger
     */
    public static long hint(Workspace workspace, String text, Map<String, String> from) {
        if (text.isBlank()) throw new ResearchException("a hint needs words");
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("text", text.strip());
        if (!from.isEmpty()) body.put("from", from);
        return workspace.ledger().append(HINT, body).seq();
    }

    /**
     * A sprint that has ended, with its report.
     *
     * @param proposed number of the proposal's entry in the ledger
     * @param concluded number of the verdict's
     * @param hinted whether a person's hint is its origin
     * @param gain mean difference of F1 to the control where it got furthest; NaN if nothing was scored
     * @param folder with {@code report.pdf}
     */
    public record Ended(
            long proposed,
            long concluded,
            String sprint,
            String idea,
            String title,
            boolean hinted,
            String researcher,
            double probability,
            String verdict,
            String reason,
            double gain,
            int pairs,
            String stage,
            Path folder) {}

    /** All sprints that have ended, oldest first. */
    public static List<Ended> ended(Workspace workspace) {
        Map<String, LedgerEntry> proposals = new LinkedHashMap<>();
        List<Ended> out = new ArrayList<>();
        for (LedgerEntry e : workspace.ledger().entries()) {
            String sprint = e.body().path("sprint").asText();
            if (e.type().equals(Sprint.PROPOSAL)) proposals.put(sprint, e);
            LedgerEntry proposal = proposals.get(sprint);
            Path folder = workspace.sprints().resolve(sprint);
            if (e.type().equals(Sprint.VERDICT) && proposal != null && SprintFolder.done(folder))
                out.add(ended(proposal, e, folder));
        }
        return out;
    }

    private static Ended ended(LedgerEntry proposal, LedgerEntry verdict, Path folder) {
        JsonNode idea = proposal.body().path("idea");
        JsonNode said = verdict.body();
        return new Ended(
                proposal.seq(),
                verdict.seq(),
                said.path("sprint").asText(),
                idea.path("key").asText(),
                idea.path("title").asText(),
                idea.path("origin").asText().equals(Idea.Origin.HUMAN_HINT.name()),
                proposal.body().path("researcher").asText(),
                idea.path("probability").asDouble(),
                said.path("verdict").asText(),
                said.path("reason").asText(),
                said.path("gain").asDouble(Double.NaN),
                said.path("pairs").asInt(),
                said.path("stage").asText(),
                folder);
    }

    /** Loops end their sprint and wait. */
    public static void pause(Workspace workspace) {
        try {
            Path file = workspace.folder().resolve(Loop.PAUSED);
            if (Files.exists(file)) return;
            Files.createFile(file);
            workspace.ledger().append("pause", Map.of());
        } catch (IOException e) {
            throw new ResearchException("the workspace can't be paused (" + e.getMessage() + ")", e);
        }
    }

    public static void resume(Workspace workspace) {
        try {
            if (Files.deleteIfExists(workspace.folder().resolve(Loop.PAUSED)))
                workspace.ledger().append("resume", Map.of());
        } catch (IOException e) {
            throw new ResearchException("the workspace can't be resumed (" + e.getMessage() + ")", e);
        }
    }

    /** An idea of {@link #ideas}. */
    public record Blind(String key, String family, String title, String why) {}

    /**
     * Ideas from the grammar and the task alone, without sight of past sprints; researchers take from them when it is
     * another family's turn.
     */
    public static List<Blind> ideas(Workspace workspace, int count, long seed) {
        List<Slot> slots = new ArrayList<>(new Grammar(workspace.protocol()).open());
        Collections.shuffle(slots, new Random(SplitRandom.of(seed).split(IDEAS).seed()));
        List<Blind> ideas = slots.stream()
                .limit(count)
                .map(s -> new Blind(s.id(), s.family(), s.title(), s.why()))
                .toList();
        return noted(workspace, seed, "offline", ideas);
    }

    /**
     * The same by a language model, the role {@value LlmResearcher#ROLE}. Ideas that the grammar can't say have the family
     * {@value Drafts#CODE}; researchers that write code are shown them.
     *
     * @param seed with which the same question is not asked again
     */
    public static List<Blind> ideas(Workspace workspace, int count, long seed, Roles roles) {
        try (Journal answers = Journal.open(workspace.folder().resolve(IDEAS), Manifest.ofCache(IDEAS))) {
            Chat chat = roles.chat(LlmResearcher.ROLE, new Memo(answers));
            SplitRandom random = SplitRandom.of(seed).split(IDEAS);
            List<Blind> ideas = new BlindIdeas(chat, new Memory(workspace)).of(count, random);
            return noted(workspace, seed, chat.model(), ideas);
        }
    }

    private static List<Blind> noted(Workspace workspace, long seed, String by, List<Blind> ideas) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("seed", seed);
        body.put("by", by);
        body.put("ideas", ideas);
        workspace.ledger().append(IDEAS, body);
        return ideas;
    }

    /** The grammar that researchers are given: slots with their values. */
    public static Map<String, List<String>> grammar(Workspace workspace) {
        Map<String, List<String>> out = new LinkedHashMap<>();
        for (Slot s : new Grammar(workspace.protocol()).open())
            out.put(s.id(), s.values().stream().map(Slot.Value::name).toList());
        return out;
    }

    /** Choices of the grammar that are the published LISTA-Matryoshka, for workspaces that begin there. */
    public static Map<String, String> listaMatryoshka(String family) {
        return new Grammar(Protocol.of(family, Map.of(), List.of())).listaMatryoshka();
    }

    /** Choices of the grammar that are the published BatchTopK. */
    public static Map<String, String> batchTopK(String family) {
        return new Grammar(Protocol.of(family, Map.of(), List.of())).batchTopK();
    }

    /**
     * Writes the reports of all sprints that have ended anew from the ledger, into another folder, and one of them all,
     * {@code loop.html} and {@code loop.pdf}.
     *
     * @return how many sprints
     */
    public static int reports(Workspace workspace, Path out) {
        int written = 0;
        for (Path folder : SprintFolder.all(workspace)) {
            if (!SprintFolder.done(folder)) continue;
            Path target = out.resolve(folder.getFileName().toString());
            SprintReport.write(workspace, target);
            written++;
        }
        LoopReport.write(workspace, out);
        return written;
    }
}
