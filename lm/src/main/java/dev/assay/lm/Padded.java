package dev.assay.lm;

import dev.assay.tensor.DType;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Some texts as one rectangle, padded on the right, where no token sees it.
 *
 * @param ids {@code [text, position]}, I64
 * @param rows place of what predicts each target in the flattened rectangle, {@code [target]}, I64
 * @param targets the tokens to be learnt, {@code [target]}, I64
 * @param owners the text of each target
 * @param hook adds what the texts take up on their way
 */
record Padded(Tensor ids, Tensor rows, Tensor targets, int[] owners, Hook hook) {
    static Padded of(List<TrainingText> texts) {
        int longest = texts.stream().mapToInt(t -> t.ids().length).max().orElseThrow();
        var ids = new long[texts.size() * longest];
        var rows = new Longs();
        var targets = new Longs();
        var owners = IntStream.builder();
        for (int b = 0; b < texts.size(); b++) {
            TrainingText t = texts.get(b);
            for (int i = 0; i < t.ids().length; i++) {
                ids[b * longest + i] = t.ids()[i];
                if (i > 0 && t.target()[i]) {
                    rows.add(b * longest + i - 1); // the position before predicts it
                    targets.add(t.ids()[i]);
                    owners.add(b);
                }
            }
        }
        return new Padded(
                Tensor.of(ids, texts.size(), longest),
                rows.tensor(),
                targets.tensor(),
                owners.build().toArray(),
                InjectionHook.of(texts, longest));
    }

    /** What the blocks of a pass over these texts share. */
    Transformer.Pass pass(Transformer model, ModelConfig config) {
        int texts = (int) ids.size(0);
        int length = (int) ids.size(1);
        return model.pass(Batches.positions(texts, length), Batches.causal(config, length, model.type()), hook);
    }

    /**
     * Logits at the targets alone, {@code [target, vocab]}, in fp32 or wider: the vocabulary is by far the widest.
     *
     * @param residual the residual stream after the last block, {@code [text, position, dModel]}
     */
    Tensor logits(Transformer model, Tensor residual) {
        Tensor wanted = residual.reshape(ids.count(), residual.size(-1)).indexSelect(0, rows.to(residual.device()));
        Tensor logits = model.logits(wanted, Hook.NONE);
        return logits.type() == DType.BF16 ? logits.to(DType.F32) : logits;
    }

    /** Log-probability of each text's targets, summed up: {@code [text]}. */
    Tensor logProbs(Transformer model, Tensor residual) {
        Tensor logits = logits(model, residual);
        Tensor each = logits.gather(targets.to(logits.device()).unsqueeze(-1))
                .sub(logits.logSumExp(-1).reshape(targets.count(), 1));
        return membership().to(each.type()).to(each.device()).matmul(each).reshape(ids.size(0));
    }

    /** 1 where a target is a text's: {@code [text, target]}. */
    private Tensor membership() {
        var ones = new float[Math.toIntExact(ids.size(0)) * owners.length];
        for (int i = 0; i < owners.length; i++) ones[owners[i] * owners.length + i] = 1;
        return Tensor.of(ones, ids.size(0), owners.length);
    }

    private static final class Longs {
        private long[] values = new long[64];
        private int count;

        void add(long value) {
            if (count == values.length) values = Arrays.copyOf(values, 2 * count);
            values[count++] = value;
        }

        Tensor tensor() {
            return Tensor.of(Arrays.copyOf(values, count), count);
        }
    }
}
