package dev.assay.lm;

import java.util.Map;
import java.util.Set;

/** One number read off the logits of a position: what a patch or a part of the model is measured by. */
public sealed interface Metric {
    /** Of the logits {@code [vocab]} of one position. */
    double of(float[] logits);

    /** A metric that is linear in the logits, so that what adds up to the logits adds up to it. */
    sealed interface Linear extends Metric {
        /** By what each token's logit is multiplied. */
        Map<Integer, Double> weights();

        @Override
        default Set<Integer> tokens() {
            return weights().keySet();
        }

        @Override
        default double of(float[] logits) {
            return weights().entrySet().stream()
                    .mapToDouble(e -> e.getValue() * logits[e.getKey()])
                    .sum();
        }
    }

    /** The logit of a token. */
    record Logit(int answer) implements Linear {
        @Override
        public Map<Integer, Double> weights() {
            return Map.of(answer, 1.0);
        }
    }

    /** By how much the logit of a token is above that of another. */
    record LogitDifference(int answer, int against) implements Linear {
        public LogitDifference {
            if (answer == against)
                throw new PromptException("the answer and what it is compared with are both token " + answer
                        + ": give two different ones");
        }

        @Override
        public Map<Integer, Double> weights() {
            return Map.of(answer, 1.0, against, -1.0);
        }
    }

    /** The logarithm of a token's probability, in nats. */
    record LogProbability(int answer) implements Metric {
        @Override
        public Set<Integer> tokens() {
            return Set.of(answer);
        }

        @Override
        public double of(float[] logits) {
            double largest = Double.NEGATIVE_INFINITY;
            for (float l : logits) largest = Math.max(largest, l);
            double sum = 0;
            for (float l : logits) sum += Math.exp(l - largest);
            return logits[answer] - largest - Math.log(sum);
        }
    }

    /** The tokens whose logits it needs by name. */
    Set<Integer> tokens();

    /**
     * The same, or an exception.
     *
     * @throws PromptException if a model has not all of its tokens
     */
    default Metric checked(ModelConfig config) {
        for (int token : tokens())
            if (token < 0 || token >= config.vocab())
                throw new PromptException("token " + token + " is none of the model's " + config.vocab() + " (0 to "
                        + (config.vocab() - 1) + ")");
        return this;
    }
}
