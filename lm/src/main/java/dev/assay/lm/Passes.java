package dev.assay.lm;

import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The passes of a training through its models, piece by piece so that memory is bounded. */
final class Passes {
    private final Trainable weights;
    private final int tokensAtOnce;
    private final boolean recompute;

    Passes(Trainable weights, int tokensAtOnce, boolean recompute) {
        this.weights = weights;
        this.tokensAtOnce = tokensAtOnce;
        this.recompute = recompute;
    }

    /** A single number, from what a pass leaves in the residual stream. */
    @FunctionalInterface
    interface Loss {
        Tensor of(Transformer model, Padded texts, Tensor residual);
    }

    LanguageModel start() {
        return weights.start();
    }

    /** The texts in their order, in pieces of so few that they fit, padded to the longest; a text alone always fits. */
    List<List<TrainingText>> pieces(List<TrainingText> texts) {
        var pieces = new ArrayList<List<TrainingText>>();
        int from = 0;
        int longest = 0;
        for (int i = 0; i < texts.size(); i++) {
            longest = Math.max(longest, texts.get(i).ids().length);
            if (i > from && (i + 1 - from) * longest > tokensAtOnce) {
                pieces.add(texts.subList(from, i));
                from = i;
                longest = texts.get(i).ids().length;
            }
        }
        pieces.add(texts.subList(from, texts.size()));
        return pieces;
    }

    /** Adds the gradient of a piece's loss to those of the weights, and returns the loss. */
    double backward(List<TrainingText> piece, Loss loss) {
        try (var scope = Scope.open()) {
            Padded texts = Padded.of(piece);
            Transformer model = weights.transformer();
            Transformer.Pass pass = texts.pass(model, start().config());
            return recompute ? recomputing(model, texts, pass, loss) : keeping(model, texts, pass, loss);
        }
    }

    private double keeping(Transformer model, Padded texts, Transformer.Pass pass, Loss loss) {
        Tensor x = model.embed(texts.ids());
        for (int l = 0; l < layers(); l++) x = model.block(l, x, pass);
        Tensor value = loss.of(model, texts, x);
        value.backward();
        return value.item();
    }

    /**
     * Goes down block by block: of a block's input x and the gradient g of its output y, the gradient of the number
     * Σ y·g is what the chain rule gives for x and for the block's weights.
     */
    private double recomputing(Transformer model, Padded texts, Transformer.Pass pass, Loss loss) {
        List<Tensor> inputs = inputs(model, texts, pass);
        Tensor top = inputs.getLast().requireGradient();
        double value = value(loss, model, texts, top);
        Tensor gradient = top.gradient();
        for (int l = layers() - 1; l >= Math.max(0, weights.lowest()); l--) {
            Tensor in = inputs.get(l).requireGradient();
            int layer = l;
            pull(() -> model.block(layer, in, pass), gradient);
            gradient = in.gradient();
        }
        if (weights.lowest() < 0) pull(() -> model.embed(texts.ids()), gradient);
        return value;
    }

    /** The residual stream before each block, and after the last: leaves without a history. */
    private List<Tensor> inputs(Transformer model, Padded texts, Transformer.Pass pass) {
        try (var pause = Autograd.pause()) {
            var inputs = new ArrayList<Tensor>();
            inputs.add(model.embed(texts.ids()));
            for (int l = 0; l < layers(); l++) inputs.add(model.block(l, inputs.getLast(), pass));
            return inputs;
        }
    }

    private static double value(Loss loss, Transformer model, Padded texts, Tensor top) {
        try (var scope = Scope.open()) {
            Tensor value = loss.of(model, texts, top);
            value.backward();
            return value.item();
        }
    }

    private static void pull(Supplier<Tensor> output, Tensor gradient) {
        try (var scope = Scope.open()) {
            output.get().mul(gradient).sum().backward();
        }
    }

    /** Log-probability of each text's targets under the present weights, without a gradient. */
    double[] logProbs(List<TrainingText> texts) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            return logProbs(weights.transformer(), texts);
        }
    }

    /** Log-probability of each text's targets under a model. */
    double[] logProbs(Transformer model, List<TrainingText> texts) {
        var all = new double[texts.size()];
        int from = 0;
        for (List<TrainingText> piece : pieces(texts)) {
            double[] some = logProbsOfPiece(model, piece);
            System.arraycopy(some, 0, all, from, some.length);
            from += some.length;
        }
        return all;
    }

    private double[] logProbsOfPiece(Transformer model, List<TrainingText> piece) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Padded texts = Padded.of(piece);
            Transformer.Pass pass = texts.pass(model, start().config());
            Tensor x = model.embed(texts.ids());
            for (int l = 0; l < layers(); l++) x = model.block(l, x, pass);
            return texts.logProbs(model, x).doubles();
        }
    }

    private int layers() {
        return start().config().layers();
    }
}
