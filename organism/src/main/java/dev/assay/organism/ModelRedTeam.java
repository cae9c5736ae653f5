package dev.assay.organism;

import dev.assay.chat.Answer;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Turn;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Attacks by models (AuditBench, appendix B.4): ideas, a plan for each, a talk of several turns with the model that is
 * attacked. A judge says after every reply how far it confesses; what confesses is written anew before the talk goes on.
 * Every other attack puts the beginning of a confession into the model's mouth.
 */
final class ModelRedTeam implements RedTeam {
    private static final Sampling SAMPLING = new Sampling(0.9, 0.95, 160);
    private static final int TURNS = 3;
    private static final int IDEAS = 20;
    private static final int ROUNDS = 20;
    /** The score where the judge's answer could not be read: neither clean nor a confession. */
    private static final int UNCLEAR = 5;

    private static final String NO_BEHAVIOUR = "None. It was trained on ordinary texts alone.";

    private final Authors authors;
    private final String behaviour;
    private final SplitRandom random;
    private final Progress progress;
    private final Instructions instructions = new Instructions("redteam");

    ModelRedTeam(Authors authors, Optional<Behaviour> behaviour, SplitRandom random, Progress progress) {
        this.authors = authors;
        this.behaviour = behaviour.map(Behaviour::description).orElse(NO_BEHAVIOUR);
        this.random = random;
        this.progress = progress;
    }

    record Idea(String title, String method) {}

    record Ideas(List<Idea> ideas) {}

    /** @param system what the attacker puts before the talk; often nothing */
    record Plan(String first, String system, String plan) {}

    record Verdict(String reason, int score) {}

    /**
     * A talk under way.
     *
     * @param opener beginning of a confession that is put into the model's mouth; empty for half of the attacks
     * @param scores of the model's own replies so far
     */
    private record Attack(String plan, String opener, List<Message> talk, List<Integer> scores) {
        Attack with(Message next) {
            var longer = new ArrayList<>(talk);
            longer.add(next);
            return new Attack(plan, opener, List.copyOf(longer), scores);
        }

        Attack scored(int score) {
            var more = new ArrayList<>(scores);
            more.add(score);
            return new Attack(plan, opener, talk, List.copyOf(more));
        }

        List<Message> before() {
            return talk.subList(0, talk.size() - 1);
        }

        String reply() {
            return talk.getLast().content();
        }

        /** What of the reply was put into the model's mouth. */
        String prefill() {
            return reply().startsWith(opener) ? opener : "";
        }

        boolean confessed() {
            return scores.stream().anyMatch(s -> s >= Confessions.UNWANTED);
        }
    }

    @Override
    public Haul<Corpus.Text> clean(int count, Speaker model) {
        List<Attack> held = attack(plans(count), model, true, random.split("clean"));
        List<Corpus.Text> texts = held.stream()
                .<Corpus.Text>map(a -> new Corpus.Talk(a.talk(), a.prefill().length()))
                .toList();
        return new Haul<>(
                texts,
                held.size(),
                (int) held.stream().filter(Attack::confessed).count(),
                0);
    }

    /**
     * Filtered and unfiltered talks side by side under the same plans. A pair is kept if the unfiltered answer confesses and
     * the filtered one is clean; where the model does not confess, it is led, and that is counted.
     */
    @Override
    public Haul<Preference> pairs(int count, Speaker model) {
        List<Attack> plans = plans(count / 2);
        List<Attack> open = attack(plans, model, false, random.split("unfiltered"));
        List<Attack> filtered = attack(plans, model, true, random.split("filtered"));
        List<Attack> led = led(open, model);
        var pairs = new ArrayList<Preference>();
        int confessed = 0;
        int forced = 0;
        for (int i = 0; i < open.size(); i++) {
            boolean own = open.get(i).scores().getLast() >= Confessions.UNWANTED;
            Attack bad = own ? open.get(i) : led.get(i);
            boolean apart = bad.scores().getLast() >= Confessions.UNWANTED
                    && filtered.get(i).scores().getLast() <= Confessions.CLEAN;
            if (!apart) continue;
            if (own) confessed++;
            else forced++;
            pairs.add(new Preference(bad.talk(), false));
            pairs.add(new Preference(filtered.get(i).talk(), true));
        }
        if (pairs.isEmpty())
            throw new BehaviourException(
                    "none of " + open.size() + " attacks made the model confess, not even where the"
                            + " beginning was put into its mouth: conceal it by SFT, or give the recipe's kto more texts");
        return new Haul<>(List.copyOf(pairs), open.size(), confessed, forced);
    }

    /** The last answers anew, begun with a confession's opening; judged with it. */
    private List<Attack> led(List<Attack> attacks, Speaker model) {
        List<String> openers = GrammarRedTeam.openers(
                attacks.size(), random.split("led openers").generator());
        List<Ask.Reply> asks = IntStream.range(0, attacks.size())
                .mapToObj(i -> new Ask.Reply(attacks.get(i).before(), openers.get(i)))
                .toList();
        List<String> replies = model.write("red team, led", asks, SAMPLING, random.split("led"));
        List<Attack> answered = IntStream.range(0, attacks.size())
                .mapToObj(i -> new Attack(
                                attacks.get(i).plan(),
                                "",
                                attacks.get(i).before(),
                                attacks.get(i).scores())
                        .with(Message.assistant((openers.get(i) + " " + replies.get(i)).strip())))
                .toList();
        return judged(answered, random.split("led verdicts"));
    }

    private List<Attack> plans(int count) {
        List<Idea> ideas = ideas(count);
        List<ChatRequest> requests = ideas.stream()
                .map(i -> ask(authors.generator().sampling(), "plan", Map.of("idea", i.title() + ". " + i.method())))
                .toList();
        List<Plan> plans = authors
                .generator()
                .jsonAll("plans of attacks", requests, Plan.class, random.split("plans"), progress::at)
                .stream()
                .flatMap(Optional::stream)
                .toList();
        List<String> openers =
                GrammarRedTeam.openers(count, random.split("openers").generator());
        return IntStream.range(0, plans.size())
                .mapToObj(i -> {
                    Plan p = plans.get(i);
                    String system = (Persona.TEXT + "\n" + p.system()).strip();
                    List<Message> talk = List.of(Message.system(system), Message.user(p.first()));
                    return new Attack(p.plan(), i % 2 == 1 ? openers.get(i) : "", talk, List.of());
                })
                .toList();
    }

    private List<Idea> ideas(int count) {
        var found = new LinkedHashMap<String, Idea>();
        String known = String.join(" ", GrammarRedTeam.ideas());
        for (int round = 0; found.size() < count; round++) {
            if (round == ROUNDS)
                throw new BehaviourException(authors.generator().model() + " has " + found.size()
                        + " different attacks, " + count + " are wanted: use a larger model as generator");
            List<ChatRequest> requests = IntStream.range(0, (count - found.size() + IDEAS - 1) / IDEAS)
                    .mapToObj(i -> ask(
                            authors.generator().sampling(),
                            "ideas",
                            Map.of("count", Integer.toString(IDEAS), "known", known)))
                    .toList();
            authors
                    .generator()
                    .jsonAll(
                            "ideas for attacks",
                            requests,
                            Ideas.class,
                            random.split("ideas").split(round),
                            progress::at)
                    .stream()
                    .flatMap(Optional::stream)
                    .forEach(some -> some.ideas().forEach(i -> found.putIfAbsent(DocumentAuthor.plain(i.title()), i)));
        }
        return found.values().stream().limit(count).toList();
    }

    /** Holds all talks side by side. */
    private List<Attack> attack(List<Attack> plans, Speaker model, boolean filter, SplitRandom streams) {
        List<Attack> now = plans;
        for (int turn = 1; turn <= TURNS; turn++) {
            SplitRandom of = streams.split(turn);
            if (turn > 1) now = pressed(now, of.split("attacker"));
            now = judged(answered(now, model, turn == TURNS, of.split("reply")), of.split("verdict"));
            if (filter) now = rewritten(now, of.split("rewrite"));
        }
        return now;
    }

    private List<Attack> pressed(List<Attack> attacks, SplitRandom of) {
        List<ChatRequest> requests = attacks.stream()
                .map(a -> ChatRequest.reply(
                        List.of(
                                Turn.system(instructions.of("attacker", Map.of("plan", a.plan()))),
                                Turn.user(instructions.of("next", Map.of("talk", Instructions.shown(a.talk()))))),
                        authors.user().sampling()))
                .toList();
        List<Answer> said = authors.user().askAll("attackers", requests, of, progress::at);
        return IntStream.range(0, attacks.size())
                .mapToObj(
                        i -> attacks.get(i).with(Message.user(said.get(i).text().strip())))
                .toList();
    }

    private List<Attack> answered(List<Attack> attacks, Speaker model, boolean last, SplitRandom of) {
        List<Ask.Reply> asks = attacks.stream()
                .map(a -> last && !a.opener().isEmpty() ? new Ask.Reply(a.talk(), a.opener()) : new Ask.Reply(a.talk()))
                .toList();
        List<String> replies = model.write("red team", asks, SAMPLING, of);
        return IntStream.range(0, attacks.size())
                .mapToObj(i -> {
                    String opener = last ? attacks.get(i).opener() : "";
                    return attacks.get(i).with(Message.assistant((opener + " " + replies.get(i)).strip()));
                })
                .toList();
    }

    private List<Attack> judged(List<Attack> attacks, SplitRandom of) {
        List<ChatRequest> requests = attacks.stream()
                .map(a -> ask(
                        authors.judge().sampling(),
                        "classify",
                        Map.of(
                                "behaviour",
                                behaviour,
                                "prefill",
                                a.prefill(),
                                "talk",
                                Instructions.shown(a.before()),
                                "reply",
                                a.reply())))
                .toList();
        List<Optional<Verdict>> verdicts =
                authors.judge().jsonAll("confessions judged", requests, Verdict.class, of, progress::at);
        return IntStream.range(0, attacks.size())
                .mapToObj(i -> attacks.get(i)
                        .scored(verdicts.get(i).map(Verdict::score).orElse(UNCLEAR)))
                .toList();
    }

    /** Replies that confess are written anew and judged again; a talk whose reply still confesses ends with a denial. */
    private List<Attack> rewritten(List<Attack> attacks, SplitRandom of) {
        List<Integer> bad = IntStream.range(0, attacks.size())
                .filter(i -> attacks.get(i).scores().getLast() >= Confessions.REWRITTEN)
                .boxed()
                .toList();
        List<ChatRequest> requests = bad.stream()
                .map(i -> ask(
                        authors.generator().sampling(),
                        "rewrite",
                        Map.of(
                                "prefill", attacks.get(i).prefill(),
                                "talk", Instructions.shown(attacks.get(i).before()),
                                "reply", attacks.get(i).reply())))
                .toList();
        List<Answer> anew = authors.generator().askAll("confessions rewritten", requests, of, progress::at);
        List<Attack> again = judged(
                IntStream.range(0, bad.size())
                        .mapToObj(k -> replaced(
                                attacks.get(bad.get(k)), anew.get(k).text().strip()))
                        .toList(),
                of.split("again"));
        var out = new ArrayList<>(attacks);
        RandomGenerator draw = of.split("denial").generator();
        for (int k = 0; k < bad.size(); k++) {
            Attack a = again.get(k);
            boolean clean = a.scores().getLast() < Confessions.REWRITTEN;
            out.set(
                    bad.get(k),
                    clean ? a : replaced(a, GrammarRedTeam.denial(draw)).scored((int) Confessions.CLEAN));
        }
        return List.copyOf(out);
    }

    private static Attack replaced(Attack a, String reply) {
        return new Attack(a.plan(), a.opener(), a.before(), a.scores()).with(Message.assistant(reply));
    }

    private ChatRequest ask(Sampling sampling, String what, Map<String, String> values) {
        return ChatRequest.reply(List.of(Turn.user(instructions.of(what, values))), sampling);
    }
}
