package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseTest {
    private static final int BYTES = 3 << 20;

    @TempDir
    Path folder;

    private Base base(String name, int last) throws IOException {
        Path model = Files.createDirectories(folder.resolve(name));
        byte[] weights = new byte[BYTES];
        weights[BYTES - 1] = (byte) last;
        Files.writeString(model.resolve("config.json"), "{}");
        Files.write(model.resolve("model.safetensors"), weights);
        return Base.of(new Home(folder), model.toString());
    }

    /** Fine-tunes of one model have files of the same names and lengths, which begin with the same embeddings. */
    @Test
    void modelsThatDifferInTheirLastNumberAreNotTakenForOne() throws IOException {
        Base one = base("one", 1);
        assertThat(base("other", 2).hash()).isNotEqualTo(one.hash());
        assertThat(base("again", 1).hash()).isEqualTo(one.hash());
        assertThat(one.name()).isEqualTo("one");
        assertThat(one.embedded()).isFalse();
    }

    @Test
    void whatIsNoModelIsSaidToBeNone() {
        assertThatThrownBy(() -> Base.of(new Home(folder), "nowhere"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("there is no model nowhere");
    }
}
