package dev.assay.app;

import dev.assay.audit.tool.SaeGround;
import dev.assay.lm.Site;
import dev.assay.sae.model.ModelSae;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What some tools need beside the target. */
final class ToolOptions {
    @Option(names = "--sae", paramLabel = "DIR", description = "autoencoder on the model, for sae (and diff)")
    @Nullable
    Path sae;

    @Option(
            names = "--sae-at",
            paramLabel = "SITE",
            description = "where in the model it belongs, such as resid_post:19, if its folder does not say")
    @Nullable
    String site;

    @Option(
            names = "--sae-text",
            split = ",",
            paramLabel = "FILE",
            description = "ordinary texts on which its features are looked up")
    List<Path> texts = List.of();

    @Option(names = "--oracle", paramLabel = "DIR", description = "activation oracle on the model, for oracle")
    @Nullable
    Path oracle;

    Optional<Path> oracleFolder() {
        return Optional.ofNullable(oracle);
    }

    Optional<SaeGround> ground() {
        return Optional.ofNullable(sae)
                .map(folder -> new SaeGround(
                        ModelSae.in(folder, Optional.ofNullable(site).map(Site::parse)), texts));
    }
}
