package dev.assay.app;

import dev.assay.lm.Site;
import dev.assay.sae.model.ModelSae;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An autoencoder on the model that is looked into. */
final class SaeOptions {
    @Option(
            names = "--sae",
            paramLabel = "DIR",
            converter = AutoencoderFolder.class,
            description = "autoencoder on the model, for its features (default: on the embedded model its own)")
    @Nullable
    Path folder;

    @Option(
            names = "--sae-at",
            paramLabel = "SITE",
            description = "where in the model it belongs, such as resid_post:19, if its folder does not say")
    @Nullable
    String site;

    /**
     * The autoencoder that is named, or the one that comes with the embedded model.
     *
     * @param embedded whether that is the model
     */
    Optional<ModelSae> autoencoder(boolean embedded) {
        return Optional.ofNullable(folder)
                .or(() -> embedded ? Optional.of(AutoencoderFolder.embedded()) : Optional.empty())
                .map(f -> ModelSae.in(f, Optional.ofNullable(site).map(Site::parse)));
    }
}
