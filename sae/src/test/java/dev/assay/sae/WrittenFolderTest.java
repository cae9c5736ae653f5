package dev.assay.sae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.tensor.Scope;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders that {@code assay sae train} wrote, and what sae-lens 6.54.12 makes of samples with them (interop/,
 * {@code sae_written.py}): what is written now is byte for byte what sae-lens was seen to load.
 */
class WrittenFolderTest {
    @TempDir
    Path folder;

    private static GoldenSae written(String name) throws URISyntaxException {
        return GoldenSae.in(Path.of(
                WrittenFolderTest.class.getResource("/assay-written/" + name).toURI()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"batchtopk", "lista-matryoshka"})
    void saeLensFindsTheSameLatents(String name) throws Exception {
        try (var scope = Scope.open()) {
            written(name).matches(written(name).read().sae());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"batchtopk", "lista-matryoshka"})
    void theSameBytesAreWrittenStill(String name) throws Exception {
        try (var scope = Scope.open()) {
            var read = written(name).read();
            SaeLensFolder.write(folder, read.sae(), read.metadata());
        }
        for (String file : new String[] {"cfg.json", "sae_weights.safetensors"})
            assertThat(folder.resolve(file))
                    .hasBinaryContent(bytes(written(name).folder().resolve(file)));
    }

    private static byte[] bytes(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    @Test
    void theWrittenOnesAreOfTwoKinds() throws Exception {
        try (var scope = Scope.open()) {
            assertThat(written("batchtopk").read().sae()).isInstanceOf(JumpReluSae.class);
            assertThat(written("lista-matryoshka").read().sae()).isInstanceOf(ListaSae.class);
        }
    }
}
