package dev.assay.sae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.sae.SaeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeTaskTest {
    @TempDir
    Path folder;

    private static int[] ints(JsonNode list) {
        return IntStream.range(0, list.size()).map(i -> list.get(i).asInt()).toArray();
    }

    private ProbeFolder.Task task(int[] y) throws IOException {
        var table = new StringBuilder("prompt,target\n");
        for (int i = 0; i < y.length; i++)
            table.append("text ").append(i).append(',').append(y[i]).append('\n');
        return new ProbeFolder.Task("1_some", Files.writeString(folder.resolve("1_some.csv"), table));
    }

    @Test
    void textsAreDividedAsSaeProbesDividesThem() throws IOException {
        JsonNode golden = Golden.json("splits.json");
        ProbeTask task = ProbeTask.of(task(ints(golden.path("y"))), ProbeFolder.READ);
        assertThat(task.train()).containsExactly(ints(golden.path("train")));
        assertThat(task.test()).containsExactly(ints(golden.path("test")));
        for (int i = 0; i < 700; i++)
            assertThat(task.y()[i]).isEqualTo(golden.at("/y/" + i).asInt() == 1);
    }

    @Test
    void fewerExamplesAreDividedWithoutATextInBothParts() throws IOException {
        int[] y = IntStream.range(0, 700).map(i -> i % 5 == 0 ? 1 : 0).toArray();
        ProbeTask task = ProbeTask.of(task(y), 300);
        assertThat(task.texts()).hasSize(300);
        assertThat(IntStream.of(task.train())
                        .filter(i -> IntStream.of(task.test()).anyMatch(t -> t == i)))
                .isEmpty();
        for (int[] part : new int[][] {task.train(), task.test()}) {
            assertThat(IntStream.of(part)).allMatch(i -> i < 300);
            assertThat(IntStream.of(part).filter(i -> task.y()[i])).hasSizeGreaterThan(5);
        }
    }

    @Test
    void aTaskOfOneClassOrOfFewTextsIsRefused() throws IOException {
        assertThatThrownBy(() -> ProbeTask.of(task(new int[200]), 5000))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("two values");
        int[] few = IntStream.range(0, 60).map(i -> i % 2).toArray();
        assertThatThrownBy(() -> ProbeTask.of(task(few), 5000))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("too few");
        assertThatThrownBy(() -> ProbeFolder.of(folder))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("pip download");
    }
}
