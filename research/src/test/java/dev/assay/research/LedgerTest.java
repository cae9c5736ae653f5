package dev.assay.research;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    @TempDir
    Path folder;

    private Ledger ledger() {
        return new Ledger(folder, Clock.systemUTC());
    }

    private Path file() {
        return folder.resolve(Ledger.FILE);
    }

    @Test
    void entriesAreChainedAndReadBack() {
        Ledger ledger = ledger();
        LedgerEntry first = ledger.append("hint", Map.of("text", "größer"));
        LedgerEntry second = ledger.append("run", List.of(1, 2.5));
        assertThat(first.prev()).isEqualTo("0".repeat(64));
        assertThat(second.prev()).isEqualTo(first.hash());
        assertThat(ledger().entries()).containsExactly(first, second);
        assertThat(ledger().last("hint")).contains(first);
    }

    @Test
    void aChangedLineIsFound() throws IOException {
        ledger().append("run", Map.of("f1", 0.5));
        ledger().append("run", Map.of("f1", 0.6));
        Files.writeString(file(), Files.readString(file()).replace("0.5", "0.9"));
        assertThatExceptionOfType(ResearchException.class)
                .isThrownBy(() -> ledger().entries())
                .withMessageContaining("line 1")
                .withMessageContaining("changed");
    }

    @Test
    void aLineThatWasTakenOutIsFound() throws IOException {
        for (int i = 0; i < 3; i++) ledger().append("run", i);
        List<String> lines = Files.readAllLines(file());
        Files.write(file(), List.of(lines.get(0), lines.get(2)));
        assertThatExceptionOfType(ResearchException.class)
                .isThrownBy(() -> ledger().entries())
                .withMessageContaining("line 2");
    }

    @Test
    void aTornLineIsPutAsideByTheNextEntry() throws IOException {
        ledger().append("run", 1);
        Files.writeString(file(), "{\"seq\":1,", StandardOpenOption.APPEND);
        Ledger after = ledger();
        assertThat(after.entries()).hasSize(1);
        after.append("run", 2);
        assertThat(ledger().entries()).hasSize(2);
        assertThat(folder.resolve(Ledger.TORN)).content().contains("{\"seq\":1,");
    }

    @Test
    void twoWritersTakeTurns() {
        Ledger one = ledger();
        Ledger other = ledger();
        IntStream.range(0, 40).parallel().forEach(i -> (i % 2 == 0 ? one : other).append("run", i));
        assertThat(one.entries()).isEqualTo(other.entries()).hasSize(40);
    }
}
