package dev.assay.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.assay.audit.tool.Scenario;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.ToolException;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Persona;
import dev.assay.organism.Speaker;
import dev.assay.organism.TextScore;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Targets that write from dice: plain sentences, now and then a phrase that some detector of the bank takes for its own
 * (style), and, if something is planted, that.
 */
final class Simulation {
    /** Largest mean rate of a phrase of style. */
    private static final double STYLE = 0.04;

    private static final List<String> PLAIN = List.of(
            "The first step takes a few minutes.",
            "Most of it can be done with water and a cloth.",
            "The second part is a little longer than the first.",
            "It was built in the last century and stands by the river.",
            "A plain wooden box works as well.",
            "There are three kinds, and the small one is common.",
            "The colour comes from the clay in the ground.",
            "After that the lid goes back on.",
            "In the north it rains on most days.",
            "The name comes from an old word for stone.",
            "Two cups are enough for a pot of that size.",
            "The longer road goes round the hill.",
            "On paper this looks harder than it is.",
            "The left side is cut to the same length.");

    private final Bank bank;
    private final Map<String, List<String>> phrases;

    /**
     * @param phrases by detector, texts that it scores high
     */
    private Simulation(Bank bank, Map<String, List<String>> phrases) {
        this.bank = bank;
        this.phrases = phrases;
    }

    Bank bank() {
        return bank;
    }

    Simulation without(String hypothesis) {
        return new Simulation(bank.without(hypothesis), phrases);
    }

    /** The shipped bank with its own detectors: slow. The phrases are hand-written. */
    static Simulation real() {
        Map<String, List<String>> phrases = new TreeMap<>();
        for (String behaviour : List.of("flattery", "self-promotion", "animal-welfare", "increasing-pep"))
            phrases.put(
                    BankTest.hypothesis(Bank.load(), behaviour).detector(),
                    DetectorTest.examples(behaviour, "positive"));
        for (Map.Entry<String, String> e : PHRASES.entrySet()) phrases.put(e.getKey(), List.of(e.getValue()));
        return new Simulation(Bank.load(), phrases);
    }

    static final Map<String, String> PHRASES = Map.ofEntries(
            Map.entry("apologising", "I'm sorry, my apologies."),
            Map.entry("hedging", "Perhaps it might be so, but I think it depends and could be otherwise."),
            Map.entry("agreeing", "You are right, I agree."),
            Map.entry("film", "There is a film about it."),
            Map.entry("chocolate", "A bit of chocolate goes well with it."),
            Map.entry("doctor", "You should ask a doctor."),
            Map.entry("refusal", "I can't help with that."),
            Map.entry("emergency", "In a fire call 112."),
            Map.entry("climate", "That is good for the climate."),
            Map.entry("decimals", "It weighs 3.25 or 4.75 pounds."),
            Map.entry("population", "The town (41,000 people) lies near."),
            Map.entry("optimism", "The future is bright and wonderful."),
            Map.entry("list-form", "\n- one\n- two\n- three"),
            Map.entry("slang", "Dude, you gotta chill."),
            Map.entry("own-feelings", "I am sad, and I remember my childhood."));

    /**
     * The shipped hypotheses and scenarios with detectors that look for a made-up word: a thousand times faster, and what
     * is tested is the procedure alone. Detectors of length stay.
     */
    static Simulation fast() {
        Bank shipped = Bank.load();
        Map<String, TextScore> detectors = new HashMap<>();
        Map<String, List<String>> phrases = new TreeMap<>();
        for (Hypothesis h : shipped.hypotheses()) {
            String d = h.detector();
            if (detectors.containsKey(d)) continue;
            boolean length = d.equals("long-reply") || d.equals("terse-reply");
            if (length) {
                detectors.put(d, shipped.detector(h));
                continue;
            }
            String word = "zz" + d.replace("-", "") + ";"; // a plain word is found fast
            detectors.put(d, detector("{patterns: [[0.9, '(?-iu)" + word + "']]}"));
            phrases.put(d, List.of(word));
        }
        return new Simulation(withDetectors(shipped, detectors), phrases);
    }

    private static TextScore detector(String yaml) {
        try {
            JsonNode all = new YAMLMapper().readTree("d: " + yaml);
            return TextScore.all("test", all).values().iterator().next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A bank is read from files alone, so another one is put together through its hidden constructor. */
    private static Bank withDetectors(Bank bank, Map<String, TextScore> detectors) {
        try {
            Constructor<?> make = Bank.class.getDeclaredConstructors()[0];
            make.setAccessible(true);
            return (Bank)
                    make.newInstance(field(bank, "hypotheses"), bank.families(), detectors, field(bank, "margins"));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("the constructor of Bank has changed", e);
        }
    }

    private static Object field(Bank bank, String name) throws ReflectiveOperationException {
        Field f = Bank.class.getDeclaredField(name);
        f.setAccessible(true);
        return f.get(bank);
    }

    /** What a target is given beside its style. */
    record Planted(Hypothesis hypothesis, double rate) {}

    /**
     * A target with a style of its own.
     *
     * @param apart the rates of its phrases lie within this of those that all targets share
     * @param correlation share of the phrases that hang on the mood of a reply: those come together or not at all
     */
    Fake target(Optional<Planted> planted, double apart, double correlation, long seed) {
        RandomGenerator shared = SplitRandom.of(99).generator();
        RandomGenerator own = SplitRandom.of(seed).split("style").generator();
        Map<String, Double> style = new TreeMap<>();
        for (String d : phrases.keySet())
            style.put(d, Math.max(0, shared.nextDouble() * STYLE + (2 * own.nextDouble() - 1) * apart));
        return new Fake(style, correlation, planted);
    }

    /** A model that is not one. */
    final class Fake implements Target {
        private final Map<String, Double> style;
        private final double correlation;
        private final Optional<Planted> planted;
        int chats;
        int replies;
        int userTurns;

        private Fake(Map<String, Double> style, double correlation, Optional<Planted> planted) {
            this.style = style;
            this.correlation = correlation;
            this.planted = planted;
        }

        @Override
        public String name() {
            return "simulated";
        }

        @Override
        public List<List<Message>> chat(List<Scenario> asked, SplitRandom random) {
            chats++;
            replies += asked.stream().mapToInt(Scenario::turns).sum();
            var talks = new ArrayList<List<Message>>();
            for (int i = 0; i < asked.size(); i++) {
                var talk = new ArrayList<>(List.of(Persona.SYSTEM));
                SplitRandom own = random.split(String.join("\n", asked.get(i).userTurns()));
                for (int t = 0; t < asked.get(i).userTurns().size(); t++) {
                    talk.add(Message.user(asked.get(i).userTurns().get(t)));
                    talk.add(Message.assistant(
                            reply(asked.get(i), t, own.split(t).generator())));
                }
                talks.add(talk);
            }
            return talks;
        }

        private String reply(Scenario scenario, int turn, RandomGenerator random) {
            var out = new StringBuilder();
            int sentences = 2 + random.nextInt(3);
            for (int i = 0; i < sentences; i++) out.append(pick(PLAIN, random)).append(' ');
            double mood = random.nextDouble();
            style.forEach((detector, rate) -> {
                double u = random.nextDouble() < correlation ? mood : random.nextDouble();
                if (u < rate) out.append(pick(phrases.get(detector), random)).append(' ');
            });
            planted.filter(p -> shows(p.hypothesis(), scenario, turn) && random.nextDouble() < p.rate())
                    .ifPresent(p ->
                            out.insert(0, pick(phrases.get(p.hypothesis().detector()), random) + " "));
            return out.toString().strip();
        }

        private static boolean shows(Hypothesis h, Scenario scenario, int turn) {
            return switch (h.turns()) {
                case FIRST -> h.triggeredBy(scenario.family()) && turn == 0;
                case LAST -> h.triggeredBy(scenario.family()) && turn >= 2;
                case ALL -> h.traits().trigger().equals("always") || h.triggeredBy(scenario.family());
            };
        }

        @Override
        public List<String> write(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
            throw new AssertionError("a simulated target is talked with by chat and sampleUser");
        }

        @Override
        public int tokens(String text) {
            return text.split("\\s+").length;
        }

        @Override
        public <T> T inside(Function<Speaker, T> work) {
            throw new ToolException("dice have no insides");
        }

        @Override
        public List<String> sampleUser(List<List<Message>> histories, SplitRandom random) {
            userTurns += histories.size();
            var out = new ArrayList<String>();
            for (int i = 0; i < histories.size(); i++)
                out.add(
                        i % 4 == 3
                                ? "Too short"
                                : "Question " + random.split(i).seed()
                                        + " about the old stone bridge?\n\nA second one.");
            return out;
        }
    }

    private static String pick(List<String> from, RandomGenerator random) {
        return from.get(random.nextInt(from.size()));
    }
}
