package dev.assay.audit.tool;

import java.util.List;
import java.util.ServiceLoader;

/**
 * A tool that is not shipped. Implementations are found by {@link ServiceLoader}; {@code --tool SLUG} takes one
 * (docs/extensions.md).
 */
public non-sealed interface OwnTool extends Configuration {
    /**
     * The tool of one run.
     *
     * @param session the run's target, conversations and random stream
     * @param reference a clean twin of the target, to compare with
     */
    Tool open(Session session, Target reference);

    @Override
    default boolean showsUsers() {
        return false;
    }

    /** All that are there. */
    static List<OwnTool> all() {
        return ServiceLoader.load(OwnTool.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
