package dev.assay.sae;

import dev.assay.tensor.AdamW;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trains any architecture by automatic differentiation of its {@link Forward}, in the parameters' element type. */
final class AutogradLearner implements Learner {
    private static final double CLIP = 1;

    private final Architecture architecture;
    private final List<OwnLoss.Weighted> losses;
    private final Parameters parameters;
    private final Averages averages;
    private final AdamW adam;

    AutogradLearner(Architecture architecture, Parameters parameters) {
        this(architecture, List.of(), parameters);
    }

    /**
     * Takes over the parameters.
     *
     * @param losses beside the architecture's own
     */
    AutogradLearner(Architecture architecture, List<OwnLoss.Weighted> losses, Parameters parameters) {
        this.architecture = architecture;
        this.losses = losses;
        this.parameters = parameters;
        this.averages = new Averages(architecture, parameters.latents());
        parameters.all().values().forEach(Tensor::requireGradient);
        this.adam = new AdamW(List.copyOf(parameters.all().values()));
    }

    Averages averages() {
        return averages;
    }

    /** The losses on {@code x} with gradients left at the parameters, in the caller's scope. */
    Forward backward(Tensor x, Conditions conditions) {
        if (architecture instanceof Architecture.JumpRelu) project();
        Forward forward = Forward.of(architecture, parameters, x, conditions, averages);
        var step = new OwnLoss.Step(parameters, x, forward.acts(), forward.reconstruction());
        for (OwnLoss.Weighted own : losses) forward.losses().put(own.loss().toString(), own.of(step));
        forward.total().backward();
        return forward;
    }

    /** Thresholds stay at or above 0. */
    private void project() {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            Tensor threshold = parameters.get("threshold");
            threshold.setInPlace(threshold.relu());
        }
    }

    @Override
    public StepResult step(Tensor x, Conditions conditions, double learningRate) {
        try (var scope = Scope.open()) {
            Forward forward = backward(x, conditions);
            Map<String, Double> losses = new LinkedHashMap<>();
            forward.losses().forEach((name, loss) -> losses.put(name, loss.item()));
            double norm = adam.clip(CLIP);
            adam.step(learningRate);
            return new StepResult(losses, norm, BatchTopKForward.sparse(forward.acts()));
        }
    }

    @Override
    public Encoded encode(Tensor x, Conditions conditions) {
        try (var pause = Autograd.pause();
                var scope = Scope.open()) {
            var unseen = new Averages(architecture, parameters.latents());
            Forward forward = Forward.of(architecture, parameters, x, conditions, unseen);
            return new Encoded(BatchTopKForward.sparse(forward.acts()), scope.pass(forward.reconstruction()));
        }
    }

    @Override
    public double[] thresholds() {
        return averages.thresholds();
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(parameters.all());
        adam.state().forEach((name, t) -> state.put("adam." + name, t));
        averages.state().forEach((name, t) -> state.put("averages." + name, t));
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        try (var pause = Autograd.pause()) {
            parameters.all().forEach((name, t) -> t.setInPlace(Learners.entry(state, name)));
        }
        adam.restore(Learners.part(state, "adam."));
        averages.restore(Learners.part(state, "averages."));
    }

    @Override
    public void close() {
        parameters.close();
        adam.state().values().forEach(Tensor::close);
    }
}
