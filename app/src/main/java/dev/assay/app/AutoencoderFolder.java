package dev.assay.app;

import dev.assay.smollm2.SmolLm2;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;

/** A folder with an autoencoder; the embedded model's name means the one that comes with it. */
final class AutoencoderFolder implements ITypeConverter<Path> {
    @Override
    public Path convert(String value) {
        return value.equals(Base.EMBEDDED) ? embedded() : Path.of(value);
    }

    static Path embedded() {
        return SmolLm2.autoencoder(Home.of().models());
    }
}
