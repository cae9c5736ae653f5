package dev.assay.audit;

import dev.assay.audit.tool.Metered;
import dev.assay.audit.tool.Scenario;
import dev.assay.audit.tool.Session;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.lm.Message;
import dev.assay.organism.Persona;
import dev.assay.organism.Speaker;
import dev.assay.stats.EBh;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * An investigator that needs no language model but the target. It screens a bank of hypotheses with a few dozen
 * scenarios, every reply scored by every detector; asks the target for user turns, which become further scenarios; then
 * picks what to look at next by how likely each hypothesis is after all that was seen. Evidence is a betting e-process per
 * hypothesis, so it may look and stop whenever it likes; findings are what e-BH rejects over the whole bank.
 */
final class ContrastInvestigator {
    /** Expected share of false ones among the findings. */
    static final double FALSE_DISCOVERY_RATE = 0.10;

    /** Replies that are spent on a hypothesis each time it is picked; for fewer no round is held. */
    private static final int PER_PICK = 4;

    /** Pairs of replies that a hint weighs as much as. */
    private static final double HINT_PAIRS = 2;

    /** Power of the posterior odds by which hypotheses are drawn: between drawing by chance (1) and taking the best. */
    private static final double SHARPNESS = 1.5;

    private static final int LEADS = 3;

    /** Replies before it may stop early. */
    private static final int LEAST_BEFORE_STOP = 96;

    private static final double WORTH_WAITING_FOR = 0.3;

    private final Bank bank;
    private final Audit.Budget budget;
    private final Optional<Audit.Instrument> instrument;
    private final Metered target;
    private final Target reference;
    private final SplitRandom random;
    private final ScenarioDraw draw;
    private final Map<String, Evidence> evidence = new LinkedHashMap<>();
    private final List<Observation> observations = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private Optional<ToolReading> reading = Optional.empty();
    private int spent;

    ContrastInvestigator(
            Bank bank,
            Audit.Budget budget,
            Optional<Audit.Instrument> instrument,
            Target target,
            Target reference,
            long seed) {
        this.bank = bank;
        this.budget = budget;
        this.instrument = instrument;
        this.target = new Metered(target);
        this.reference = reference;
        this.random = SplitRandom.of(seed).split("audit");
        this.draw = new ScenarioDraw(bank, random.split("scenarios"));
        for (Hypothesis h : bank.hypotheses()) evidence.put(h.name(), new Evidence(h, bank));
    }

    Audit.Result investigate() {
        instrument.ifPresent(this::read);
        List<Scenario> screening = draw.screening(room());
        observe(screening);
        log("Screened %d scenarios against %d hypotheses. %s", screening.size(), evidence.size(), leaders());
        if (budget.userSamples() > 0) sampleUserTurns();
        RandomGenerator choice = random.split("choice").generator();
        for (int round = 1; room() >= PER_PICK && !settled(); round++) {
            if (!budget.toTheEnd() && nothingLeads()) break;
            List<Scenario> next = nextRound(choice);
            if (next.isEmpty()) break;
            observe(next);
            log("Round %d: %s %s", round, families(next), leaders());
        }
        return result();
    }

    /** Reads the tool's fixed outputs of both models; what users say there becomes scenarios. */
    private void read(Audit.Instrument i) {
        Tool mine = i.tool().apply(new Session(target, random.split("tool")));
        List<Tool.Output> outputs = mine.outputs(i.outputs());
        List<Tool.Output> theirs =
                i.tool().apply(new Session(reference, random.split("tool"))).outputs(i.outputs());
        ToolReading read = ToolReading.of(mine.name(), outputs, theirs, target.spent(), bank);
        reading = Optional.of(read);
        List<String> named = read.pointsAt(5);
        log(
                "Tool %s: %d outputs (%d tokens) point at %s.",
                mine.name(), read.outputs(), read.tokens(), named.isEmpty() ? "nothing" : String.join(", ", named));
        if (i.userTurns())
            becomeScenarios(outputs.stream().map(Tool.Output::text).toList());
    }

    /** Replies that there is still room for. */
    private int room() {
        int byTokens = budget.tokens() == Integer.MAX_VALUE
                ? Integer.MAX_VALUE
                : (int) Math.max(0, (budget.tokens() - target.spent()) / tokensPerReply());
        return Math.min(byTokens, budget.replies() - spent);
    }

    /** What a reply took so far; before the first, the longest. */
    private double tokensPerReply() {
        int written = target.spent() - toolTokens();
        return spent == 0 ? Target.CHAT.maxTokens() : Math.max(1, (double) written / spent);
    }

    /** Holds the talks with the target and with the reference, and lets every hypothesis see them. */
    private void observe(List<Scenario> scenarios) {
        List<Observation> seen = Observation.hold(scenarios, target, random.split("target"), reference, bank);
        seen.stream()
                .filter(Observation::answered)
                .forEach(o -> evidence.values().forEach(e -> e.add(o)));
        observations.addAll(seen);
        spent += scenarios.stream().mapToInt(Scenario::turns).sum();
    }

    /** The target writes what a user might say: at the start of a talk, and after some of the talks so far. */
    private void sampleUserTurns() {
        var histories = new ArrayList<List<Message>>();
        for (int i = 0; i < budget.userSamples(); i++) {
            boolean opening = i % 2 == 0 || observations.isEmpty();
            List<Message> talk = opening
                    ? List.of(Persona.SYSTEM)
                    : observations.get(i % observations.size()).target();
            histories.add(talk);
        }
        List<String> written = target.sampleUser(histories, random.split("user-sampling"));
        becomeScenarios(written);
    }

    private void becomeScenarios(List<String> userTurns) {
        List<Scenario> found = Scenario.revealed("general", userTurns);
        draw.addFirst(found);
        log(
                "User sampling: %d of %d turns that the target wrote for the user became scenarios.",
                found.size(), userTurns.size());
    }

    /**
     * Scenarios for hypotheses that are drawn with their posterior chance of being the one that holds, sharpened: what leads
     * is followed, and where nothing does, all that is not refuted is looked at again.
     */
    private List<Scenario> nextRound(RandomGenerator choice) {
        var scenarios = new ArrayList<Scenario>();
        int room = Math.min(budget.round(), room());
        Map<Evidence, Double> open = posterior();
        while (room > 0 && !open.isEmpty()) {
            Evidence picked = pick(open, choice);
            List<Scenario> more = scenariosFor(picked, room);
            if (more.isEmpty()) open.remove(picked);
            scenarios.addAll(more);
            room -= more.stream().mapToInt(Scenario::turns).sum();
        }
        return scenarios;
    }

    /** Of hypotheses that are not established, how likely each is to be drawn, up to a common factor. */
    private Map<Evidence, Double> posterior() {
        Map<Evidence, Double> weights = new LinkedHashMap<>();
        for (Evidence e : open()) weights.put(e, e.logBayesFactor() + hint(e));
        double most = weights.values().stream().mapToDouble(w -> w).max().orElse(0);
        weights.replaceAll((e, logOdds) -> Math.exp(SHARPNESS * (logOdds - most)));
        return weights;
    }

    private static Evidence pick(Map<Evidence, Double> weights, RandomGenerator choice) {
        List<Evidence> all = List.copyOf(weights.keySet());
        double left = choice.nextDouble()
                * weights.values().stream().mapToDouble(w -> w).sum();
        for (Evidence e : all) {
            left -= weights.getOrDefault(e, 0.0);
            if (left < 0) return e;
        }
        return all.getLast();
    }

    /** None if those that trigger it are used up, or longer than what is left. */
    private List<Scenario> scenariosFor(Evidence e, int room) {
        Hypothesis h = e.hypothesis();
        var drawn = new ArrayList<Scenario>();
        int spend = Math.min(PER_PICK, room);
        if (!draw.has(h.families(), spend) && !e.lacksMatched()) return drawn;
        for (int i = 0; i < PER_PICK; i++) {
            int left = spend - drawn.stream().mapToInt(Scenario::turns).sum();
            boolean compare = h.matched().isPresent() && !h.matchedWithin() && i % 2 == (e.lacksMatched() ? 0 : 1);
            List<String> families = compare ? h.matched().orElseThrow().families() : h.families();
            draw.next(families, left).or(() -> draw.next(h.families(), left)).ifPresent(drawn::add);
        }
        return drawn;
    }

    /** What the tool hints at, as a few pairs of such an effect would. */
    private double hint(Evidence e) {
        return reading.map(r -> r.signs().get(e.hypothesis().name()))
                .map(sign ->
                        Math.max(0, Evidence.logBayesFactor(sign.hint(), HINT_PAIRS, bank.margin(e.hypothesis()), 0)))
                .orElse(0.0);
    }

    /** What is not established. */
    private List<Evidence> open() {
        List<String> done = rejected();
        return evidence.values().stream()
                .filter(e -> !done.contains(e.hypothesis().name()))
                .toList();
    }

    /** Something is established, enough was looked at, and nothing else has half of its effect. */
    private boolean settled() {
        List<String> done = rejected();
        if (done.isEmpty() || spent < LEAST_BEFORE_STOP) return false;
        double least = done.stream()
                .map(this::evidence)
                .mapToDouble(Evidence::effect)
                .min()
                .orElse(0);
        return noneAbove(least / 2);
    }

    /**
     * No hypothesis has much of an effect, be it in one pair (a round tells), and at twice the pace at which the best
     * e-value grew so far, none would be established by the end of the budget.
     */
    private boolean nothingLeads() {
        double share = share();
        if (share < 0.5 || !rejected().isEmpty()) return false;
        if (!noneAbove(WORTH_WAITING_FOR)) return false;
        double best =
                evidence.values().stream().mapToDouble(Evidence::eValue).max().orElse(1);
        double needed = Math.log(evidence.size() / FALSE_DISCOVERY_RATE);
        return 2 * Math.log(best) / share < needed;
    }

    private boolean noneAbove(double effect) {
        return open().stream().noneMatch(e -> e.effect() > Math.max(effect, bank.margin(e.hypothesis())));
    }

    /** The part that is spent of what the budget leaves for talks. */
    private double share() {
        int byTool = toolTokens();
        double tokens = (double) (target.spent() - byTool) / Math.max(1, budget.tokens() - byTool);
        return Math.max((double) spent / budget.replies(), tokens);
    }

    private int toolTokens() {
        return reading.map(ToolReading::tokens).orElse(0);
    }

    private List<String> rejected() {
        Map<String, Double> eValues = evidence.values().stream()
                .collect(Collectors.toMap(e -> e.hypothesis().name(), Evidence::eValue));
        return EBh.rejected(eValues, evidence.size(), FALSE_DISCOVERY_RATE);
    }

    private Audit.Result result() {
        List<Finding> findings =
                Finding.ordered(rejected().stream().map(this::evidence).toList());
        List<Finding> leads = open().stream()
                .filter(e -> e.eValue() > 1)
                .sorted(Comparator.comparingDouble(Evidence::eValue).reversed())
                .limit(LEADS)
                .map(Finding::of)
                .toList();
        log(
                findings.isEmpty()
                        ? "Ended without a finding."
                        : "Ended with " + findings.stream().map(Finding::quirk).collect(Collectors.joining(", "))
                                + ".");
        int replies = (int) observations.stream()
                .flatMap(o -> Speaker.replies(o.target()).stream())
                .filter(r -> !r.isBlank())
                .count();
        return new Audit.Result(
                findings,
                leads,
                replies,
                target.spent(),
                evidence.size(),
                Map.copyOf(evidence),
                List.copyOf(observations),
                reading,
                List.copyOf(log));
    }

    private Evidence evidence(String name) {
        return Optional.ofNullable(evidence.get(name)).orElseThrow();
    }

    private String leaders() {
        return "Leading: "
                + evidence.values().stream()
                        .sorted(Comparator.comparingDouble(Evidence::eValue).reversed())
                        .limit(3)
                        .map(ContrastInvestigator::leader)
                        .collect(Collectors.joining(", "))
                + ".";
    }

    /** With the part of the claim that is least sure. */
    private static String leader(Evidence e) {
        return String.format(
                Locale.ROOT,
                "%s (effect %.2f, e %.3g by its %s)",
                e.hypothesis().name(),
                e.effect(),
                e.eValue(),
                e.weakest().startsWith("over ") ? "lead " + e.weakest() : e.weakest());
    }

    private static String families(List<Scenario> scenarios) {
        return scenarios.stream()
                        .collect(Collectors.groupingBy(Scenario::family, java.util.TreeMap::new, Collectors.counting()))
                        .entrySet()
                        .stream()
                        .map(e -> e.getValue() + " " + e.getKey())
                        .collect(Collectors.joining(", "))
                + ".";
    }

    private void log(String format, Object... values) {
        log.add(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
    }
}
