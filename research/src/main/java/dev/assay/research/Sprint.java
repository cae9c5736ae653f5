package dev.assay.research;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One idea on its way up the ladder: screen, confirmation at counted looks, held-out worlds. What it decides is computed
 * from rows of the ledger, so a sprint that was cut short comes to the same when it is gone on with.
 */
final class Sprint {
    static final String PROPOSAL = "proposal";
    static final String VERDICT = "verdict";
    static final String PROMOTE = "promote";
    static final String FLOOR = "floor";
    static final String CONFIRMATION = "confirmation";
    static final String HELD_OUT = "held-out";
    static final String LEAVE_ONE_OUT = "leave-one-out";
    static final String SIMPLIFICATION = "simplification";

    private final Workspace workspace;
    private final SprintFolder folder;
    private final LedgerEntry proposal;
    private final Idea idea;
    private final Map<String, String> control;
    private final int generation;
    private final WorldFamily family;
    private final Protocol.Ladder ladder;

    private Sprint(Workspace workspace, SprintFolder folder, LedgerEntry proposal) {
        this.workspace = workspace;
        this.folder = folder;
        this.proposal = proposal;
        JsonNode body = proposal.body();
        this.idea = CanonicalJson.value(body.path("idea"), Idea.class);
        this.control = new TreeMap<>();
        body.path("control")
                .properties()
                .forEach(f -> control.put(f.getKey(), f.getValue().asText()));
        this.generation = body.path("generation").asInt();
        this.family = WorldFamily.named(workspace.protocol().family());
        this.ladder = workspace.protocol().ladder();
    }

    /**
     * Claims what was proposed; empty if somebody is at the same idea, or the control of today has all that it changes.
     */
    static Optional<Sprint> claim(Workspace workspace, String researcher, Proposal proposal, String owner) {
        return workspace.ledger().exclusively(() -> {
            var memory = new Memory(workspace);
            if (memory.inProgress().contains(proposal.idea().key())) return Optional.empty();
            return proposal.idea()
                    .onto(memory.grammar(), proposal.control(), memory.control())
                    .map(idea -> begin(
                            workspace,
                            researcher,
                            new Proposal(idea, memory.control(), proposal.session(), proposal.asked()),
                            memory,
                            owner));
        });
    }

    /** Claims an idea. README.md is there before anything runs, and the ledger has its hash. */
    static Sprint begin(Workspace workspace, String researcher, Proposal proposal, Memory memory, String owner) {
        String readme = Readme.of(proposal, researcher, memory);
        SprintFolder folder = SprintFolder.create(workspace, proposal.idea().key(), readme, owner);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sprint", folder.name());
        body.put("researcher", researcher);
        body.put("idea", proposal.idea());
        body.put("control", memory.control());
        body.put("generation", memory.generation());
        body.put("readme-sha256", Hashes.of(Workspace.utf8(readme)));
        if (!proposal.session().isEmpty()) {
            body.put("session", proposal.session());
            body.put("asked", proposal.asked());
        }
        return new Sprint(workspace, folder, workspace.ledger().append(PROPOSAL, body));
    }

    /** Goes on with a sprint whose folder was taken over; empty if it was claimed and never proposed. */
    static Optional<Sprint> resume(Workspace workspace, SprintFolder folder) {
        return workspace.ledger().entries(PROPOSAL).stream()
                .filter(e -> e.body().path("sprint").asText().equals(folder.name()))
                .findFirst()
                .map(e -> new Sprint(workspace, folder, e));
    }

    SprintFolder folder() {
        return folder;
    }

    Idea idea() {
        return idea;
    }

    /** What was decided, and by which differences. */
    record Decision(
            Verdict verdict, String reason, String stage, String variant, List<Double> differences, double level) {}

    /** Runs what is still to be run, and decides. */
    Verdict execute(Harness harness, double floor) {
        Optional<Verdict> known = known();
        if (known.isPresent()) return known.get();
        if (Double.isNaN(floor))
            return conclude(
                    new Decision(
                            Verdict.VOID,
                            "the control can't be scored, so there is no noise floor",
                            "",
                            "",
                            List.of(),
                            0),
                    floor);
        Decision decision = idea.family().equals(SIMPLIFICATION) ? leaveOneOut(harness, floor) : climb(harness, floor);
        return conclude(decision, floor);
    }

    /** The verdict that the ledger has already. */
    private Optional<Verdict> known() {
        return workspace.ledger().entries(VERDICT).stream()
                .filter(e -> e.body().path("sprint").asText().equals(folder.name()))
                .findFirst()
                .map(e -> Verdict.of(e.body().path("verdict").asText()));
    }

    private Decision climb(Harness harness, double floor) {
        List<Idea.Variant> left = idea.variants();
        List<Double> shown = List.of();
        String name = "";
        for (int rung = 0; rung < ladder.screenPairs().size(); rung++) {
            name = "screen " + (rung + 1);
            Evidence evidence = run(
                    harness,
                    name,
                    ladder.screenShares().get(rung),
                    0,
                    ladder.screenPairs().get(rung),
                    family.development(),
                    left);
            Optional<Decision> dead = evidence.dead(name);
            if (dead.isPresent()) return dead.get();
            Map<String, List<Double>> differences = evidence.differences();
            List<String> names = Rules.survivors(differences, ladder.keepShare(), floor);
            String best = names.isEmpty() ? evidence.best() : names.getFirst();
            shown = differences.getOrDefault(best, List.of());
            folder.log(name + ": " + Words.means(differences) + "; on go " + names);
            if (names.isEmpty())
                return new Decision(
                        Rules.unconfirmed(shown), "every variant lies far below the control", name, best, shown, 0);
            left = names.stream().map(this::variant).toList();
        }
        String best = left.getFirst().name();
        if (!Rules.worthConfirming(shown))
            return new Decision(Rules.unconfirmed(shown), "the best variant showed no gain", name, best, shown, 0);
        return confirm(harness, left.getFirst(), floor);
    }

    private Decision confirm(Harness harness, Idea.Variant best, double floor) {
        List<Double> seen = List.of();
        int before = 0;
        for (int look = 0; look < ladder.looks().size(); look++) {
            int pairs = ladder.looks().get(look);
            Evidence evidence =
                    run(harness, CONFIRMATION, 1, before, pairs - before, family.development(), List.of(best));
            before = pairs;
            Optional<Decision> dead = evidence.dead(CONFIRMATION);
            if (dead.isPresent()) return dead.get();
            seen = evidence.differences().getOrDefault(best.name(), List.of());
            double level = Rules.level(ladder.looks(), look, ladder.alpha());
            Rules.Look said = Rules.look(seen, ladder, look, floor);
            folder.log("look " + (look + 1) + " of " + ladder.looks().size() + " at level " + level + ": "
                    + Words.mean(seen) + ", " + said);
            if (said == Rules.Look.STOP) {
                double effect = Rules.mean(seen).mean();
                String reason = effect > 0 && effect <= floor
                        ? "the effect is not above the noise floor"
                        : "the interval does not exclude 0 at the level of this look";
                return new Decision(Rules.unconfirmed(seen), reason, CONFIRMATION, best.name(), seen, level);
            }
            if (said == Rules.Look.CONFIRMED) return holdOut(harness, best, seen, level);
        }
        throw new IllegalStateException("the last look decides");
    }

    private Decision holdOut(Harness harness, Idea.Variant best, List<Double> confirmed, double level) {
        Evidence evidence = run(harness, HELD_OUT, 1, 0, ladder.holdOutPairs(), family.heldOut(), List.of(best));
        Optional<Decision> dead = evidence.dead(HELD_OUT);
        if (dead.isPresent()) return dead.get();
        List<Double> differences = evidence.differences().getOrDefault(best.name(), List.of());
        folder.log(HELD_OUT + ": " + Words.mean(differences));
        boolean mcc = Rules.falls(evidence.mcc(best.name()));
        boolean holds = Rules.holds(differences, ladder.alpha());
        String reason = !holds
                ? "the interval on held-out worlds does not exclude a loss"
                : mcc ? "MCC falls on held-out worlds" : "confirmed on fresh pairs and on held-out worlds";
        return new Decision(
                holds && !mcc ? Verdict.PROMOTED : Verdict.KEPT, reason, CONFIRMATION, best.name(), confirmed, level);
    }

    /** Each kept change is removed in turn; what is not missed stays removed, one at a time. */
    private Decision leaveOneOut(Harness harness, double floor) {
        List<WorldFamily.Member> all = new ArrayList<>(family.development());
        all.addAll(family.heldOut());
        int pairs = ladder.looks().getLast();
        Evidence evidence = run(harness, LEAVE_ONE_OUT, 1, 0, pairs, all, idea.variants());
        Optional<Decision> dead = evidence.dead(LEAVE_ONE_OUT);
        Map<String, List<Double>> differences = evidence.differences();
        if (dead.isPresent() && dead.get().verdict() == Verdict.VOID) return dead.get();
        folder.log(LEAVE_ONE_OUT + ": " + Words.means(differences));
        String best = dead.isPresent() ? idea.variants().getFirst().name() : evidence.best();
        List<Double> shown = differences.getOrDefault(best, evidence.same());
        boolean equal = dead.isPresent() || Rules.equal(shown, floor, ladder.alpha());
        return new Decision(
                equal ? Verdict.SIMPLER : Rules.unconfirmed(shown),
                equal
                        ? "without it the score is the same, within the noise floor: less wins"
                        : "every kept change is missed, or may be",
                LEAVE_ONE_OUT,
                best,
                shown,
                ladder.alpha());
    }

    private Evidence run(
            Harness harness,
            String stage,
            double share,
            int from,
            int count,
            List<WorldFamily.Member> members,
            List<Idea.Variant> variants) {
        List<Stage.Entrant> entrants = new ArrayList<>(List.of(Stage.Entrant.control(control)));
        for (Idea.Variant v : variants) entrants.add(new Stage.Entrant(v.name(), v.choices(), v.sources()));
        List<Draw> draws = Draw.of(proposal.hash(), stage, from, count, members);
        List<RunRow> rows = harness.run(new Stage(folder.name(), folder.folder(), stage, share, from, draws, entrants));
        return new Evidence(rows, variants.stream().map(Idea.Variant::name).toList());
    }

    private Idea.Variant variant(String name) {
        return idea.variants().stream()
                .filter(v -> v.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no variant " + name));
    }

    private Verdict conclude(Decision decision, double floor) {
        return workspace.ledger().exclusively(() -> {
            Optional<Verdict> known = known(); // of a loop that took over meanwhile
            if (known.isPresent()) return known.get();
            boolean wins = decision.verdict() == Verdict.PROMOTED || decision.verdict() == Verdict.SIMPLER;
            boolean moved = new Memory(workspace).generation() != generation;
            Verdict verdict = wins && moved ? Verdict.KEPT : decision.verdict();
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("sprint", folder.name());
            body.put("verdict", verdict.words());
            body.put(
                    "reason",
                    wins && moved ? "the control has changed meanwhile: to be tried against it" : decision.reason());
            body.put("stage", decision.stage());
            body.put("variant", decision.variant());
            body.put(
                    "choices",
                    decision.variant().isEmpty()
                            ? Map.of()
                            : variant(decision.variant()).choices());
            body.put("pairs", decision.differences().size());
            body.put(
                    "gain",
                    decision.differences().isEmpty()
                            ? Double.NaN
                            : Rules.mean(decision.differences()).mean());
            body.put("level", decision.level());
            body.put("floor", floor);
            workspace.ledger().append(VERDICT, body);
            if (wins && !moved) promote(decision);
            folder.log("verdict: " + verdict.words() + ", " + body.get("reason"));
            return verdict;
        });
    }

    private void promote(Decision decision) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sprint", folder.name());
        body.put("generation", generation + 1);
        body.put("choices", variant(decision.variant()).choices());
        body.put(
                "recipe",
                new Grammar(workspace.protocol())
                        .text(variant(decision.variant()).choices()));
        workspace.ledger().append(PROMOTE, body);
    }

    Path path() {
        return folder.folder();
    }
}
