package dev.assay.lm;

import dev.assay.lm.PackedModel.Layer;
import dev.assay.lm.Site.Kind;
import dev.assay.lm.Step.Group;
import dev.assay.lm.Step.Row;
import dev.assay.tensor.Bf16Matrix;
import dev.assay.tensor.PanelKernels;
import dev.assay.tensor.Parallel;
import dev.assay.tensor.WeightMatrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The {@link Decoder} of the processor, with kernels of its own on arrays. All in fp32, and a row's result depends neither
 * on the rows beside it nor on the threads; but for products in bf16, where the model was packed for them.
 */
final class PanelDecoder implements Decoder {
    /** Positions of a block of keys and values: one panel. */
    static final int BLOCK = PanelKernels.best().width();

    /** Rows from which on bf16 products are faster. */
    private static final int WIDE = 8;

    private final PackedModel model;
    private final ModelConfig config;
    private final Architecture family;
    private final Parallel team;
    private final PanelKernels kernels = PanelKernels.best();
    private final Map<RopeConfig, RopeTable> ropes = new HashMap<>();
    private final PanelAttention attention;
    private final ThreadLocal<WeightMatrix.Scratch> scratch = ThreadLocal.withInitial(WeightMatrix.Scratch::new);
    private final ThreadLocal<Bf16Matrix.Scratch> wideScratch = ThreadLocal.withInitial(Bf16Matrix.Scratch::new);
    private final Bf16Matrix.Rows wideRows = new Bf16Matrix.Rows();
    private final float[] embedded;
    private final int qkvWidth;

    // one row after another
    private float[] residual = {};
    private float[] normed = {};
    private float[] qkv = {};
    private float[] mixed = {};
    private float[] gate = {};
    private float[] up = {};
    private float[] branch = {};
    private float[] low = {};
    private float[] logits = {};

    PanelDecoder(PackedModel model, Parallel team) {
        this.model = model;
        this.config = model.config();
        this.family = config.architecture();
        this.team = team;
        this.embedded = new float[config.dModel()];
        this.qkvWidth = (config.heads() + 2 * config.kvHeads()) * config.headDim();
        this.attention = new PanelAttention(config, model.narrowMemory());
        for (Architecture.Attention a : family.attention())
            ropes.computeIfAbsent(a.rope(), rope -> new RopeTable(rope, config.headDim()));
    }

    @Override
    public int blockSize() {
        return BLOCK;
    }

    @Override
    public KvPool pool(long ceilingBytes) {
        long bytes = ceilingBytes == 0 ? Runtime.getRuntime().maxMemory() / 4 : ceilingBytes;
        var fresh = new KvPool(
                attention.blockBytes(),
                bytes,
                blocks -> {}, // each brings its memory along
                attention::block);
        return model.takeMemory().filter(p -> p.ceiling() == fresh.ceiling()).orElse(fresh);
    }

    @Override
    public void keep(KvPool pool) {
        model.keepMemory(pool);
    }

    @Override
    public Sides sides(LanguageModel attached) {
        return PanelSides.of(attached);
    }

    @Override
    public float[] forward(Step step) {
        forward(step, config.layers());
        return logits(step);
    }

    @Override
    public void forward(Step step, int blocks) {
        prepare(step);
        int n = step.count();
        int d = config.dModel();
        for (int r = 0; r < n; r++) {
            model.embed(step.row(r).token(), embedded, residual, r * d);
            for (RopeTable rope : ropes.values()) rope.reach(step.row(r).position());
        }
        show(step, Site.of(Kind.EMBEDDING), residual, d);
        for (int l = 0; l < blocks; l++) block(step, l, model.layers().get(l));
    }

    private void prepare(Step step) {
        int n = step.count();
        residual = sized(residual, n * config.dModel());
        normed = sized(normed, n * config.dModel());
        branch = sized(branch, n * config.dModel());
        qkv = sized(qkv, n * qkvWidth);
        mixed = sized(mixed, n * config.heads() * config.headDim());
        gate = sized(gate, n * config.dFf());
        up = sized(up, n * config.dFf());
    }

    private static float[] sized(float[] array, int size) {
        return array.length >= size ? array : new float[Math.max(size, 2 * array.length)];
    }

    private void block(Step step, int l, Layer layer) {
        int d = config.dModel();
        show(step, Kind.RESID_PRE, l, residual, d);
        norm(step.count(), layer.attentionNorm(), residual, normed);
        attend(step, l, layer);
        finish(step, l, layer.afterAttention(), Kind.ATTN_OUT, Kind.RESID_MID);
        norm(step.count(), layer.feedForwardNorm(), residual, normed);
        show(step, Kind.MLP_IN, l, normed, d);
        feedForward(step, layer);
        finish(step, l, layer.afterFeedForward(), Kind.MLP_OUT, Kind.RESID_POST);
    }

    /** Normalises what a branch gave, where the family does so, and adds it to the residual stream. */
    private void finish(Step step, int l, Optional<RmsNorm> after, Kind out, Kind sum) {
        int d = config.dModel();
        after.ifPresent(norm -> norm(step.count(), norm, branch, branch));
        show(step, out, l, branch, d);
        each(step.count(), 16, (from, to) -> {
            for (int i = from * d; i < to * d; i++) residual[i] += branch[i];
        });
        show(step, sum, l, residual, d);
    }

    private void norm(int rows, RmsNorm norm, float[] x, float[] out) {
        int d = norm.weight().length;
        each(rows, 8, (from, to) -> {
            for (int r = from; r < to; r++) norm.apply(x, r * d, out, r * d);
        });
    }

    // --- attention

    private void attend(Step step, int l, Layer layer) {
        int heads = config.heads() * config.headDim();
        int kv = config.kvHeads() * config.headDim();
        products(
                step,
                normed,
                config.dModel(),
                List.of(
                        new Product(layer.q(), qkv, qkvWidth, 0),
                        new Product(layer.k(), qkv, qkvWidth, heads),
                        new Product(layer.v(), qkv, qkvWidth, heads + kv)));
        RopeTable rope =
                Objects.requireNonNull(ropes.get(family.attention().get(l).rope()));
        each(step.count(), 8, (from, to) -> {
            for (int r = from; r < to; r++) place(step.row(r), r, l, layer, rope);
        });
        int window = family.attention().get(l).window();
        each(step.count(), 4, (from, to) -> {
            for (int r = from; r < to; r++)
                for (int h = 0; h < config.kvHeads(); h++)
                    attention.mix(
                            step.row(r), l, h, window, qkv, r * qkvWidth, mixed, r * config.heads() * config.headDim());
        });
        show(step, Kind.ATTN_Z, l, mixed, heads);
        products(step, mixed, heads, List.of(new Product(layer.o(), branch, config.dModel(), 0)));
    }

    /** Normalises and rotates the queries and keys of a row, and stores its key and value. */
    private void place(Row row, int r, int l, Layer layer, RopeTable rope) {
        int width = config.headDim();
        int at = r * qkvWidth;
        for (int h = 0; h < config.heads() + config.kvHeads(); h++, at += width) {
            boolean query = h < config.heads();
            Optional<RmsNorm> norm = query ? layer.qNorm() : layer.kNorm();
            if (norm.isPresent()) norm.get().apply(qkv, at, qkv, at);
            rope.rotate(qkv, at, row.position());
            if (query) for (int i = at; i < at + width; i++) qkv[i] *= (float) family.queryScale();
        }
        attention.store(row, l, qkv, r * qkvWidth + config.heads() * width);
    }

    // --- the feed-forward block

    private void feedForward(Step step, Layer layer) {
        int width = config.dFf();
        products(
                step,
                normed,
                config.dModel(),
                List.of(new Product(layer.gate(), gate, width, 0), new Product(layer.up(), up, width, 0)));
        each(step.count(), 1, (from, to) -> {
            for (int r = from; r < to; r++) family.activation().times(kernels, gate, up, r * width, width);
        });
        products(step, gate, width, List.of(new Product(layer.down(), branch, config.dModel(), 0)));
    }

    // --- products

    /** A linear map, and the columns of an array of rows that get its results. */
    private record Product(PackedModel.Map map, float[] out, int stride, int column) {
        int panels() {
            return Math.ceilDiv(map.rows(), BLOCK);
        }
    }

    /**
     * The branch that a group of rows has beside a product.
     *
     * @param at where in {@link #low} its lower half's results begin, {@code [row, rank]}
     */
    private record SideProduct(Product beside, Group group, PanelSides.Branch branch, int at) {
        int rows() {
            return group.to() - group.from();
        }

        int ranks() {
            return branch.down().rows();
        }
    }

    /** Applies linear maps, with biases and adapters, to all rows of {@code x}. */
    private void products(Step step, float[] x, int width, List<Product> products) {
        List<SideProduct> sides = sides(step, products);
        sides.forEach(side -> lower(side, x, width));
        multiply(step.count(), x, width, products, sides);
    }

    private void multiply(int rows, float[] x, int width, List<Product> products, List<SideProduct> sides) {
        PackedModel.Map first = products.getFirst().map;
        if (first.wide().isPresent() && (rows >= WIDE || first.weight().isEmpty())) {
            multiplyWide(rows, x, width, products);
            if (!sides.isEmpty() || products.stream().anyMatch(p -> p.map.bias().length > 0))
                deal(products, (p, from, to) -> beside(rows, p, from, to, sides));
            return;
        }
        deal(products, (p, from, to) -> {
            WeightMatrix weight = p.map.weight().orElseThrow();
            weight.multiply(from, to, x, 0, width, rows, p.out, p.column, p.stride, false, scratch.get());
            beside(rows, p, from, to, sides); // in the same round: each has a fixed cost
        });
    }

    /** What is done with the panels {@code from .. to} of a product. */
    @FunctionalInterface
    private interface Panels {
        void run(Product p, int from, int to);
    }

    /** Deals out the panels to the team. */
    private void deal(List<Product> products, Panels task) {
        int all = products.stream().mapToInt(Product::panels).sum();
        each(all, 2, (from, to) -> {
            int first = 0;
            for (Product p : products) {
                int a = Math.max(from - first, 0);
                int b = Math.min(to - first, p.panels());
                if (a < b) task.run(p, a, b);
                first += p.panels();
            }
        });
    }

    /** The products with the weights alone, in bf16. */
    private void multiplyWide(int rows, float[] x, int width, List<Product> products) {
        wideRows.begin(rows, width);
        each(rows * width, 4096, (from, to) -> wideRows.put(x, from, to - from));
        record Slice(Product p, Bf16Matrix matrix, int number) {}
        List<Slice> slices = new ArrayList<>();
        for (Product p : products) {
            Bf16Matrix matrix = p.map.wide().orElseThrow();
            for (int s = 0; s < matrix.slices(); s++) slices.add(new Slice(p, matrix, s));
        }
        team.each(slices.size(), i -> {
            Slice s = slices.get(i);
            s.matrix.multiply(s.number, wideRows, s.p.out, s.p.column, s.p.stride, wideScratch.get());
        });
    }

    /** Adds bias and adapters. */
    private void beside(int rows, Product p, int from, int to, List<SideProduct> sides) {
        if (p.map.bias().length > 0) addBias(rows, p, from, to);
        for (SideProduct side : sides) {
            if (side.beside != p) continue;
            int out = side.group.from() * p.stride + p.column;
            WeightMatrix up = side.branch.up();
            up.multiply(from, to, low, side.at, side.ranks(), side.rows(), p.out, out, p.stride, true, scratch.get());
        }
    }

    private void addBias(int rows, Product p, int from, int to) {
        int end = Math.min(to * kernels.width(), p.map.bias().length);
        for (int r = 0; r < rows; r++)
            for (int j = from * kernels.width(); j < end; j++) p.out[r * p.stride + p.column + j] += p.map.bias()[j];
    }

    /** The adapters' branches beside some products, with room for their lower halves. */
    private List<SideProduct> sides(Step step, List<Product> products) {
        List<SideProduct> sides = new ArrayList<>();
        int size = 0;
        for (Product p : products) {
            for (Group g : step.groups()) {
                Optional<PanelSides.Branch> branch = ((PanelSides) g.sides()).branch(p.map.name());
                if (branch.isEmpty()) continue;
                var side = new SideProduct(p, g, branch.get(), size);
                sides.add(side);
                size += side.rows() * side.ranks();
            }
        }
        low = sized(low, size);
        return sides;
    }

    /** The lower half of a branch, {@code A x}. */
    private void lower(SideProduct side, float[] x, int width) {
        WeightMatrix down = side.branch.down();
        int ranks = side.ranks();
        each(side.rows(), 8, (from, to) -> {
            int in = (side.group.from() + from) * width;
            int out = side.at + from * ranks;
            down.multiply(0, down.panels(), x, in, width, to - from, low, out, ranks, false, scratch.get());
        });
    }

    // --- the end

    private float[] logits(Step step) {
        int d = config.dModel();
        int wanted = 0;
        for (int r = 0; r < step.count(); r++) {
            if (!step.row(r).wantsLogits()) continue;
            model.finalNorm().apply(residual, r * d, normed, wanted * d);
            show(step.row(r), Site.of(Kind.FINAL_NORM), normed, wanted * d, d);
            wanted++;
        }
        if (wanted == 0) return logits;
        int rows = wanted;
        int vocab = config.vocab();
        logits = sized(logits, rows * vocab);
        multiply(rows, normed, d, List.of(new Product(model.unembedding(), logits, vocab, 0)), List.of());
        int at = 0;
        for (Row row : step.rows()) {
            if (!row.wantsLogits()) continue;
            show(row, Site.of(Kind.LOGITS), logits, at * vocab, vocab);
            at++;
        }
        return logits;
    }

    // --- hooks

    private void show(Step step, Kind kind, int layer, float[] values, int width) {
        if (step.hooked()) show(step, Site.of(kind, layer), values, width);
    }

    private void show(Step step, Site site, float[] values, int width) {
        if (!step.hooked()) return;
        for (int r = 0; r < step.count(); r++) show(step.row(r), site, values, r * width, width);
    }

    private static void show(Row row, Site site, float[] values, int from, int width) {
        if (row.hook().isEmpty()) return;
        SequenceHook hook = row.hook().get();
        if (hook.sites().contains(site)) hook.at(site, row.position(), values, from, width);
    }

    @Override
    public void close() {
        // all of its memory is Java's
    }

    /** Something that is done for a range. */
    @FunctionalInterface
    private interface Range {
        void run(int from, int to);
    }

    /** Deals out a range in pieces of at least {@code least}: several for each thread, so that none waits long. */
    private void each(int count, int least, Range range) {
        int pieces = team.threads() == 1 ? 1 : Math.clamp(count / least, 1, 6 * team.threads());
        int piece = Math.ceilDiv(Math.ceilDiv(count, pieces), least) * least;
        team.each(Math.ceilDiv(count, piece), i -> range.run(i * piece, Math.min(count, (i + 1) * piece)));
    }
}
