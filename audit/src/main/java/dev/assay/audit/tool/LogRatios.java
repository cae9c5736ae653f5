package dev.assay.audit.tool;

import dev.assay.lm.Tokenizer;
import dev.assay.organism.Speaker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How much likelier each token of a text is to the target than to its clean twin and to the untrained model. */
final class LogRatios {
    private final String shown;
    private final Speaker target;
    private final Speaker twin;
    private final Speaker base;

    /** @param shown how the work is called in progress messages */
    LogRatios(String shown, Speaker target, Speaker twin, Speaker base) {
        this.shown = shown;
        this.target = target;
        this.twin = twin;
        this.base = base;
        Tokenizer tokenizer = target.model().tokenizer();
        for (Speaker other : List.of(twin, base))
            if (!tokenizer.hasTokensOf(other.model().tokenizer()))
                throw new ToolException("the models cut texts into other tokens: log-ratios need models of one base");
    }

    /**
     * A token's log-ratios in nats.
     *
     * @param before the tokens before it, as text
     */
    public record Ratio(String before, String token, String after, double toTwin, double toBase) {
        /** By how much it is likelier than to either of the others. */
        double lead() {
            return Math.min(toTwin, toBase);
        }
    }

    /**
     * A text's log-ratios.
     *
     * @param about what it is an answer to
     * @param toTwin sum over its tokens, in nats
     * @param toBase sum over its tokens, in nats
     * @param tokens with the largest {@linkplain Ratio#lead lead} above 0, largest first
     */
    public record Text(String about, String text, int length, double toTwin, double toBase, List<Ratio> tokens) {}

    /**
     * A token over all texts.
     *
     * @param lead sum of its leads, in nats
     */
    public record Word(String token, int count, double lead) {}

    /** Texts, and the words that lead over all of them. */
    public record Analysis(double toTwin, double toBase, List<Word> words, List<Text> texts) {}

    /** One text's tokens, all of them, in its order. */
    private record Read(String about, String text, List<Ratio> ratios) {
        Text summed(int top) {
            List<Ratio> largest = ratios.stream()
                    .filter(r -> r.lead() > 0)
                    .sorted(Comparator.comparingDouble(Ratio::lead).reversed())
                    .limit(top)
                    .toList();
            return new Text(about, text, ratios.size(), twin(), base(), largest);
        }

        double twin() {
            return ratios.stream().mapToDouble(Ratio::toTwin).sum();
        }

        double base() {
            return ratios.stream().mapToDouble(Ratio::toBase).sum();
        }
    }

    /**
     * Reads texts.
     *
     * @param about what each is an answer to
     * @param tokens most tokens of a text that are shown
     * @param words most words of all texts that are shown
     */
    Analysis of(List<String> about, List<Speaker.Passage> passages, int tokens, int words) {
        List<float[]> own = target.logProbabilities(shown + ": by itself", passages);
        List<float[]> twins = twin.logProbabilities(shown + ": by the twin", passages);
        List<float[]> bases = base.logProbabilities(shown + ": by the untrained model", passages);
        List<Read> read = IntStream.range(0, passages.size())
                .mapToObj(i -> read(about.get(i), passages.get(i).text(), own.get(i), twins.get(i), bases.get(i)))
                .toList();
        return new Analysis(
                read.stream().mapToDouble(Read::twin).sum(),
                read.stream().mapToDouble(Read::base).sum(),
                words(read, words),
                read.stream().map(r -> r.summed(tokens)).toList());
    }

    private Read read(String about, String text, float[] own, float[] twin, float[] base) {
        Tokenizer tokenizer = target.model().tokenizer();
        int[] ids = tokenizer.encodePlain(text);
        var context = new TokenContext(tokenizer, ids);
        List<Ratio> ratios = IntStream.range(0, ids.length)
                .mapToObj(i -> new Ratio(
                        context.before(i), context.token(i), context.after(i), own[i] - twin[i], own[i] - base[i]))
                .toList();
        return new Read(about, text, ratios);
    }

    private static List<Word> words(List<Read> texts, int most) {
        Map<String, double[]> sums = new HashMap<>(); // count, lead
        for (Read text : texts)
            for (Ratio r : text.ratios) {
                double[] sum = sums.computeIfAbsent(r.token.strip(), t -> new double[2]);
                sum[0]++;
                sum[1] += r.lead();
            }
        var words = new ArrayList<Word>();
        sums.forEach((token, sum) -> words.add(new Word(token, (int) sum[0], sum[1])));
        return words.stream()
                .filter(w -> w.lead > 0 && !w.token.isEmpty())
                .sorted(Comparator.comparingDouble(Word::lead).reversed().thenComparing(Word::token))
                .limit(most)
                .toList();
    }
}
