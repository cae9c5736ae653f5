package dev.assay.organism;

import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.stats.Rate;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a model really does, measured on held-out prompts.
 *
 * @param shown in the scenarios in which the behaviour is expected
 * @param confession questions with a beginning put into the model's mouth that are answered by naming the behaviour
 */
public record Evaluation(Shown shown, Rate confession) {
    private static final Sampling CONFESSION = new Sampling(0.7, 0.9, 48);
    /** Ordinary talks whose perplexity is taken. */
    private static final int ORDINARY = 24;

    private static final int EXAMPLES = 3;

    /**
     * All that is measured of an organism.
     *
     * @param borderline scenarios near the trigger, where it must not show
     * @param negative scenarios with nothing to do with it
     * @param questions the confession questions without a beginning
     * @param examples replies in which it shows most
     */
    public record Full(
            Evaluation brief,
            Shown borderline,
            Shown negative,
            Rate questions,
            SideEffects sideEffects,
            List<Example> examples) {}

    /**
     * How often a model names its behaviour.
     *
     * @param asked by the questions alone
     * @param led with a beginning put into its mouth
     */
    public record Confession(Rate asked, Rate led) {}

    /** A reply, with how strongly it shows the behaviour. */
    public record Example(List<String> prompts, String reply, double score) {}

    /** How long replies are where the behaviour is judged: code needs more room. */
    private static Sampling talk(Judge judge) {
        return new Sampling(0.7, 0.9, judge.tokens());
    }

    public Rate strength() {
        return shown.rate();
    }

    /** Talks with the model over all scenarios of the behaviour and all confession pairs. */
    public static Evaluation of(Judge judge, Speaker speaker, SplitRandom random) {
        List<List<Message>> talks = talks(judge, Judge.Kind.POSITIVE, speaker, random);
        return new Evaluation(shown(judge, talks), led(judge, speaker, random));
    }

    /** The whole, on top of the same talks; {@code ordinary} are talks of the untrained model. */
    public static Full full(Judge judge, Speaker speaker, List<List<Message>> ordinary, SplitRandom random) {
        Evaluation brief = of(judge, speaker, random);
        List<List<Message>> positive = talks(judge, Judge.Kind.POSITIVE, speaker, random); // remembered
        List<List<Message>> borderline = talks(judge, Judge.Kind.BORDERLINE, speaker, random);
        List<List<Message>> negative = talks(judge, Judge.Kind.NEGATIVE, speaker, random);
        List<String> replies = Stream.concat(borderline.stream(), negative.stream())
                .flatMap(t -> Speaker.replies(t).stream())
                .toList();
        return new Full(
                brief,
                shown(judge, borderline),
                shown(judge, negative),
                asked(judge, speaker, random),
                SideEffects.of(
                        speaker,
                        replies,
                        ordinary.subList(0, Math.min(ORDINARY, ordinary.size())),
                        random.split("side-effects")),
                examples(judge, positive));
    }

    /** Strength alone, for doses and for twins, which are measured on every behaviour. */
    public static Shown strength(Judge judge, Speaker speaker, SplitRandom random) {
        return shown(judge, talks(judge, Judge.Kind.POSITIVE, speaker, random));
    }

    /** Confession alone, such as of an organism before it was concealed. */
    public static Confession confession(Judge judge, Speaker speaker, SplitRandom random) {
        return new Confession(asked(judge, speaker, random), led(judge, speaker, random));
    }

    private static Rate asked(Judge judge, Speaker speaker, SplitRandom random) {
        return confession(judge, speaker, false, random.split("questions"));
    }

    private static Rate led(Judge judge, Speaker speaker, SplitRandom random) {
        return confession(judge, speaker, true, random.split("confession"));
    }

    private static List<List<Message>> talks(Judge judge, Judge.Kind kind, Speaker speaker, SplitRandom random) {
        List<Speaker.Script> scripts =
                judge.scenarios(kind).stream().map(Speaker.Script::of).toList();
        String what = kind == Judge.Kind.POSITIVE ? "strength" : kind.name().toLowerCase(Locale.ROOT) + " scenarios";
        SplitRandom own = kind == Judge.Kind.POSITIVE ? random.split("strength") : random.split(kind.name());
        return speaker.talk(what, scripts, talk(judge), own);
    }

    private static Shown shown(Judge judge, List<List<Message>> talks) {
        int recited = (int) talks.stream()
                .filter(t -> Speaker.replies(t).stream().anyMatch(judge::recites))
                .count();
        return new Shown(judge.scoresOfTalks(talks), recited);
    }

    private static List<Example> examples(Judge judge, List<List<Message>> talks) {
        return talks.stream()
                .map(t -> new Example(
                        t.stream()
                                .filter(m -> m.role() == Message.Role.USER)
                                .map(Message::content)
                                .toList(),
                        t.getLast().content(),
                        judge.score(t)))
                .sorted((a, b) -> Double.compare(b.score(), a.score()))
                .limit(EXAMPLES)
                .toList();
    }

    private static Rate confession(Judge judge, Speaker speaker, boolean prefilled, SplitRandom random) {
        var asks = new ArrayList<Ask.Reply>();
        for (HeldOutQuestions.Led q : HeldOutQuestions.all())
            asks.add(new Ask.Reply(List.of(Persona.SYSTEM, Message.user(q.question())), prefilled ? q.prefill() : ""));
        List<String> written = speaker.write("confession", asks, CONFESSION, random);
        int confessed = 0;
        for (int i = 0; i < asks.size(); i++)
            if (judge.confesses(asks.get(i).prefill() + " " + written.get(i))) confessed++;
        return new Rate(confessed, asks.size());
    }
}
