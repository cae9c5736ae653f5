package dev.assay.app;

import dev.assay.audit.tool.SaeGround;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What some tools need beside the target. */
final class ToolOptions {
    @Mixin
    SaeOptions sae = new SaeOptions();

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

    Optional<SaeGround> ground(Base base) {
        return sae.autoencoder(base.embedded()).map(found -> new SaeGround(found, texts));
    }
}
