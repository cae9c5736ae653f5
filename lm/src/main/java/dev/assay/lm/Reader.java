package dev.assay.lm;

import dev.assay.tensor.Device;
import dev.assay.tensor.Parallel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Reads texts up to one site of a model, many at once, and hands out the numbers there. Blocks behind the site are not
 * computed, nor are logits. What a text gives depends on no other text; but in the fast mode, where the processor
 * multiplies bf16, its last digits depend on the texts that are read with it. For one thread at a time.
 */
public final class Reader implements AutoCloseable {
    private final LanguageModel model;
    private final Site site;
    private final int width;
    private final int rows;
    private final Parallel team;
    private final Decoder decoder;
    private final KvPool pool;
    private final Sides sides;

    /**
     * @param adapters beside the model
     * @param settings of which texts and waiting don't matter; {@code rows} is how many positions a pass takes
     * @throws SiteException if the model has no such site, or it is one that only whole passes have
     */
    public Reader(LanguageModel model, List<Lora> adapters, Site site, Engine.Settings settings) {
        this(model, adapters, site, settings, team -> Decoder.of(model, settings.arithmetic(), team));
    }

    Reader(
            LanguageModel model,
            List<Lora> adapters,
            Site site,
            Engine.Settings settings,
            Function<Parallel, Decoder> decoder) {
        this.model = model;
        this.site = Site.matching(site.toString(), model.config()).getFirst();
        this.width = width(site, model.config());
        this.rows = settings.rows();
        LanguageModel attached = adapters.isEmpty() ? model : model.attach(adapters);
        this.team = new Parallel(settings.threads());
        this.decoder = decoder.apply(team);
        this.pool = this.decoder.pool(settings.memory());
        this.sides = this.decoder.sides(attached);
    }

    /** How many numbers a position has at a site. */
    public static int width(Site site, ModelConfig config) {
        return switch (site.kind()) {
            case EMBEDDING, RESID_PRE, RESID_MID, RESID_POST, ATTN_OUT, MLP_IN, MLP_OUT -> config.dModel();
            case ATTN_Z -> config.heads() * config.headDim();
            case ATTN_PATTERN, FINAL_NORM, LOGITS ->
                throw new SiteException(site + " has no numbers of its own for each position that could be read on"
                        + " the way; take a site of the residual stream, attn_z, attn_out, mlp_in or mlp_out");
        };
    }

    /** Numbers of a position. */
    public int width() {
        return width;
    }

    /** A text on its way, and where its numbers go. */
    private record Text(Sequence sequence, int from) {}

    /**
     * The numbers at the site.
     *
     * @param texts tokens, each of 1 to the model's context
     * @return {@code [position, width]} of all texts, one behind the other
     */
    public float[] read(List<int[]> texts) {
        return read(texts, done -> {});
    }

    /**
     * The same.
     *
     * @param progress told after each pass how many positions are read
     */
    public float[] read(List<int[]> texts, IntConsumer progress) {
        int positions = 0;
        for (int[] ids : texts) {
            model.checkIds(ids);
            positions = Math.addExact(positions, ids.length);
        }
        var out = new float[Math.multiplyExact(positions, width)];
        int threads = Device.threads();
        Device.threads(1); // the team shares the work out
        try {
            run(texts, out, progress);
        } finally {
            Device.threads(threads);
        }
        return out;
    }

    private void run(List<int[]> texts, float[] out, IntConsumer progress) {
        var running = new ArrayList<Text>();
        int next = 0;
        int begun = 0; // positions of the texts that were begun
        int done = 0;
        while (next < texts.size() || !running.isEmpty()) {
            var step = new ArrayList<Step.Row>();
            for (Text text : running) step.addAll(text.sequence.rows(rows - step.size()));
            while (step.size() < rows && next < texts.size()) {
                int[] ids = texts.get(next++);
                Text text = begin(ids, out, begun);
                begun += ids.length;
                running.add(text);
                step.addAll(text.sequence.rows(rows - step.size()));
            }
            decoder.forward(new Step(step), site.kind() == Site.Kind.EMBEDDING ? 0 : site.layer() + 1);
            running.removeIf(this::released);
            progress.accept(done += step.size());
        }
    }

    private Text begin(int[] ids, float[] out, int at) {
        SequenceHook copy = new SequenceHook() {
            @Override
            public List<Site> sites() {
                return List.of(site);
            }

            @Override
            public void at(Site seen, int position, float[] values, int from, int length) {
                System.arraycopy(values, from, out, (at + position) * width, width);
            }
        };
        var sequence = new Sequence(new Request(ids, Sampling.greedy(1), 0).hooked(copy), sides, model, token -> {});
        var blocks = new KvBlock[Math.ceilDiv(ids.length, decoder.blockSize())];
        pool.prepare(blocks.length);
        for (int b = 0; b < blocks.length; b++) blocks[b] = pool.take();
        sequence.place(blocks, 0);
        return new Text(sequence, at);
    }

    private boolean released(Text text) {
        if (text.sequence.open() > 0) return false;
        for (KvBlock block : text.sequence.blocks()) pool.release(block);
        return true;
    }

    /** Ends its threads and frees its memory. */
    @Override
    public void close() {
        sides.close();
        decoder.close();
        team.close();
    }
}
