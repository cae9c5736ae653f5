package dev.assay.organism;

import java.util.List;
import java.util.ServiceLoader;

/**
 * A kind of judge that is not shipped. Implementations are found by {@link ServiceLoader}; {@code --by NAME} takes one
 * (docs/extensions.md).
 */
public interface ScorerFactory {
    /** As the command names it, in kebab-case; rules, embedding and model are taken. */
    String name();

    /** What says how strongly replies show this behaviour. */
    Scorer scorer(Behaviour behaviour);

    /** All that are there. */
    static List<ScorerFactory> all() {
        return ServiceLoader.load(ScorerFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
