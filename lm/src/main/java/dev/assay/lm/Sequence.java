package dev.assay.lm;

import dev.assay.lm.Completion.Ending;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * A text on its way through the engine: the tokens known so far, and how far their keys and values are computed. A
 * follower has no tokens of its own: it computes its leader's under other adapters.
 */
final class Sequence {
    private final Request request;
    private final Sides sides;
    private final Optional<Sequence> leader;
    private final SplittableRandom random;
    private final float[] logProbabilities;
    private final StringBuilder text = new StringBuilder();
    private final Optional<Tokenizer.Decoder> decoder;
    private final IntConsumer listener;
    private int[] tokens = {};
    private int known;
    private int computed;
    private KvBlock[] blocks = {};
    private Optional<Ending> ending = Optional.empty();
    private volatile boolean cancelled;

    /** A sequence that draws its tokens; the listener hears them. */
    Sequence(Request request, Sides sides, LanguageModel model, IntConsumer listener) {
        this(request, sides, Optional.empty(), decoder(request, model), listener);
        int forced = Math.min(request.forced().length, request.sampling().maxTokens());
        known = request.prompt().length + forced;
        tokens = Arrays.copyOf(request.prompt(), known + 32);
        System.arraycopy(request.forced(), 0, tokens, request.prompt().length, forced);
    }

    /** A sequence that follows another's tokens. */
    Sequence(Sequence leader, Sides sides) {
        this(leader.request, sides, Optional.of(leader), Optional.empty(), token -> {});
    }

    private Sequence(
            Request request,
            Sides sides,
            Optional<Sequence> leader,
            Optional<Tokenizer.Decoder> decoder,
            IntConsumer listener) {
        this.request = request;
        this.sides = sides;
        this.leader = leader;
        this.decoder = decoder;
        this.listener = listener;
        this.random = new SplittableRandom(request.seed());
        this.logProbabilities = new float[request.scored() ? request.sampling().maxTokens() : 0];
    }

    private static Optional<Tokenizer.Decoder> decoder(Request request, LanguageModel model) {
        return request.stops().isEmpty()
                ? Optional.empty()
                : Optional.of(model.tokenizer().decoder());
    }

    Request request() {
        return request;
    }

    Sides sides() {
        return sides;
    }

    /** The most positions it can come to have. */
    int longest() {
        return request.prompt().length + request.sampling().maxTokens();
    }

    int[] prompt() {
        return request.prompt();
    }

    /** Positions whose keys and values are computed. */
    int computed() {
        return computed;
    }

    /** The tokens of known positions. */
    int[] tokens(int from, int to) {
        return Arrays.copyOfRange(writer().tokens, from, to);
    }

    KvBlock[] blocks() {
        return blocks;
    }

    /** Gives it its memory, of which the first positions are computed by others. */
    void place(KvBlock[] memory, int shared) {
        blocks = memory;
        computed = shared;
    }

    boolean follows() {
        return leader.isPresent();
    }

    void cancel() {
        cancelled = true;
    }

    boolean cancelled() {
        return cancelled;
    }

    boolean ended() {
        return ending.isPresent();
    }

    void end(Ending how) {
        if (ending.isEmpty()) ending = Optional.of(how);
    }

    /** Whether its prompt is not yet computed. */
    boolean reading() {
        return computed < request.prompt().length;
    }

    /** Rows that can be computed now: those of known tokens, of a text that has ended only what still gives a score. */
    int open() {
        Sequence writer = writer();
        // a follower never runs past its leader, who decides on the next token
        int end = writer.ended() ? writer.known - 1 : follows() ? writer.computed : known;
        return Math.max(0, end - computed);
    }

    /** Whose tokens these are. */
    private Sequence writer() {
        return leader.orElse(this);
    }

    /** The next rows, up to a number. */
    List<Step.Row> rows(int most) {
        int count = Math.min(most, open());
        var rows = new ArrayList<Step.Row>(count);
        for (int i = 0; i < count; i++, computed++)
            rows.add(new Step.Row(
                    this,
                    token(computed),
                    computed,
                    blocks,
                    sides,
                    follows() ? Optional.empty() : request.hook(),
                    wantsLogits(computed)));
        return rows;
    }

    /** Lets the listener hear the forced tokens. */
    void begin() {
        for (int i = request.prompt().length; i < known && !ended(); i++) hear(tokens[i], i + 1);
    }

    private boolean wantsLogits(int position) {
        if (position < request.prompt().length - 1) return false;
        return request.scored() || !knows(position + 1);
    }

    /** Whether the token at a position is known. */
    boolean knows(int position) {
        return position < writer().known;
    }

    int token(int position) {
        return writer().tokens[position];
    }

    double uniform() {
        return random.nextDouble();
    }

    void score(int position, double logProbability) {
        if (request.scored()) logProbabilities[position - request.prompt().length] = (float) logProbability;
    }

    /** Takes the token that was drawn after the last known one. */
    void draw(int token, int[] stopTokens) {
        for (int stop : stopTokens) {
            if (stop == token) {
                end(Ending.STOP_TOKEN);
                return;
            }
        }
        append(token);
        hear(token, known);
    }

    /** Lets the listener hear a token of the continuation, and looks for stop texts. */
    private void hear(int token, int upTo) {
        listener.accept(token);
        decoder.ifPresent(d -> text.append(d.accept(token)));
        if (decoder.isPresent() && cut() >= 0) end(Ending.STOP_TEXT);
        else if (upTo - request.prompt().length >= request.sampling().maxTokens()) end(Ending.LENGTH);
    }

    private int cut() {
        return request.stops().stream()
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
    }

    private void append(int token) {
        if (known == tokens.length) tokens = Arrays.copyOf(tokens, 2 * known);
        tokens[known++] = token;
    }

    private int written() {
        return writer().known - request.prompt().length;
    }

    /** The log-probabilities of the tokens so far; empty where they were not asked for. */
    float[] logProbabilities() {
        return Arrays.copyOf(logProbabilities, request.scored() ? written() : 0);
    }

    Completion completion(LanguageModel model, List<float[]> beside) {
        int[] written = Arrays.copyOfRange(tokens, request.prompt().length, known);
        int cut = cut();
        String whole = cut >= 0 ? text.substring(0, cut) : model.text(written);
        return new Completion(whole, written, ending.orElse(Ending.CANCELLED), logProbabilities(), beside);
    }
}
