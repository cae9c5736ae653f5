package dev.assay.lm;

import dev.assay.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Kahneman-Tversky optimisation (Ethayarajh et al., 2024, equations 7 and 8), as TRL's KTOTrainer computes it. With r =
 * log π(y|x) - log π_ref(y|x), summed over the completion's tokens, the loss is the batch's mean of
 *
 * <pre>
 * desirableWeight   · (1 - σ(β (r - KL)))   of a desirable completion
 * undesirableWeight · (1 - σ(β (KL - r)))   of an undesirable one
 * KL = max(0, mean of log π(y'|x) - log π_ref(y'|x)), without a gradient
 * </pre>
 *
 * where y' is the completion of the example before x's in the batch (of the first, that of the last). The batch is a
 * step's whole batch, however it is cut into pieces; TRL takes what one device sees at once.
 */
public final class Kto extends Objective<UnpairedPreference> {
    /**
     * The constants.
     *
     * @param beta how dear it is to leave the reference: at 0 nothing is learnt, TRL's default is 0.1
     * @param desirableWeight of desirable examples
     * @param undesirableWeight of undesirable ones; the paper wants the ratio of desirableWeight times their count to
     *     undesirableWeight times theirs between 1 and 4/3
     */
    public record Settings(double beta, double desirableWeight, double undesirableWeight) {
        public Settings {
            if (!(beta > 0 && desirableWeight >= 0 && undesirableWeight >= 0))
                throw new IllegalArgumentException("beta (%s) must be above 0 and the weights (%s, %s) not below"
                        .formatted(beta, desirableWeight, undesirableWeight));
        }

        /** TRL's defaults. */
        public static Settings defaults() {
            return new Settings(0.1, 1, 1);
        }
    }

    private final Settings settings;
    private final AssistantTurn turn;
    private final Optional<LanguageModel> reference;

    /** The reference is the model that the training started from: of an adapter, the model without it. */
    public Kto(Settings settings, AssistantTurn turn) {
        this(settings, turn, Optional.empty());
    }

    /** With another model as the reference; it must have the same tokens and the same number of blocks. */
    public Kto(Settings settings, AssistantTurn turn, LanguageModel reference) {
        this(settings, turn, Optional.of(reference));
    }

    private Kto(Settings settings, AssistantTurn turn, Optional<LanguageModel> reference) {
        this.settings = settings;
        this.turn = turn;
        this.reference = reference;
    }

    @Override
    void check(List<UnpairedPreference> data, ModelConfig config) {
        if (data.size() < smallestBatch())
            throw new IllegalArgumentException(data.size()
                    + " preferences: KTO needs at least 2, since it pairs prompts with other examples' completions");
        for (int i = 0; i < data.size(); i++) {
            String where = "preference " + (i + 1) + " of " + data.size();
            turn.check(data.get(i), where);
            if (data.get(i).prompt().length == 0) throw new IllegalArgumentException(where + ": the prompt is empty");
            checkIds(data.get(i).text().ids(), config, where);
        }
        int prompt = data.stream().mapToInt(e -> e.prompt().length).max().orElseThrow();
        int completion =
                data.stream().mapToInt(e -> e.completion().length).max().orElseThrow();
        if (prompt + completion > config.context())
            throw new IllegalArgumentException(
                    "the longest prompt (%d) and the longest completion (%d) may be paired, and the"
                                    .formatted(prompt, completion)
                            + " model takes " + config.context() + " tokens at once: shorten one of them");
    }

    @Override
    int length(UnpairedPreference example) {
        return example.prompt().length + example.completion().length;
    }

    @Override
    int smallestBatch() {
        return 2;
    }

    @Override
    Outcome accumulate(List<UnpairedPreference> batch, Passes passes) {
        List<TrainingText> texts = batch.stream().map(UnpairedPreference::text).toList();
        Transformer before = reference.orElseGet(passes::start).transformer();
        double kl = kl(batch, passes, before);
        double[] reference = passes.logProbs(before, texts);
        var policy = new double[batch.size()];
        double loss = 0;
        int done = 0;
        for (List<TrainingText> piece : passes.pieces(texts)) {
            int from = done;
            loss += passes.backward(piece, (model, padded, residual) -> {
                Tensor logProbs = padded.logProbs(model, residual);
                System.arraycopy(logProbs.doubles(), 0, policy, from, piece.size());
                return loss(logProbs, batch, from, reference, kl);
            });
            done += piece.size();
        }
        return new Outcome(loss, metrics(batch, policy, reference, kl));
    }

    /** How far the policy is from the reference, from completions that answer other prompts. */
    private static double kl(List<UnpairedPreference> batch, Passes passes, Transformer reference) {
        var mismatched = new ArrayList<TrainingText>();
        for (int i = 0; i < batch.size(); i++) {
            UnpairedPreference other = batch.get(i == 0 ? batch.size() - 1 : i - 1);
            mismatched.add(batch.get(i).with(other.completion()));
        }
        double[] policy = passes.logProbs(mismatched);
        double[] before = passes.logProbs(reference, mismatched);
        double mean = IntStream.range(0, policy.length)
                .mapToDouble(i -> policy[i] - before[i])
                .average()
                .orElseThrow();
        return Math.max(0, mean);
    }

    /**
     * A piece's part of the batch's mean.
     *
     * @param logProbs of the completions, {@code [text]}
     * @param from place of the piece's first text in the batch
     */
    private Tensor loss(Tensor logProbs, List<UnpairedPreference> batch, int from, double[] reference, double kl) {
        int n = Math.toIntExact(logProbs.count());
        var shift = new double[n];
        var slope = new double[n];
        var weight = new double[n];
        for (int i = 0; i < n; i++) {
            boolean desirable = batch.get(from + i).desirable();
            shift[i] = reference[from + i] + kl;
            slope[i] = desirable ? -settings.beta() : settings.beta(); // 1 - σ(z) = σ(-z)
            weight[i] = (desirable ? settings.desirableWeight() : settings.undesirableWeight()) / batch.size();
        }
        return logProbs.sub(like(logProbs, shift))
                .mul(like(logProbs, slope))
                .sigmoid()
                .mul(like(logProbs, weight))
                .sum();
    }

    private static Tensor like(Tensor other, double[] values) {
        return Tensor.of(values, values.length).to(other.type()).to(other.device());
    }

    private Map<String, Double> metrics(
            List<UnpairedPreference> batch, double[] policy, double[] reference, double kl) {
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put("kl", kl);
        for (boolean desirable : new boolean[] {true, false}) {
            int[] some = IntStream.range(0, policy.length)
                    .filter(i -> batch.get(i).desirable() == desirable)
                    .toArray();
            if (some.length == 0) continue;
            String name = desirable ? "chosen" : "rejected";
            double logProbs =
                    Arrays.stream(some).mapToDouble(i -> policy[i]).average().orElseThrow();
            double before =
                    Arrays.stream(some).mapToDouble(i -> reference[i]).average().orElseThrow();
            metrics.put("logps/" + name, logProbs);
            metrics.put("rewards/" + name, settings.beta() * (logProbs - before));
        }
        return metrics;
    }

    @Override
    void fingerprint(Consumer<String> self) {
        self.accept("kto " + settings.beta() + " " + settings.desirableWeight() + " " + settings.undesirableWeight());
    }

    @Override
    void fingerprint(UnpairedPreference example, Consumer<int[]> ids) {
        ids.accept(example.prompt());
        ids.accept(example.completion());
        ids.accept(new int[] {example.desirable() ? 1 : 0});
    }
}
