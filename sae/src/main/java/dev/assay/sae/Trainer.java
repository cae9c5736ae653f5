package dev.assay.sae;

import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import dev.assay.tensor.Device;
import dev.assay.tensor.Kernels;
import dev.assay.tensor.Parallel;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Trains one sparse autoencoder step by step. Everything that the next step depends on is in {@link #state}, so a run
 * that is stopped and restored goes on as if it had not been.
 */
public final class Trainer implements AutoCloseable {
    private final Recipe recipe;
    private final Activations data;
    private final Learner learner;
    private final Parallel parallel;
    private final DeadLatents dead;
    private final Optional<Autotuner> tuner;
    private final double inputScale;
    private long step;

    /**
     * @param seed of the start; the data have their own
     * @param threads of the kernels, or of tensor operations; the latter is a setting of the calling thread, which must
     *     be the one that trains
     */
    public Trainer(Recipe recipe, Activations data, long seed, int threads) {
        this.recipe = recipe;
        this.data = data;
        this.parallel = new Parallel(threads);
        this.dead = new DeadLatents(recipe.latents(), recipe.training().deadWindow());
        this.tuner = penalty(recipe.architecture()).filter(p -> p.target() > 0).map(p -> new Autotuner(p.target()));
        this.inputScale = recipe.training().normalise()
                ? Math.sqrt(data.dModel()) / data.meanNorm(recipe.training().batch())
                : 1;
        this.learner = learner(recipe, data.dModel(), SplitRandom.of(seed).split("sae"), parallel);
        Device.threads(learner instanceof AutogradLearner ? threads : 1); // sparse steps share out work themselves
    }

    private static Learner learner(Recipe recipe, int dModel, SplitRandom random, Parallel parallel) {
        Parameters start = Parameters.fresh(recipe.architecture(), dModel, recipe.latents(), DType.F32, random);
        DType precision = recipe.training().precision();
        Learner sparse = !recipe.losses().isEmpty()
                ? null
                : switch (recipe.architecture()) {
                    case Architecture.TopK t -> new SparseLearner(t, start, precision, Kernels.best(), parallel);
                    case Architecture.BatchTopK b
                    when !b.refinement().separate() -> new SparseLearner(b, start, precision, Kernels.best(), parallel);
                    case Architecture.JumpRelu j
                    when SparseJumpRelu.fits(j) -> new SparseJumpRelu(j, start, precision, Kernels.best(), parallel);
                    default -> null;
                };
        if (sparse != null) {
            start.close();
            return sparse;
        }
        return new AutogradLearner(recipe.architecture(), recipe.losses(), start);
    }

    private static Optional<Penalty> penalty(Architecture architecture) {
        return switch (architecture) {
            case Architecture.Standard s -> Optional.of(s.penalty());
            case Architecture.Gated g -> Optional.of(g.penalty());
            case Architecture.JumpRelu j -> Optional.of(j.penalty());
            case Architecture.TopK t -> Optional.empty();
            case Architecture.BatchTopK b -> Optional.empty();
            case Architecture.MatchingPursuit m -> Optional.empty();
        };
    }

    /** Steps that have been taken. */
    public long steps() {
        return step;
    }

    public boolean done() {
        return step >= recipe.training().steps();
    }

    /** Number of latents that count as dead now. */
    public int dead() {
        return dead.count();
    }

    /** Takes the next step. */
    public Step next() {
        try (var scope = Scope.open()) {
            Tensor x = data.batch(step, recipe.training().batch());
            Tensor scaled = inputScale == 1 ? x : x.mul(inputScale);
            StepResult result =
                    learner.step(scaled, conditions(), recipe.training().learningRate(step));
            if (!Double.isFinite(result.loss()))
                throw new SaeException("the loss of step " + (step + 1) + " is " + result.loss()
                        + "; a lower training.learning-rate keeps it finite");
            dead.fired(result.active());
            tuner.ifPresent(t -> t.observe(
                    result.l0(),
                    step >= penalty(recipe.architecture()).orElseThrow().tuneFrom()));
            step++;
            return new Step(step, result.losses(), result.loss(), result.l0());
        }
    }

    /**
     * What a step saw.
     *
     * @param number of the step, counted from 1
     * @param losses parts of the loss by name
     */
    public record Step(long number, Map<String, Double> losses, double loss, double l0) {}

    private Conditions conditions() {
        double k = recipe.architecture() instanceof Architecture.BatchTopK b ? b.k().at(step) : 0;
        double coefficient = penalty(recipe.architecture()).map(p -> p.at(step)).orElse(0.0)
                * tuner.map(Autotuner::multiplier).orElse(1.0);
        return new Conditions(k, coefficient, dead.mask());
    }

    /** Latents and reconstruction of {@code x} in the form that is trained, at the k that training ends with. */
    public Encoded encode(Tensor x) {
        double k = recipe.architecture() instanceof Architecture.BatchTopK b ? b.k().last() : 0;
        Tensor scaled = inputScale == 1 ? x : x.mul(inputScale);
        Encoded encoded = learner.encode(scaled, new Conditions(k, 0, new boolean[recipe.latents()]));
        return inputScale == 1
                ? encoded
                : new Encoded(encoded.latents(), encoded.reconstruction().mul(1 / inputScale));
    }

    /** A copy of the parameters for inputs as they come: a normalisation of inputs is folded in. */
    public Parameters parameters() {
        Map<String, Tensor> folded = new LinkedHashMap<>();
        learner.parameters().all().forEach((name, t) -> {
            double factor = name.startsWith("W_enc")
                    ? inputScale
                    : name.equals("W_dec") || name.equals("b_dec") ? 1 / inputScale : 1;
            folded.put(name, t.detach().mul(factor));
        });
        return new Parameters(folded);
    }

    /** The form in which it is used and kept; empty where there is none. */
    public Optional<InferenceSae> export() {
        try (var scope = Scope.open()) {
            // norms are those of the folded decoder, 1 / inputScale of those that the choices were made with
            double[] folded =
                    Arrays.stream(thresholds()).map(t -> t / inputScale).toArray();
            return Export.of(recipe.architecture(), parameters(), folded);
        }
    }

    /** Thresholds of the choices of BatchTopK, in units of pre-activations times n; empty for other architectures. */
    public double[] thresholds() {
        return learner.thresholds();
    }

    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(learner.state());
        state.put("trainer.step", Tensor.of(new long[] {step}, 1));
        state.put("trainer.silent", dead.state());
        tuner.ifPresent(t -> state.put("trainer.tuner", Tensor.of(t.state(), 3)));
        return state;
    }

    public void restore(Map<String, Tensor> state) {
        learner.restore(state);
        step = Learners.entry(state, "trainer.step").longs()[0];
        dead.restore(Learners.entry(state, "trainer.silent"));
        tuner.ifPresent(t -> t.restore(Learners.entry(state, "trainer.tuner").doubles()));
    }

    @Override
    public void close() {
        learner.close();
        parallel.close();
    }
}
