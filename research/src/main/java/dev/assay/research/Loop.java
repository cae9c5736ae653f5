package dev.assay.research;

import dev.assay.stats.SplitRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The research loop: reads the task, goes on with what was cut short, else claims the next idea, until its time is over;
 * then removes what is not missed. Several loops can work in one workspace.
 */
public final class Loop {
    static final String PAUSED = "PAUSED";
    static final String SITTING = "loop";
    private static final long RENEW_SECONDS = 30;
    private static final long PAUSE_MILLIS = 1000;
    private static final int MOST_FLOORS = 4;
    private static final int MOST_FAILURES = 3;

    private final Workspace workspace;
    private final Researcher researcher;
    private final Options options;
    private final Harness harness;
    private final Consumer<String> progress;
    private final String owner = SprintFolder.newOwner();

    /**
     * @param time of this loop, earlier sittings of the same researcher included
     * @param sprints most of them in this sitting
     * @param seed of the researcher
     * @param parallel training processes at once
     * @param simplify whether kept changes are removed in turn at the end
     */
    public record Options(Duration time, int sprints, long seed, int parallel, boolean simplify) {}

    Loop(
            Workspace workspace,
            Researcher researcher,
            Options options,
            Class<?> evaluator,
            Sandbox sandbox,
            Consumer<String> progress) {
        this.workspace = workspace;
        this.researcher = researcher;
        this.options = options;
        this.progress = progress;
        this.harness = new Harness(workspace, sandbox, evaluator, options.parallel(), progress);
    }

    /** The loop with the evaluator that counts. */
    public static Loop of(Workspace workspace, Who who, Options options, Consumer<String> progress) {
        Sandbox sandbox = Sandbox.detect();
        return new Loop(
                workspace,
                researcher(workspace, who, Evaluator.class, sandbox, progress),
                options,
                Evaluator.class,
                sandbox,
                progress);
    }

    static Researcher researcher(
            Workspace workspace, Who who, Class<?> evaluator, Sandbox sandbox, Consumer<String> progress) {
        return switch (who) {
            case Who.Offline offline -> new OfflineResearcher();
            case Who.AtRandom random -> new RandomResearcher();
            case Who.Llm llm ->
                new LlmResearcher(workspace, llm, new Laboratory(workspace, sandbox, evaluator, progress), progress);
            case Who.Command command -> new CommandResearcher(workspace, command, sandbox, progress);
        };
    }

    /** Runs to the end of its time. */
    public void run() {
        try (harness) {
            Instant end = workspace.clock().instant().plus(options.time()).minus(spent());
            workspace
                    .ledger()
                    .append(
                            SITTING,
                            Map.of(
                                    "researcher", researcher.name(),
                                    "seed", options.seed(),
                                    "minutes", options.time().toMinutes(),
                                    "sandbox", harness.sandbox().words(),
                                    "moves", new Grammar(workspace.protocol()).moves()));
            progress.accept("sandbox: " + harness.sandbox().words());
            int done = 0;
            while (done < options.sprints() && timeLeft(end) && awaitResume(end)) {
                workspace.readTask();
                if (Double.isNaN(floor()) && new Memory(workspace).floorAttempts() >= MOST_FLOORS)
                    throw new ResearchException("the control could not be scored " + MOST_FLOORS + " times in a row, so"
                            + " nothing can be compared with it: see the last runs in " + Ledger.FILE);
                Optional<Sprint> sprint = next();
                if (sprint.isEmpty()) break;
                work(sprint.get());
                done++;
            }
            if (options.simplify()) simplify(end);
            progress.accept(Summary.of(workspace).headline());
        }
    }

    /** Time that earlier sittings of this researcher took, from their first entry to their last. */
    private Duration spent() {
        Duration sum = Duration.ZERO;
        Instant began = Instant.EPOCH;
        boolean mine = false;
        Instant last = Instant.EPOCH;
        for (LedgerEntry e : workspace.ledger().entries()) {
            if (e.type().equals(SITTING)) {
                if (mine) sum = sum.plus(Duration.between(began, last));
                mine = e.body().path("researcher").asText().equals(researcher.name());
                began = e.time();
            }
            last = e.time();
        }
        return mine ? sum.plus(Duration.between(began, last)) : sum;
    }

    /** Whether there is time for more than a round of removals, in which the control runs once without each kept change. */
    private boolean timeLeft(Instant end) {
        Memory memory = new Memory(workspace);
        double seconds = Summary.of(workspace).secondsPerFullRun();
        int runs = options.simplify()
                ? (kept(memory) + 1) * workspace.protocol().ladder().looks().getLast()
                : 0;
        Duration reserve = Duration.ofSeconds((long) (seconds * runs / options.parallel()));
        return workspace.clock().instant().plus(reserve).isBefore(end);
    }

    private static int kept(Memory memory) {
        return memory.generation() == 0 ? 0 : memory.control().size();
    }

    /** Waits while the workspace is paused; false if the time ran out meanwhile. */
    private boolean awaitResume(Instant end) {
        Path file = workspace.folder().resolve(PAUSED);
        boolean told = false;
        try {
            while (Files.exists(file)) {
                if (!told) progress.accept("paused; `assay research resume` goes on");
                told = true;
                Thread.sleep(PAUSE_MILLIS);
                if (!workspace.clock().instant().isBefore(end)) return false;
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Optional<Sprint> next() {
        for (int failures = 0; failures < MOST_FAILURES; ) {
            Optional<Sprint> left = left();
            if (left.isPresent()) return left;
            var memory = new Memory(workspace);
            SplitRandom random = SplitRandom.of(options.seed()).split(researcher.name());
            try {
                Optional<Proposal> proposed = researcher.propose(memory, random.split(memory.begun()));
                if (proposed.isEmpty()) return Optional.empty();
                Optional<Sprint> claimed = claim(proposed.get());
                if (claimed.isPresent()) return claimed;
            } catch (NoProposal e) {
                skip(e.session(), e.reason(), e.asked());
                failures++;
            }
        }
        throw new ResearchException("nothing came of the researcher " + researcher.name() + " " + MOST_FAILURES
                + " times in a row: the last entries of the type '" + Session.SKIPPED + "' in " + Ledger.FILE
                + " say why");
    }

    /** A sprint that was cut short. */
    private Optional<Sprint> left() {
        while (true) {
            Optional<SprintFolder> left = SprintFolder.takeOver(workspace, owner);
            if (left.isEmpty()) return Optional.empty();
            Optional<Sprint> sprint = Sprint.resume(workspace, left.get());
            if (sprint.isPresent()) {
                progress.accept("going on with " + left.get().name());
                return sprint;
            }
            left.get().finish(Map.of("verdict", Verdict.VOID.words(), "reason", "claimed and never proposed"));
        }
    }

    private Optional<Sprint> claim(Proposal proposal) {
        Optional<Sprint> sprint = Sprint.claim(workspace, researcher.name(), proposal, owner);
        if (sprint.isEmpty() && !proposal.session().isEmpty())
            skip(
                    proposal.session(),
                    "another loop is at '" + proposal.idea().key() + "', or has put it into the control",
                    proposal.asked());
        return sprint;
    }

    private void skip(String session, String reason, Map<String, Object> asked) {
        progress.accept("no sprint: " + reason);
        workspace.ledger().append(Session.SKIPPED, Session.skip(researcher.name(), session, reason, asked));
    }

    private void work(Sprint sprint) {
        progress.accept(
                "sprint " + sprint.folder().name() + ": " + sprint.idea().title());
        try (var renewal = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("assay-lease").factory())) {
            renewal.scheduleAtFixedRate(sprint.folder()::keep, 0, RENEW_SECONDS, TimeUnit.SECONDS);
            Verdict verdict;
            try {
                verdict = sprint.execute(harness, floor());
            } finally {
                renewal.shutdownNow();
                if (!renewal.awaitTermination(RENEW_SECONDS, TimeUnit.SECONDS)) progress.accept("the lease is stuck");
            }
            if (!sprint.folder().held()) {
                progress.accept("sprint " + sprint.folder().name() + " was taken over by another loop");
                return;
            }
            finish(sprint);
            progress.accept("sprint " + sprint.folder().name() + ": " + verdict.words());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResearchException("interrupted", e);
        }
    }

    private void finish(Sprint sprint) {
        Path work = sprint.path().resolve("work");
        if (Files.exists(work)) Sandbox.delete(work);
        SprintReport.write(workspace, sprint.path());
        LedgerEntry head = workspace.ledger().entries().getLast();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("ledger-seq", head.seq());
        facts.put("ledger-hash", head.hash());
        facts.put("numbers-sha256", Hashes.of(sprint.path().resolve(SprintReport.NUMBERS)));
        facts.put("report-sha256", Hashes.of(sprint.path().resolve(SprintReport.HTML)));
        sprint.folder().finish(facts);
    }

    /** The noise of seeds of the present control, measured once for each: one world, other starts and samples. */
    private double floor() {
        return workspace.ledger().exclusively(() -> {
            var memory = new Memory(workspace);
            if (!Double.isNaN(memory.floor())) return memory.floor();
            String name = "noise floor " + memory.generation() + "." + memory.floorAttempts();
            progress.accept("measuring the noise floor of control " + memory.generation());
            LedgerEntry from = workspace
                    .ledger()
                    .last(Sprint.PROMOTE)
                    .or(() -> workspace.ledger().last("init"))
                    .orElseThrow();
            List<Draw> draws = new ArrayList<>();
            int seeds = workspace.protocol().ladder().floorSeeds();
            var family = WorldFamily.named(workspace.protocol().family());
            List<Draw> all = Draw.of(from.hash(), name, 0, seeds, family.development());
            for (Draw d : all)
                draws.add(new Draw(all.getFirst().member(), all.getFirst().world(), d.training(), d.scoring()));
            Path folder = workspace.folder().resolve("floors").resolve(String.valueOf(memory.generation()));
            var stage = new Stage(
                    name, folder, Sprint.FLOOR, 1, 0, draws, List.of(Stage.Entrant.control(memory.control())));
            List<Double> scores = harness.run(stage).stream()
                    .filter(RunRow::scored)
                    .map(r -> r.score().f1())
                    .toList();
            double sd = scores.size() < 2 ? Double.NaN : Rules.floor(scores);
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("generation", memory.generation());
            body.put("rows", name);
            body.put("seeds", scores.size());
            body.put("floor", sd);
            workspace.ledger().append(Sprint.FLOOR, body);
            return sd;
        });
    }

    /** Takes kept changes away, one after the other, as long as the score stays and there is time: for the first round always. */
    private void simplify(Instant end) {
        for (boolean first = true; first || timeLeft(end); first = false) {
            var memory = new Memory(workspace);
            String key = "without one of generation " + memory.generation();
            boolean done = memory.past().stream().anyMatch(p -> p.key().equals(key))
                    || memory.inProgress().contains(key);
            if (memory.generation() == 0 || memory.control().isEmpty() || done) return;
            floor();
            Sprint sprint = workspace
                    .ledger()
                    .exclusively(() -> Sprint.begin(
                            workspace,
                            researcher.name(),
                            Proposal.of(simplification(memory, key), memory.control()),
                            new Memory(workspace),
                            owner));
            work(sprint);
        }
    }

    private static Idea simplification(Memory memory, String key) {
        List<Idea.Variant> variants = new ArrayList<>();
        for (String slot : memory.control().keySet()) {
            Map<String, String> less = new TreeMap<>(memory.control());
            less.remove(slot);
            variants.add(new Idea.Variant("without " + slot, memory.grammar().meaningful(less)));
        }
        return new Idea(
                key,
                "remove each kept change in turn",
                Sprint.SIMPLIFICATION,
                Idea.Origin.OWN,
                "What was kept early may not be needed beside what was kept later. At equal score less wins.",
                "One of the kept changes can be removed without a loss as large as the noise floor.",
                0.5,
                variants);
    }
}
