package dev.assay.app;

import dev.assay.lm.LanguageModel;
import dev.assay.organism.Lazy;
import dev.assay.smollm2.SmolLm2;
import dev.assay.tensor.Device;
import java.nio.file.Path;
import java.util.Optional;

/** Where Assay keeps what is made once: the unpacked model, base replies, the reference twin. */
record Home(Path folder) {
    /** The folder that the launcher names, which is {@code .assay} in the clone; else {@code .assay} of the user. */
    static Home of() {
        String named = System.getProperty("assay.home", "");
        return new Home(
                named.isBlank()
                        ? Path.of(System.getProperty("user.home"), ".assay")
                        : Path.of(named).toAbsolutePath());
    }

    Path models() {
        return folder.resolve("models");
    }

    Path cache() {
        return folder.resolve("cache");
    }

    /** A GGUF file that the user names, or the embedded model. */
    Path model(Optional<Path> named) {
        return named.orElseGet(() -> SmolLm2.file(models()));
    }

    /** The embedded model in the type that is fastest here, loaded when it is first needed. */
    Lazy<LanguageModel> embedded() {
        return new Lazy<>(() -> Devices.load(SmolLm2.file(models()), Device.fastest()));
    }
}
