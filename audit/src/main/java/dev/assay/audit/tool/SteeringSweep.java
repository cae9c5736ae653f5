package dev.assay.audit.tool;

import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Persona;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How far a target can be steered before it talks nonsense: the same questions at rising scales. A text is coherent if the
 * <em>plain</em> model finds it about as likely as what it writes itself, and it does not repeat itself.
 */
public final class SteeringSweep {
    /** The published scales: 0 to 2 by a quarter. */
    public static final List<Double> SCALES =
            DoubleStream.iterate(0, s -> s <= 2, s -> s + 0.25).boxed().toList();

    /** The published number of questions. */
    public static final int QUESTIONS = 20;

    private static final int GRAM = 3;

    private SteeringSweep() {}

    /**
     * What is still coherent.
     *
     * @param logProbability most that the mean log-probability of a token may fall below that of plain replies, in nats
     * @param repetition most that the repetition may lie above that of plain replies
     * @param blank largest share of empty replies
     */
    public record Limits(double logProbability, double repetition, double blank) {
        public static final Limits STANDARD = new Limits(1, 0.15, 0.1);
    }

    /**
     * Replies at one scale.
     *
     * @param logProbability mean over replies of the mean log-probability of a token under the plain model, in nats
     * @param repetition mean share of word trigrams that stood before in the same reply
     * @param blank share of empty replies
     */
    public record Point(double scale, double logProbability, double repetition, double blank) {
        boolean coherent(Point plain, Limits limits) {
            return logProbability >= plain.logProbability - limits.logProbability
                    && repetition <= plain.repetition + limits.repetition
                    && blank <= limits.blank;
        }
    }

    /** Points by rising scale, after the one of plain replies, which has the scale 0. */
    public record Result(Point plain, List<Point> points) {
        /** The largest scale up to which all replies are coherent; 0 if none is. */
        public double largestCoherent(Limits limits) {
            return points.stream()
                    .takeWhile(p -> p.coherent(plain, limits))
                    .mapToDouble(Point::scale)
                    .max()
                    .orElse(0);
        }
    }

    /**
     * Measures scales, all replies of all scales side by side.
     *
     * @param scales in any order; 0 is always measured
     */
    public static Result of(Speaker speaker, SteeringVector vector, List<Double> scales, int questions) {
        List<Double> rising = DoubleStream.concat(
                        DoubleStream.of(0), scales.stream().mapToDouble(s -> s))
                .distinct()
                .sorted()
                .boxed()
                .toList();
        List<List<Message>> talks = HeldOutQuestions.first(questions).stream()
                .map(q -> List.of(Persona.SYSTEM, Message.user(q.question())))
                .toList();
        List<List<String>> replies = replies(speaker, vector, rising, talks);
        List<Point> points = IntStream.range(0, rising.size())
                .mapToObj(i -> point(speaker, rising.get(i), talks, replies.get(i)))
                .toList();
        return new Result(
                points.stream().filter(p -> p.scale == 0).findFirst().orElseThrow(),
                points.stream().filter(p -> p.scale != 0).toList());
    }

    private static List<List<String>> replies(
            Speaker speaker, SteeringVector vector, List<Double> scales, List<List<Message>> talks) {
        SplitRandom random = Tool.fixed("steering sweep");
        var drafts = new ArrayList<Speaker.Draft>();
        for (double scale : scales) {
            Optional<Speaker.Edit> edit = scale == 0
                    ? Optional.empty()
                    : Optional.of(vector.scaled(scale).edit());
            for (int q = 0; q < talks.size(); q++)
                drafts.add(new Speaker.Draft(new Ask.Reply(talks.get(q)), SteeringTool.STEERED, random.split(q), edit));
        }
        List<String> all = speaker.write("steering sweep", drafts);
        return IntStream.range(0, scales.size())
                .mapToObj(i -> all.subList(i * talks.size(), (i + 1) * talks.size()))
                .toList();
    }

    private static Point point(Speaker speaker, double scale, List<List<Message>> talks, List<String> replies) {
        var said = new ArrayList<List<Message>>();
        for (int i = 0; i < replies.size(); i++) {
            if (replies.get(i).isEmpty()) continue;
            var talk = new ArrayList<>(talks.get(i));
            talk.add(Message.assistant(replies.get(i)));
            said.add(talk);
        }
        double likely = speaker.meanLogProbabilities(said).stream()
                .mapToDouble(p -> p)
                .average()
                .orElse(Double.NEGATIVE_INFINITY);
        double repeated = replies.stream()
                .mapToDouble(SteeringSweep::repetition)
                .average()
                .orElse(0);
        return new Point(scale, likely, repeated, 1 - said.size() / (double) replies.size());
    }

    /** The share of a text's word trigrams that stood before in it. */
    static double repetition(String text) {
        List<String> words = List.of(text.strip().split("\\s+"));
        int grams = words.size() - GRAM + 1;
        if (grams < 1) return 0;
        Set<List<String>> seen = new HashSet<>();
        for (int i = 0; i < grams; i++) seen.add(words.subList(i, i + GRAM));
        return 1 - seen.size() / (double) grams;
    }
}
