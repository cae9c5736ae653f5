package dev.assay.chat;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A kind of provider that is not shipped. Implementations are found by {@link ServiceLoader}; a role names one by
 * {@code provider: NAME} (docs/extensions.md).
 */
public interface ProviderFactory {
    /** As a roles' file names it, in kebab-case; the names of shipped providers are taken. */
    String name();

    /**
     * Opens what answers for a role, when it is first asked.
     *
     * @throws ChatException.Configuration if the role lacks something that is needed
     */
    Provider open(Role role);

    /** All that are there. */
    static List<ProviderFactory> all() {
        return ServiceLoader.load(ProviderFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /** The one of that name. */
    static Optional<ProviderFactory> of(String name) {
        return all().stream().filter(own -> own.name().equals(name)).findFirst();
    }
}
