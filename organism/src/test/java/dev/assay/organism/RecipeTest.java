package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "talks: 40, talks: 2, chat.talks is at least 3",
        "singles: 200, singles: 2, chat.singles is at least 3",
        "batch: 4, batch: 0, adapter.batch is at least 1",
        "texts: 72, texts: 1, texts is at least 2",
        "rest: 24, rest: -1, rest is at least 0",
        "epochs: 3, epochs: 0, epochs is at least 1",
        "epochs: 3, 'epochs: 3, quoted: 1', quoted is a share",
    })
    void aNumberThatCannotBeIsNamed(String shipped, String wrong, String says) throws IOException {
        Path file = folder.resolve("mine.yaml");
        Files.writeString(file, shipped().replaceFirst(shipped, wrong));
        assertThatThrownBy(() -> Recipe.of(file.toString()))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContainingAll(file.toString(), says);
    }

    private static String shipped() throws IOException {
        try (InputStream in = RecipeTest.class.getResourceAsStream("/recipes/embedded.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
