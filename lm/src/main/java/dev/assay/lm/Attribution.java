package dev.assay.lm;

import dev.assay.tensor.Autograd;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Direct logit attribution (Elhage et al., 2021; Wang et al., 2023): what each part of the model adds to a logit, or to the
 * difference of two, without the detour through later blocks. The logits are linear in what is added to the residual stream
 * once the final norm's scale is taken as it is, so the parts add up to the metric.
 *
 * @param position whose logits are explained
 * @param total the metric of the model's own logits
 * @param parts embedding, then what attention and feed-forward of each block add
 * @param heads for each block what attention's part is made of
 */
public record Attribution(Metric.Linear metric, int position, double total, List<Part> parts, List<Heads> heads) {
    public Attribution {
        parts = List.copyOf(parts);
        heads = List.copyOf(heads);
    }

    /** What is added at a site ({@code embedding}, {@code attn_out}, {@code mlp_out}). */
    public record Part(Site site, double value) {}

    /**
     * What the heads of a block add; with the bias of the map that follows they are the block's {@code attn_out}. In Gemma 3
     * the norm after attention is taken at its real scale too.
     *
     * @param bias 0 where there is none
     */
    public record Heads(int layer, List<Double> values, double bias) {
        public Heads {
            values = List.copyOf(values);
        }
    }

    /** The sum of the parts: the total, but for rounding. */
    public double sum() {
        return parts.stream().mapToDouble(Part::value).sum();
    }

    /**
     * Attributes a metric of the logits at one position.
     *
     * @throws SiteException if the prompt has no such position
     * @throws PromptException if the model has not these tokens
     */
    public static Attribution of(LanguageModel model, int[] ids, int position, Metric.Linear metric) {
        metric.checked(model.config());
        Patch.checkPosition(OptionalInt.of(position), ids.length);
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            return new Reader(model, ids, position, metric).read();
        }
    }

    /** One pass, taken apart. */
    private static final class Reader {
        private final LanguageModel model;
        private final int position;
        private final Metric.Linear metric;
        private final List<Site> added;
        private final Site end;
        private final Map<Site, Tensor> seen;
        private final Tensor direction; // [dModel, 1], fp64

        Reader(LanguageModel model, int[] ids, int position, Metric.Linear metric) {
            this.model = model;
            this.position = position;
            this.metric = metric;
            int layers = model.config().layers();
            this.added = Stream.concat(
                            Stream.of(Site.of(Site.Kind.EMBEDDING)),
                            IntStream.range(0, layers)
                                    .boxed()
                                    .flatMap(l ->
                                            Stream.of(Site.of(Site.Kind.ATTN_OUT, l), Site.of(Site.Kind.MLP_OUT, l))))
                    .toList();
            this.end = Site.of(Site.Kind.RESID_POST, layers - 1);
            List<Site> wanted = new ArrayList<>(added);
            wanted.addAll(List.of(end, Site.of(Site.Kind.LOGITS)));
            for (int l = 0; l < layers; l++) wanted.add(Site.of(Site.Kind.ATTN_Z, l));
            this.seen = model.activations(ids, wanted);
            this.direction = direction();
        }

        private Tensor direction() {
            Tensor sum = Tensor.zeros(DType.F64, model.config().dModel(), 1);
            metric.weights()
                    .forEach((token, weight) -> sum.addInPlace(
                            model.transformer()
                                    .unembedding()
                                    .weight()
                                    .narrow(0, token, 1)
                                    .to(Device.CPU)
                                    .to(DType.F64)
                                    .transpose(0, 1),
                            weight));
            return sum;
        }

        Attribution read() {
            double[] values = worth(Tensor.cat(added.stream().map(this::row).toList(), 0));
            List<Part> parts = IntStream.range(0, values.length)
                    .mapToObj(i -> new Part(added.get(i), values[i]))
                    .toList();
            List<Heads> heads = IntStream.range(0, model.config().layers())
                    .mapToObj(this::heads)
                    .toList();
            double total = metric.of(row(Site.of(Site.Kind.LOGITS)).floats());
            return new Attribution(metric, position, total, parts, heads);
        }

        /** A site's numbers at the position: {@code [1, ..]}. */
        private Tensor row(Site site) {
            return Objects.requireNonNull(seen.get(site)).narrow(0, position, 1);
        }

        /** Of parts {@code [n, dModel]} of the residual stream after the last block. */
        private double[] worth(Tensor parts) {
            Norm norm = model.transformer().finalNorm();
            Device device = norm.weight().device();
            Tensor normed = norm.frozen(parts.to(device), row(end).to(device));
            return normed.to(Device.CPU).to(DType.F64).matmul(direction).doubles();
        }

        private Heads heads(int layer) {
            Transformer.Block block = model.transformer().blocks().get(layer);
            int count = model.config().heads();
            Tensor alone = apart(row(Site.of(Site.Kind.ATTN_Z, layer)).floats(), count);
            Tensor each = block.o().apply(alone.to(block.device()));
            Tensor bias = each.narrow(0, count, 1);
            Tensor added = Tensor.cat(List.of(each.narrow(0, 0, count).sub(bias), bias), 0);
            if (block.afterAttention().isPresent())
                added = block.afterAttention().get().frozen(added, added.sum(0));
            double[] values = worth(added);
            return new Heads(
                    layer, DoubleStream.of(Arrays.copyOf(values, count)).boxed().toList(), values[count]);
        }

        /** What the heads read, each alone in a row with zeros for the others; the last row is all zeros. */
        private Tensor apart(float[] z, int heads) {
            int width = z.length / heads;
            var rows = new float[(heads + 1) * z.length];
            for (int h = 0; h < heads; h++) System.arraycopy(z, h * width, rows, h * z.length + h * width, width);
            return Tensor.of(rows, heads + 1, z.length).to(model.type());
        }
    }
}
