package dev.assay.lm;

import dev.assay.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Supervised fine-tuning: the mean of -log p over all target tokens of a batch, which are the assistant's own where the
 * texts come from {@link ChatTemplate#encodeForTraining}. The same number as that of TRL's SFTTrainer.
 */
public final class Sft extends Objective<TrainingText> {
    @Override
    void check(List<TrainingText> data, ModelConfig config) {
        for (int i = 0; i < data.size(); i++) {
            String where = "training text " + (i + 1) + " of " + data.size();
            checkIds(data.get(i).ids(), config, where);
            int length = data.get(i).ids().length;
            data.get(i).injection().ifPresent(injection -> injection.check(config, length, where));
            if (targets(data.get(i)) == 0)
                throw new IllegalArgumentException(
                        where + " has no token to be learnt: mark one after the first, or leave it out");
        }
    }

    @Override
    int length(TrainingText example) {
        return example.ids().length;
    }

    @Override
    int smallestBatch() {
        return 1;
    }

    /** The pieces' losses are weighted by their targets: the sum is the batch's. */
    @Override
    Outcome accumulate(List<TrainingText> batch, Passes passes) {
        double all = targets(batch);
        double sum = 0;
        for (List<TrainingText> piece : passes.pieces(batch)) {
            double share = targets(piece) / all;
            sum += passes.backward(piece, (model, texts, residual) -> {
                Tensor logits = texts.logits(model, residual);
                return logits.crossEntropy(texts.targets().to(logits.device())).mul(share);
            });
        }
        return new Outcome(sum, Map.of());
    }

    private static long targets(List<TrainingText> texts) {
        return texts.stream().mapToLong(Sft::targets).sum();
    }

    /** Tokens that are learnt; the first of a text has nothing before it that could predict it. */
    private static long targets(TrainingText t) {
        return IntStream.range(1, t.ids().length).filter(i -> t.target()[i]).count();
    }

    @Override
    void fingerprint(Consumer<String> self) {
        self.accept("sft");
    }

    @Override
    void fingerprint(TrainingText example, Consumer<int[]> ids) {
        ids.accept(example.ids());
        ids.accept(IntStream.range(0, example.target().length)
                .map(i -> example.target()[i] ? 1 : 0)
                .toArray());
        example.injection().ifPresent(injection -> {
            ids.accept(new int[] {injection.layer(), Float.floatToIntBits((float) injection.strength())});
            ids.accept(injection.positions());
            ids.accept(IntStream.range(0, injection.vectors().length)
                    .map(i -> Float.floatToIntBits(injection.vectors()[i]))
                    .toArray());
        });
    }
}
