package dev.assay.sae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.sae.SaeException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTableTest {
    @TempDir
    Path folder;

    private static List<List<String>> parse(String text) throws IOException {
        return CsvTable.parse(new StringReader(text));
    }

    @Test
    void cellsMayHoldCommasQuotesAndLineBreaks() throws IOException {
        assertThat(parse("a,b\n\"x, y\",\"say \"\"hi\"\"\nthere\"\r\n,\n\"\"\n\nlast,"))
                .containsExactly(
                        List.of("a", "b"),
                        List.of("x, y", "say \"hi\"\nthere"),
                        List.of("", ""),
                        List.of(""),
                        List.of("last", ""));
        assertThat(parse("")).isEmpty();
    }

    @Test
    void aColumnIsFoundByName() throws IOException {
        Path file = Files.writeString(folder.resolve("t.csv"), "prompt,target\nGrüße,1\nshort\n");
        CsvTable table = CsvTable.read(file);
        assertThat(table.column("prompt")).containsExactly("Grüße", "short");
        assertThat(table.column("target")).containsExactly("1", "");
        assertThatThrownBy(() -> table.column("label"))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("prompt, target");
    }

    @Test
    void whatIsNoZstdIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("t.csv.zst"), "prompt,target\n");
        assertThatThrownBy(() -> CsvTable.read(file)).hasMessageContaining("t.csv.zst");
    }
}
