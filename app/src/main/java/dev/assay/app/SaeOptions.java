package dev.assay.app;

import dev.assay.lm.Site;
import dev.assay.sae.model.ModelSae;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An autoencoder on the model that is looked into. */
final class SaeOptions {
    @Option(names = "--sae", paramLabel = "DIR", description = "autoencoder on the model, for its features")
    @Nullable
    Path folder;

    @Option(
            names = "--sae-at",
            paramLabel = "SITE",
            description = "where in the model it belongs, such as resid_post:19, if its folder does not say")
    @Nullable
    String site;

    Optional<ModelSae> autoencoder() {
        return Optional.ofNullable(folder)
                .map(f -> ModelSae.in(f, Optional.ofNullable(site).map(Site::parse)));
    }
}
