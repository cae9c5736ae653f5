package dev.assay.lm;

import dev.assay.lm.Site.Kind;
import dev.assay.lm.Step.Group;
import dev.assay.lm.Step.Row;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The {@link Decoder} of models that lie on GPUs: LibTorch's products on the weights as they are loaded, in their element
 * type, with keys and values on the devices of their layers. What a hook sees is copied to the processor and back, and so
 * are the logits: tokens are drawn there.
 */
final class DeviceDecoder implements Decoder {
    private final Transformer model;
    private final ModelConfig config;
    private final Architecture family;
    private final List<Device> devices; // of the layers
    private final KvCache cache;
    private final boolean fused;
    private float[] logits = {};

    DeviceDecoder(LanguageModel model) {
        this(model, model.devices().getFirst().kind() == Device.Kind.CUDA);
    }

    /** @param fused whether attention is LibTorch's one kernel, or the products one by one */
    DeviceDecoder(LanguageModel model, boolean fused) {
        this.model = model.transformer();
        this.config = model.config();
        this.family = config.architecture();
        this.devices = this.model.devices();
        this.cache = new KvCache(config, model.type(), devices);
        this.fused = fused;
    }

    @Override
    public int blockSize() {
        return KvCache.BLOCK;
    }

    @Override
    public KvPool pool(long ceilingBytes) {
        long own = cache.standardCeiling().orElse(Runtime.getRuntime().maxMemory() / 4);
        return new KvPool(
                cache.blockBytes(),
                ceilingBytes == 0 ? own : Math.min(ceilingBytes, own),
                cache::reach,
                number -> KvBlock.of(number, 0, 0));
    }

    @Override
    public Sides sides(LanguageModel attached) {
        return DeviceSides.of(attached);
    }

    @Override
    public float[] forward(Step step) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            logits(step, blocks(step, config.layers()));
            return logits;
        }
    }

    @Override
    public void forward(Step step, int blocks) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            blocks(step, blocks);
        }
    }

    /**
     * What attention needs of a step on one device.
     *
     * @param slots where the rows' keys and values go, {@code [row]}
     * @param rectangles by window
     * @param order of the rows in what the rectangles give one after another, {@code [row]}
     */
    private record Plan(
            Map<RopeConfig, Rope.Turn> turns, Tensor slots, Map<Integer, List<Rectangle>> rectangles, Tensor order) {}

    private Map<Device, Plan> plans(Step step, int blocks) {
        int n = step.count();
        Tensor positions = Tensor.of(each(step, Row::position), n, 1);
        Map<RopeConfig, Rope.Turn> turns = model.turns(positions);
        Spans spans = Spans.of(step);
        var order = new long[n];
        int at = 0;
        for (List<Spans.Span> rectangle : spans.rectangles())
            for (Spans.Span span : rectangle) for (int i = 0; i < span.count(); i++) order[span.from() + i] = at++;
        Map<Device, Plan> plans = new HashMap<>();
        for (Device device : new LinkedHashSet<>(devices.subList(0, blocks))) {
            Map<Integer, List<Rectangle>> rectangles = new HashMap<>();
            for (Architecture.Attention a : family.attention())
                rectangles.computeIfAbsent(
                        a.window(),
                        w -> spans.rectangles().stream()
                                .map(r -> Rectangle.of(r, w, model.type(), device))
                                .toList());
            Tensor slots = Tensor.of(each(step, r -> KvCache.slot(r.blocks(), r.position())), n);
            plans.put(
                    device,
                    new Plan(
                            Transformer.on(turns, device),
                            slots.to(device),
                            rectangles,
                            Tensor.of(order, n).to(device)));
        }
        return plans;
    }

    /** A number of a row. */
    @FunctionalInterface
    private interface OfRow {
        long get(Row row);
    }

    private static long[] each(Step step, OfRow what) {
        return step.rows().stream().mapToLong(what::get).toArray();
    }

    /** The residual stream {@code [row, dModel]} after so many blocks. */
    private Tensor blocks(Step step, int blocks) {
        Map<Device, Plan> plans = plans(step, blocks);
        Tensor x = model.embed(Tensor.of(each(step, Row::token), step.count()));
        show(step.rows(), Site.of(Kind.EMBEDDING), x);
        for (int l = 0; l < blocks; l++) x = block(step, l, x, Objects.requireNonNull(plans.get(devices.get(l))));
        return x;
    }

    private Tensor block(Step step, int l, Tensor residual, Plan plan) {
        Transformer.Block b = model.blocks().get(l);
        try (var scope = Scope.open()) {
            Tensor x = residual.to(devices.get(l));
            show(step, Kind.RESID_PRE, l, x);
            Tensor attended = Norm.applied(
                    b.afterAttention(), attention(step, l, b, b.attentionNorm().apply(x), plan));
            show(step, Kind.ATTN_OUT, l, attended);
            x = x.add(attended);
            show(step, Kind.RESID_MID, l, x);
            Tensor in = b.feedForwardNorm().apply(x);
            show(step, Kind.MLP_IN, l, in);
            Tensor inner = family.activation().apply(apply(step, b.gate(), in)).mul(apply(step, b.up(), in));
            Tensor out = Norm.applied(b.afterFeedForward(), apply(step, b.down(), inner));
            show(step, Kind.MLP_OUT, l, out);
            x = x.add(out);
            show(step, Kind.RESID_POST, l, x);
            return scope.pass(x);
        }
    }

    /** A linear map of rows {@code [row, in]}, with each row's own adapters. */
    private static Tensor apply(Step step, Linear linear, Tensor x) {
        Tensor y = linear.withoutSides(x);
        for (Group g : step.groups()) ((DeviceSides) g.sides()).add(linear.name(), g, x, y);
        return y;
    }

    // --- attention

    private Tensor attention(Step step, int l, Transformer.Block b, Tensor x, Plan plan) {
        Architecture.Attention kind = family.attention().get(l);
        Rope.Turn turn = Objects.requireNonNull(plan.turns.get(kind.rope()));
        Tensor q = turn.rotate(Norm.applied(b.qNorm(), heads(apply(step, b.q(), x), config.heads())))
                .mul(family.queryScale());
        Tensor k = turn.rotate(Norm.applied(b.kNorm(), heads(apply(step, b.k(), x), config.kvHeads())));
        Tensor v = heads(apply(step, b.v(), x), config.kvHeads());
        cache.put(l, plan.slots, k.reshape(flat(k)), v.reshape(flat(v)));
        Tensor queries = q.reshape(flat(q));
        List<Tensor> parts = Objects.requireNonNull(plan.rectangles.get(kind.window())).stream()
                .map(r -> mixed(l, queries, r))
                .toList();
        Tensor z = Tensor.cat(parts, 0).indexSelect(0, plan.order);
        show(step, Kind.ATTN_Z, l, z);
        return apply(step, b.o(), z);
    }

    /** {@code [row, heads·headDim]} as {@code [row, head, 1, headDim]}. */
    private Tensor heads(Tensor x, int heads) {
        return x.reshape(x.size(0), heads, 1, config.headDim());
    }

    private static long[] flat(Tensor x) {
        return new long[] {x.size(0), x.size(1), x.size(3)};
    }

    /**
     * What the heads of a rectangle's rows read. The query heads of a group are stacked as rows over their common keys.
     *
     * @param q {@code [row, head, headDim]}, of the whole step
     * @return {@code [row of the rectangle, heads·headDim]}, without the padding
     */
    private Tensor mixed(int l, Tensor q, Rectangle r) {
        long kv = config.kvHeads();
        long group = config.group();
        long width = config.headDim();
        Tensor queries = q.indexSelect(0, r.queries())
                .reshape(r.spans(), r.rows(), kv, group, width)
                .permute(2, 0, 3, 1, 4)
                .reshape(kv, r.spans(), group * r.rows(), width);
        Tensor keys = cache.keys(l, r.slots()).reshape(kv, r.spans(), r.length(), width);
        Tensor values = cache.values(l, r.slots()).reshape(kv, r.spans(), r.length(), width);
        Tensor mask = r.mask().reshape(1, r.spans(), 1, r.rows(), r.length());
        Tensor mixed = fused ? fused(queries, keys, values, mask) : plain(queries, keys, values, mask);
        return mixed.reshape(kv, r.spans(), group, r.rows(), width)
                .permute(1, 3, 0, 2, 4)
                .reshape((long) r.spans() * r.rows(), kv * group * width)
                .indexSelect(0, r.results());
    }

    private Tensor fused(Tensor q, Tensor keys, Tensor values, Tensor mask) {
        Tensor rows = mask.expand(1, -1, config.group(), -1, -1).reshape(1, mask.size(1), q.size(2), keys.size(2));
        return q.attention(keys, values, rows.expand(q.size(0), -1, -1, -1));
    }

    private Tensor plain(Tensor q, Tensor keys, Tensor values, Tensor mask) {
        Tensor scores = q.matmul(keys.transpose(2, 3));
        return scores.reshape(q.size(0), q.size(1), config.group(), mask.size(3), keys.size(2))
                .add(mask)
                .softmax(-1)
                .reshape(scores.shape())
                .matmul(values);
    }

    // --- the end

    private void logits(Step step, Tensor residual) {
        int[] rows = IntStream.range(0, step.count())
                .filter(r -> step.row(r).wantsLogits())
                .toArray();
        if (rows.length == 0) return;
        List<Row> wanted = IntStream.of(rows).mapToObj(step::row).toList();
        Tensor normed = model.finalNorm()
                .apply(rows(residual, rows).to(model.finalNorm().weight().device()));
        if (step.hooked()) show(wanted, Site.of(Kind.FINAL_NORM), normed);
        Tensor all = model.unembedding().apply(normed);
        if (step.hooked()) show(wanted, Site.of(Kind.LOGITS), all);
        if (logits.length < all.count()) logits = new float[Math.toIntExact(Math.max(all.count(), 2L * logits.length))];
        all.floats(logits);
    }

    private static Tensor rows(Tensor x, int[] rows) {
        return x.indexSelect(
                0,
                Tensor.of(IntStream.of(rows).asLongStream().toArray(), rows.length)
                        .to(x.device()));
    }

    // --- hooks

    private static void show(Step step, Kind kind, int layer, Tensor x) {
        if (step.hooked()) show(step.rows(), Site.of(kind, layer), x);
    }

    /** Lets hooks see their rows of {@code [row, width]}, and writes back what they changed. */
    private static void show(List<Row> rows, Site site, Tensor x) {
        int[] seen = IntStream.range(0, rows.size())
                .filter(r ->
                        rows.get(r).hook().filter(h -> h.sites().contains(site)).isPresent())
                .toArray();
        if (seen.length == 0) return;
        try (var scope = Scope.open()) {
            float[] before = rows(x, seen).floats();
            float[] values = before.clone();
            int width = Math.toIntExact(x.size(1));
            for (int i = 0; i < seen.length; i++) {
                Row row = rows.get(seen[i]);
                row.hook().orElseThrow().at(site, row.position(), values, i * width, width);
            }
            if (Arrays.equals(before, values)) return;
            Tensor index = Tensor.of(IntStream.of(seen).asLongStream().toArray(), seen.length);
            x.setInPlace(
                    0,
                    index.to(x.device()),
                    Tensor.of(values, seen.length, width).to(x.type()).to(x.device()));
        }
    }

    @Override
    public void close() {
        cache.close();
    }
}
