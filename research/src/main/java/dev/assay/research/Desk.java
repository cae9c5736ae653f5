package dev.assay.research;

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
    private Desk() {}

    /** Leaves a hint for the researchers. */
    public static void hint(Workspace workspace, String text) {
        if (text.isBlank()) throw new ResearchException("a hint needs words");
        workspace.ledger().append("hint", Map.of("text", text.strip()));
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
        Collections.shuffle(
                slots, new Random(SplitRandom.of(seed).split("ideas").seed()));
        List<Blind> ideas = slots.stream()
                .limit(count)
                .map(s -> new Blind(s.id(), s.family(), s.title(), s.why()))
                .toList();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("seed", seed);
        body.put("ideas", ideas);
        workspace.ledger().append("ideas", body);
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

    /** Writes the reports of all sprints that have ended anew from the ledger, into another folder. */
    public static int reports(Workspace workspace, Path out) {
        int written = 0;
        for (Path folder : SprintFolder.all(workspace)) {
            if (!SprintFolder.done(folder)) continue;
            Path target = out.resolve(folder.getFileName().toString());
            SprintReport.write(workspace, target);
            written++;
        }
        return written;
    }
}
