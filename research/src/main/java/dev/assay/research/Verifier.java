package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.journal.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Checks a workspace from its files, with nothing of what wrote them: the chain, that each hypothesis was written down
 * before its first run, and every number of every report, computed anew from the counts of single latents.
 */
public final class Verifier {
    private static final double CLOSE = 1e-9;
    private static final String ZEROS = "0".repeat(64);

    private final Path root;
    private final List<JsonNode> entries = new ArrayList<>();
    private final Set<String> hashes = new HashSet<>();
    private final List<String> faults = new ArrayList<>();
    private int numbers;
    private int reports;

    private Verifier(Path root) {
        this.root = root;
    }

    /**
     * What was found.
     *
     * @param numbers that were computed anew
     * @param faults what does not hold; empty if all does
     */
    public record Result(int entries, int reports, int numbers, List<String> faults) {
        public boolean holds() {
            return faults.isEmpty();
        }
    }

    public static Result verify(Path workspace) {
        var verifier = new Verifier(workspace);
        try {
            verifier.chain();
            verifier.files();
            verifier.order();
            verifier.reports();
        } catch (IOException e) {
            verifier.faults.add("a file can't be read: " + e.getMessage());
        }
        return new Result(verifier.entries.size(), verifier.reports, verifier.numbers, List.copyOf(verifier.faults));
    }

    private void chain() throws IOException {
        String before = ZEROS;
        List<String> lines = Files.readAllLines(root.resolve("ledger.jsonl"));
        for (int i = 0; i < lines.size(); i++) {
            JsonNode entry = CanonicalJson.parse(Workspace.utf8(lines.get(i)));
            String hash = entry.path("hash").asText();
            ObjectNode rest = entry.deepCopy();
            rest.remove("hash");
            if (!CanonicalJson.sha256(rest).equals(hash)) faults.add("ledger line " + (i + 1) + " was changed");
            if (!entry.path("prev").asText().equals(before) || entry.path("seq").asInt() != i)
                faults.add("ledger line " + (i + 1) + " does not follow the one before");
            before = hash;
            hashes.add(hash);
            entries.add(entry);
        }
    }

    private JsonNode only(String type, String sprint) {
        for (JsonNode e : entries)
            if (e.path("type").asText().equals(type)
                    && e.path("body").path("sprint").asText().equals(sprint)) return e;
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }

    private void files() {
        JsonNode init = entries.isEmpty()
                ? CanonicalJson.tree(Map.of())
                : entries.getFirst().path("body");
        same("protocol.json", init.path("protocol-sha256").asText());
        same("baseline.yaml", init.path("baseline-sha256").asText());
    }

    private void same(String file, String hash) {
        if (!Files.exists(root.resolve(file)) || !Hashes.of(root.resolve(file)).equals(hash))
            faults.add(file + " is not what the ledger has");
    }

    /** A sprint's proposal comes before its runs, its README is what was hashed, its pairs are those that were drawn. */
    private void order() {
        Map<String, Integer> proposed = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            JsonNode e = entries.get(i);
            String sprint = e.path("body").path("sprint").asText();
            String type = e.path("type").asText();
            if (type.equals("proposal")) {
                proposed.put(sprint, i);
                same(
                        "sprints/" + sprint + "/README.md",
                        e.path("body").path("readme-sha256").asText());
            }
            boolean idea = !sprint.startsWith("noise floor") && !sprint.startsWith("measure");
            if (!type.equals("run") || !idea) continue;
            if (!proposed.containsKey(sprint)) faults.add(sprint + " has a run before its hypothesis");
            else
                drawn(
                        e.path("body"),
                        entries.get(proposed.get(sprint)).path("hash").asText());
        }
    }

    private void drawn(JsonNode run, String proposal) {
        JsonNode draw = run.path("draw");
        WorldFamily family = WorldFamily.named(
                entries.getFirst().path("body").path("protocol").path("family").asText());
        String stage = run.path("stage").asText();
        List<WorldFamily.Member> members =
                new ArrayList<>(stage.equals("held-out") ? family.heldOut() : family.development());
        if (stage.equals("leave-one-out")) members.addAll(family.heldOut());
        Draw called =
                Draw.of(proposal, stage, run.path("pair").asInt(), 1, members).getFirst();
        if (!CanonicalJson.tree(called).equals(draw))
            faults.add(run.path("sprint").asText() + ", " + stage + ": a pair is not the one that was drawn");
    }

    private void reports() throws IOException {
        try (var folders = Files.list(root.resolve("sprints"))) {
            for (Path folder : folders.sorted().toList()) {
                if (!Files.exists(folder.resolve("DONE"))) continue;
                reports++;
                report(folder);
            }
        }
    }

    private void report(Path folder) throws IOException {
        String sprint = folder.getFileName().toString();
        JsonNode done = CanonicalJson.parse(Files.readAllBytes(folder.resolve("DONE")));
        if (!done.has("ledger-hash")) return; // claimed and never proposed
        if (!hashes.contains(done.path("ledger-hash").asText()))
            faults.add(sprint + " ended at an entry that the ledger no longer has: its end was cut off");
        if (!Hashes.of(folder.resolve("report.html"))
                .equals(done.path("report-sha256").asText())) faults.add(sprint + ": report.html was changed");
        JsonNode printed = CanonicalJson.parse(Files.readAllBytes(folder.resolve("data/numbers.json")));
        Map<String, Double> ours = new PlainNumbers(entries, sprint).values();
        String html = Files.readString(folder.resolve("report.html"));
        for (Map.Entry<String, JsonNode> n : printed.properties()) {
            numbers++;
            Double mine = ours.remove(n.getKey());
            double theirs = n.getValue().asDouble(Double.NaN);
            if (mine == null || !(Math.abs(mine - theirs) <= CLOSE * Math.max(1, Math.abs(mine))))
                faults.add(
                        sprint + ": " + n.getKey() + " is " + theirs + " in the report and " + mine + " from the rows");
            if (n.getKey().endsWith("/gain")
                    && mine != null
                    && !html.contains(String.format(Locale.ROOT, "%+.4f", mine)))
                faults.add(sprint + ": " + n.getKey() + " is not in report.html");
        }
        ours.keySet().forEach(name -> faults.add(sprint + ": " + name + " is missing from the report"));
        verdict(sprint);
    }

    /** A promotion needs a gain above the floor with its bound above 0, and held-out worlds that agree. */
    private void verdict(String sprint) {
        JsonNode verdict = only("verdict", sprint).path("body");
        if (!verdict.path("verdict").asText().equals("promoted")) return;
        var plain = new PlainNumbers(entries, sprint);
        String variant = verdict.path("variant").asText();
        double[] confirmed = plain.differences("confirmation", variant);
        double[] held = plain.differences("held-out", variant);
        JsonNode ladder = entries.getFirst().path("body").path("protocol").path("ladder");
        double alpha = ladder.path("alpha").asDouble();
        double spent = 0;
        double level = 0;
        double last = ladder.path("looks").get(ladder.path("looks").size() - 1).asDouble();
        for (JsonNode look : ladder.path("looks")) {
            double now = alpha * Math.pow(look.asDouble() / last, 3);
            level = now - spent;
            spent = now;
            if (look.asInt() >= confirmed.length) break;
        }
        Map<String, Double> must = new LinkedHashMap<>();
        must.put("the confirmation's bound", PlainNumbers.bound(confirmed, level));
        must.put(
                "the effect above the floor",
                PlainNumbers.mean(confirmed) - verdict.path("floor").asDouble());
        must.put("the held-out bound", PlainNumbers.bound(held, alpha));
        must.forEach((what, value) -> {
            numbers++;
            if (!(value > 0)) faults.add(sprint + " was promoted, but " + what + " is " + value);
        });
    }
}
