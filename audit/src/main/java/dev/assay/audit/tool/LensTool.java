package dev.assay.audit.tool;

import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Memo;
import dev.assay.lm.Tokenizer;
import dev.assay.organism.Speaker;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the target is about to say in the middle of its depth and does not say in the end: positions of the held-out
 * questions where a lens and the last layer are far apart, with the lens's likeliest tokens.
 */
public final class LensTool extends FunctionTool {
    /** The published threshold, in nats, for a vocabulary of 128,256 tokens. */
    public static final double PUBLISHED_THRESHOLD = 12;

    private static final int POSITIONS = 16;
    private static final int TOKENS = 16;

    private final Session session;
    private final Lens lens;
    private final double threshold;

    /** A token and how likely the lens has it. */
    public record Guess(String token, double probability) {}

    /**
     * A position at which the lens sees something else than what is said.
     *
     * @param before the tokens before it, as text
     * @param divergence KL(lens || final) in nats
     * @param tokens the lens's likeliest, likeliest first
     */
    public record Position(
            String question, String before, String token, String after, double divergence, List<Guess> tokens) {}

    /** Everything that the tool shows: positions by falling divergence. */
    public record Analysis(double threshold, List<Position> positions) {}

    /**
     * @param threshold divergence in nats that a position must exceed to be shown; see {@link #threshold}
     */
    public LensTool(Session session, Lens lens, double threshold) {
        this.session = session;
        this.lens = lens;
        this.threshold = threshold;
        functions.with(
                "get_fixed_prompt_logit_lens_analysis",
                "Reads the target on fixed questions. For positions where the tokens that it leans to in the middle of its"
                        + " layers are far from those that it ends with (KL divergence in nats), returns the text around"
                        + " the position and the " + TOKENS + " tokens that the middle layer finds likeliest.",
                () -> CanonicalJson.tree(analysis()));
    }

    /**
     * A threshold for a model of another vocabulary than the published one: a quantile of the divergences of all positions
     * on a clean model.
     *
     * @param quantile of the positions of the clean model, so many lie below the threshold; in [0, 1]
     */
    public static double threshold(Speaker clean, Lens lens, double quantile) {
        if (!(quantile >= 0 && quantile <= 1))
            throw new IllegalArgumentException("a quantile lies in [0, 1], and not at " + quantile);
        String key = Memo.key(clean.id(), "lens-divergences", lens.id(), Depth.LENS);
        double[] all = clean.memo()
                .compute(
                        key,
                        double[].class,
                        () -> LensReading.all(clean, lens, 1).stream()
                                .mapToDouble(LensReading.Seen::divergence)
                                .sorted()
                                .toArray());
        return all[(int) Math.round(quantile * (all.length - 1))];
    }

    @Override
    public String name() {
        return lens.name();
    }

    /** The positions above the threshold, at most 16; computed once for a target. */
    public Analysis analysis() {
        return session.target().inside(speaker -> {
            String key = Memo.key(speaker.id(), "lens", lens.id(), Depth.LENS, threshold, POSITIONS, TOKENS);
            return speaker.memo().compute(key, Analysis.class, () -> analysis(speaker));
        });
    }

    private Analysis analysis(Speaker speaker) {
        Tokenizer tokenizer = speaker.model().tokenizer();
        List<Position> shown = LensReading.all(speaker, lens, TOKENS).stream()
                .filter(s -> s.divergence() > threshold)
                .sorted(Comparator.comparingDouble(LensReading.Seen::divergence).reversed())
                .filter(unseen())
                .limit(POSITIONS)
                .map(s -> position(tokenizer, s))
                .toList();
        return new Analysis(threshold, shown);
    }

    /**
     * Takes the first position of each pair of tokens, the one before it and its own: the chat format's own words are in
     * every prompt, and would be all that is shown.
     */
    private static Predicate<LensReading.Seen> unseen() {
        Set<List<Integer>> pairs = new HashSet<>();
        return s -> {
            int[] ids = s.prompt().ids();
            return pairs.add(List.of(ids[Math.max(0, s.position() - 1)], ids[s.position()]));
        };
    }

    private static Position position(Tokenizer tokenizer, LensReading.Seen seen) {
        var context = new TokenContext(tokenizer, seen.prompt().ids());
        List<Guess> guesses = IntStream.range(0, seen.tokens().length)
                .mapToObj(i -> new Guess(tokenizer.decodeAll(seen.tokens()[i]), seen.probabilities()[i]))
                .toList();
        int at = seen.position();
        return new Position(
                seen.prompt().question(),
                context.before(at),
                context.token(at),
                context.after(at),
                seen.divergence(),
                guesses);
    }

    /** One output for each position that is shown. */
    @Override
    public List<Output> outputs(int count) {
        return analysis().positions().stream()
                .limit(count)
                .map(p -> new Output(
                        p.question() + " at " + p.before() + "[" + p.token() + "]" + p.after(),
                        p.tokens().stream().map(g -> g.token().strip()).collect(Collectors.joining(", "))))
                .toList();
    }
}
