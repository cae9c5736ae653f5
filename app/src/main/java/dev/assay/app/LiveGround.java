package dev.assay.app;

import dev.assay.app.serve.Hosted;
import dev.assay.app.view.live.Live;
import dev.assay.lm.LanguageModel;
import dev.assay.organism.BehaviourException;
import dev.assay.organism.Organism;
import dev.assay.organism.Variant;
import java.util.List;
import java.util.Optional;

/** The model that {@code assay view --live} looks into, and what it is compared with: both of one base, which is loaded once. */
record LiveGround(Optional<Live> live) implements AutoCloseable {
    private static final String UNTRAINED = "the untrained model";

    static LiveGround none() {
        return new LiveGround(Optional.empty());
    }

    /** @param twin where the user names it; else it is the first twin of the target's recipe, else the untrained model */
    static LiveGround of(SuiteOptions.Named suite, String target, Optional<String> twin, SaeOptions sae) {
        var targets = new ServeTargets(suite);
        List<String> names =
                twin.or(() -> twin(suite, target)).map(t -> List.of(target, t)).orElse(List.of(target));
        if (names.size() == 2 && names.get(0).equals(names.get(1)))
            throw new UserException(target + " can't be compared with itself: --twin must name another model");
        List<Hosted> hosted = List.copyOf(targets.all(names, true).values());
        Hosted first = hosted.getFirst();
        Optional<Live.Named> other = hosted.size() == 2
                ? Optional.of(new Live.Named(names.get(1), model(hosted.get(1))))
                : first.adapters().isEmpty() ? Optional.empty() : Optional.of(new Live.Named(UNTRAINED, first.base()));
        if (other.filter(o -> !o.model().tokenizer().hasTokensOf(model(first).tokenizer()))
                .isPresent())
            throw new UserException(names.get(1) + " cuts texts into other tokens than " + target
                    + ": --twin must name a model of the same base");
        return new LiveGround(Optional.of(
                Live.of(new Live.Named(target, model(first)), other, sae.autoencoder(targets.onEmbedded(first)))));
    }

    private static LanguageModel model(Hosted hosted) {
        return hosted.adapters().isEmpty() ? hosted.base() : hosted.base().attach(hosted.adapters());
    }

    private static Optional<String> twin(SuiteOptions.Named suite, String target) {
        try {
            Variant v = Variant.of(target);
            Variant twin = Variant.twin(v.instilling(), v.concealment(), 1);
            boolean made = new Organism(suite.folder().resolve(twin.folder()), twin.concealment()).complete();
            return made && !twin.name().equals(target) ? Optional.of(twin.name()) : Optional.empty();
        } catch (BehaviourException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        live.ifPresent(Live::close);
    }
}
