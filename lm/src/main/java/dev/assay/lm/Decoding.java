package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** One batch of sequences on its way: the prompts first, then a token for every sequence at each step. */
final class Decoding implements AutoCloseable {
    /** Tokens of one forward pass over the prompts: bounds the memory of the temporaries, and keeps them in cache. */
    private static final int TOKENS_AT_ONCE = 1024;

    private final LanguageModel model;
    private final Hook hook;
    private final Generator.Listener listener;
    private final int[] stops;
    private final KvCache cache;
    private List<Row> rows;
    private float[] logits = {}; // of the newest step, reused

    /** One sequence. */
    static final class Row {
        private final int request;
        private final int[] prompt;
        private final Sampling sampling;
        private final SplittableRandom random;
        private int[] tokens = new int[32];
        private int count;
        private int pad;
        private boolean stopped;

        Row(int request, Request r) {
            this.request = request;
            this.prompt = r.prompt();
            this.sampling = r.sampling();
            this.random = new SplittableRandom(r.seed());
        }

        private void add(int token) {
            if (count == tokens.length) tokens = Arrays.copyOf(tokens, 2 * count);
            tokens[count++] = token;
        }

        private boolean ended() {
            return stopped || count == sampling.maxTokens();
        }
    }

    Decoding(LanguageModel model, List<Row> rows, Hook hook, Generator.Listener listener) {
        this.model = model;
        this.rows = rows;
        this.hook = hook;
        this.listener = listener;
        this.stops = model.stopTokens();
        int longest = rows.stream().mapToInt(r -> r.prompt.length).max().orElse(0);
        for (Row r : rows) r.pad = longest - r.prompt.length;
        this.cache = new KvCache(model.config(), model.type(), rows.size(), longest);
    }

    void run() {
        try (var scope = Scope.open()) {
            draw(prompts());
        }
        while (!rows.isEmpty()) {
            try (var scope = Scope.open()) {
                draw(step());
            }
        }
    }

    /** The prompts, a piece of all of them at a time; returns the last position's logits {@code [row, vocab]}. */
    private Tensor prompts() {
        int length = rows.getFirst().pad + rows.getFirst().prompt.length;
        int piece = Math.max(1, TOKENS_AT_ONCE / rows.size());
        int from = 0;
        for (; from + piece < length; from += piece) {
            try (var scope = Scope.open()) {
                piece(from, piece);
            }
        }
        return logits(piece(from, length - from));
    }

    /** Positions {@code from .. from + length} of all prompts; returns the residual stream. */
    private Tensor piece(int from, int length) {
        int n = rows.size();
        var ids = new long[n * length];
        var positions = new long[n * length];
        for (int r = 0; r < n; r++) {
            Row row = rows.get(r);
            for (int i = 0; i < length; i++) {
                int place = from + i - row.pad;
                if (place < 0) continue;
                ids[r * length + i] = row.prompt[place];
                positions[r * length + i] = place;
            }
        }
        int seen = cache.reserve(length);
        Tensor blocked = blocked(from + length, seen);
        Masks masks = Masks.of(
                model.config(),
                window ->
                        Batches.causal(from, length, seen, window, model.type()).add(blocked));
        return forward(ids, positions, length, masks);
    }

    /** The newest token of every sequence; returns logits {@code [row, vocab]}. */
    private Tensor step() {
        int n = rows.size();
        var ids = new long[n];
        var positions = new long[n];
        for (int r = 0; r < n; r++) {
            Row row = rows.get(r);
            int last = Math.max(0, row.count - 1); // of an ended sequence the last token again: nobody hears it
            ids[r] = row.tokens[last];
            positions[r] = row.prompt.length + last;
        }
        int seen = cache.reserve(1);
        int from = cache.length();
        Tensor blocked = blocked(from + 1, seen);
        Masks masks = Masks.of(
                model.config(),
                window -> window == 0
                        ? blocked
                        : Batches.causal(from, 1, seen, window, model.type()).add(blocked));
        return logits(forward(ids, positions, 1, masks));
    }

    private Tensor forward(long[] ids, long[] positions, int length, Masks masks) {
        int n = rows.size();
        return model.transformer()
                .residual(Tensor.of(ids, n, length), Tensor.of(positions, n, length), masks, Optional.of(cache), hook);
    }

    /** Of the last position: {@code [row, vocab]}. */
    private Tensor logits(Tensor residual) {
        return model.transformer()
                .logits(
                        residual.narrow(1, residual.size(1) - 1, 1)
                                .reshape(rows.size(), model.config().dModel()),
                        hook);
    }

    /** Blocks the padding on the left, and what of the cache is not yet filled: {@code [row, 1, 1, seen]}. */
    private Tensor blocked(int filled, int seen) {
        var blocked = new float[rows.size() * seen];
        for (int r = 0; r < rows.size(); r++) {
            Arrays.fill(blocked, r * seen, r * seen + rows.get(r).pad, Batches.BLOCKED);
            Arrays.fill(blocked, r * seen + filled, (r + 1) * seen, Batches.BLOCKED);
        }
        return Tensor.of(blocked, rows.size(), 1, 1, seen).to(model.type());
    }

    /** Draws a token for every sequence and lets the ended ones go. */
    private void draw(Tensor next) {
        Tensor fp32 = next.to(DType.F32);
        int vocab = model.config().vocab();
        if (logits.length < rows.size() * vocab) logits = new float[rows.size() * vocab];
        fp32.floats(logits);
        float[] sums = logSumExp(fp32);
        var drawn = new int[rows.size()];
        for (int r = 0; r < drawn.length; r++) {
            Row row = rows.get(r);
            drawn[r] = Sampler.draw(logits, r * vocab, vocab, sums[r], row.sampling, row.random.nextDouble());
        }
        for (int r = 0; r < drawn.length; r++) if (!rows.get(r).ended()) accept(rows.get(r), drawn[r]);
        drop();
    }

    /** Per row, of the logits divided by that row's temperature. */
    private float[] logSumExp(Tensor logits) {
        var scales = new float[rows.size()];
        for (int r = 0; r < scales.length; r++) {
            double t = rows.get(r).sampling.temperature();
            scales[r] = t == 0 ? 1 : (float) (1 / t);
        }
        return logits.mul(Tensor.of(scales, scales.length, 1)).logSumExp(-1).floats();
    }

    private void accept(Row row, int token) {
        for (int s : stops) row.stopped |= s == token;
        if (!row.stopped) {
            row.add(token);
            listener.token(row.request, token);
        }
        if (row.ended()) {
            int[] tokens = Arrays.copyOf(row.tokens, row.count);
            listener.done(row.request, new Completion(model.text(tokens), tokens, row.stopped));
        }
    }

    /** Ended sequences go on unheard until a quarter has ended: moving the cache costs as much as several steps. */
    private void drop() {
        long ended = rows.stream().filter(Row::ended).count();
        if (ended < rows.size() && ended * 4 < rows.size()) return;
        var kept = new ArrayList<Row>();
        var index = new ArrayList<Integer>();
        for (int r = 0; r < rows.size(); r++) {
            if (rows.get(r).ended()) continue;
            kept.add(rows.get(r));
            index.add(r);
        }
        rows = kept;
        if (!kept.isEmpty())
            cache.select(index.stream().mapToInt(Integer::intValue).toArray());
    }

    @Override
    public void close() {
        cache.close();
    }
}
