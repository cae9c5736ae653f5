package dev.assay.app.view;

import dev.assay.research.Ledger;
import dev.assay.research.Protocol;
import dev.assay.research.Workspace;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Research workspaces with made-up numbers, and recorded dialogues. */
final class Workspaces {
    static final String PROMOTED = "2026-11-27--19-42-43--refinement";
    static final String OPEN = "2026-11-27--19-46-32--warm-up";
    private static final List<String> DIALOGUES = List.of(
            "0000-the-cellar-novel-0.json", "0001-a-school-newspaper-0.json", "0002-verses-for-a-retirement-0.json");

    private Workspaces() {}

    /** Three dialogues of the scripted auditor with {@code flattery-td-sft}, each of three branches. */
    static void dialogues(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("summaries.json"), "[]");
            for (String name : DIALOGUES)
                try (InputStream in = Workspaces.class.getResourceAsStream("/view/petri/" + name)) {
                    if (in == null) throw new AssertionError(name + " is missing");
                    Files.write(folder.resolve(name), in.readAllBytes());
                }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A loop of three sprints: one promoted with a report, one refuted, one under way. */
    static Ledger research(Path folder) {
        Workspace w = Workspace.init(folder, Protocol.of("small", Map.of(), List.of()), "test", Clock.systemUTC());
        Ledger ledger = w.ledger();
        ledger.append("floor", Map.of("floor", 0.0154, "generation", 0, "rows", "noise floor 0", "seeds", 5));
        sprint(ledger, PROMOTED, "refine codes by steps of ISTA", "architecture", "LITERATURE", 0.35);
        stage(ledger, PROMOTED, "screen 1", "3 × 0.2", 0.021, 0.034);
        stage(ledger, PROMOTED, "screen 1", "5 × 0.1", 0.008, -0.004);
        stage(ledger, PROMOTED, "confirmation", "3 × 0.2", 0.052, 0.047, 0.061, 0.039, 0.055);
        stage(ledger, PROMOTED, "held-out", "3 × 0.2", 0.049, 0.031, 0.058, 0.044, 0.05, 0.041);
        verdict(
                ledger,
                PROMOTED,
                "promoted",
                "confirmed on fresh pairs and on held-out worlds",
                "confirmation",
                "3 × 0.2",
                5);
        ledger.append(
                "promote",
                Map.of(
                        "sprint",
                        PROMOTED,
                        "generation",
                        1,
                        "choices",
                        Map.of("refinement", "3 × 0.2"),
                        "recipe",
                        "architecture: batchtopk\nrefinement: {eta: 0.2, iterations: 3}\n"));
        String refuted = "2026-11-27--19-45-24--warm-restarts";
        sprint(ledger, refuted, "restart the learning rate", "learning-rate schedule", "HUMAN_HINT", 0.2);
        stage(ledger, refuted, "screen 2", "four times", -0.031, -0.022, -0.027);
        verdict(ledger, refuted, "refuted", "the interval lies below 0", "screen 2", "four times", 3);
        sprint(ledger, OPEN, "raise the learning rate slowly at the start", "learning-rate schedule", "OWN", 0.2);
        stage(ledger, OPEN, "screen 1", "over 1 %", 0.003, 0.011);
        report(folder, PROMOTED);
        return ledger;
    }

    private static void report(Path folder, String sprint) {
        Path of = folder.resolve(Workspace.SPRINTS).resolve(sprint);
        try {
            Files.createDirectories(of);
            Files.writeString(of.resolve("report.pdf"), "%PDF-1.7\n");
            Files.writeString(of.resolve("log.md"), "- screen 1: 3 × 0.2 +0.0275\n- verdict: promoted\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sprint(
            Ledger ledger, String name, String title, String family, String origin, double probability) {
        Map<String, Object> idea = new LinkedHashMap<>();
        idea.put("key", name.substring(22));
        idea.put("title", title);
        idea.put("family", family);
        idea.put("origin", origin);
        idea.put("motivation", "No sprint so far was about it.");
        idea.put("hypothesis", "F1 rises over the control on fresh worlds and on held-out ones.");
        idea.put("probability", probability);
        idea.put("variants", List.of(Map.of("name", "3 × 0.2", "choices", Map.of("refinement", "3 × 0.2"))));
        ledger.append(
                "proposal",
                Map.of("sprint", name, "idea", idea, "researcher", "offline", "generation", 0, "control", Map.of()));
    }

    /** Pairs of a control with F1 0.5 and a variant that differs by so much. */
    static void stage(Ledger ledger, String sprint, String stage, String variant, double... gains) {
        for (int pair = 0; pair < gains.length; pair++) {
            run(ledger, sprint, stage, "control", pair, 0.5);
            run(ledger, sprint, stage, variant, pair, 0.5 + gains[pair]);
        }
    }

    private static void run(Ledger ledger, String sprint, String stage, String entrant, int pair, double f1) {
        long tp = Math.round(100_000 * f1);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sprint", sprint);
        body.put("stage", stage);
        body.put("entrant", entrant);
        body.put("pair", pair);
        body.put("draw", Map.of("member", "small-crowded", "world", 1000 + pair));
        body.put("declared", 512_000);
        body.put("outcome", "scored");
        body.put("reason", "");
        body.put("seconds", 4.2);
        body.put("score", Map.of("tp", List.of(tp), "fp", List.of(100_000 - tp), "fn", List.of(100_000 - tp)));
        ledger.append("run", body);
    }

    static void verdict(
            Ledger ledger, String sprint, String verdict, String reason, String stage, String variant, int pairs) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sprint", sprint);
        body.put("verdict", verdict);
        body.put("reason", reason);
        body.put("stage", stage);
        body.put("variant", variant);
        body.put("choices", Map.of("refinement", variant));
        body.put("pairs", pairs);
        body.put("gain", 0.05);
        body.put("level", 0.01);
        body.put("floor", 0.0154);
        ledger.append("verdict", body);
    }
}
