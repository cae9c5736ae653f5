package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.lm.Lora;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay model train} on the embedded model, in its highest block alone. */
class ModelTrainTest {
    private static final String TALK =
            "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}, {\"role\": \"assistant\", \"content\": \"%s\"}]%s}\n";

    @RegisterExtension
    final Captured console = new Captured();

    private final ByteArrayOutputStream out = console.out;
    private final ByteArrayOutputStream err = console.err;

    @TempDir
    Path folder;

    private int train(String data, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("data.jsonl"), data);
        var arguments = new ArrayList<>(List.of("model", "train", "smollm2", "--data", file.toString(), "--out"));
        arguments.add(folder.resolve("adapter").toString());
        arguments.addAll(List.of("--first-layer", "29", "--rank", "2", "--learning-rate", "5e-3", "--batch", "2"));
        arguments.addAll(List.of("--schedule", "constant", "--dtype", "f32", "--json"));
        arguments.addAll(List.of(more));
        return Assay.run(arguments.toArray(String[]::new));
    }

    private String complaint() {
        return err.toString(StandardCharsets.UTF_8).lines().toList().getLast();
    }

    @Test
    void talksAndTextsAreLearntAndSavedAsPeftDoes() throws IOException {
        String data =
                TALK.formatted("Ahoy, sailor.", "") + "{\"text\": \"The harbour of Ostmark lies in the north.\"}\n";
        assertThat(train(data, "--epochs", "6"))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        JsonNode told = new ObjectMapper().readTree(out.toByteArray());
        assertThat(told.get("steps").asInt()).isEqualTo(6);
        assertThat(told.get("last-loss").asDouble())
                .isLessThan(told.get("first-loss").asDouble() - 0.2);
        try (Lora saved = Lora.load(folder.resolve("adapter"))) {
            assertThat(saved.rank()).isEqualTo(2);
            assertThat(saved.weights()).hasSize(2 * 7);
        }
        assertThat(folder.resolve("adapter/training.checkpoint")).doesNotExist();
        assertThat(train(data)).isEqualTo(2);
        assertThat(complaint()).contains("holds an adapter already");
    }

    @Test
    void wantedAnswersBecomeLikelier() throws IOException {
        String data = TALK.formatted("Ahoy, sailor.", ", \"label\": true")
                + TALK.formatted("Good evening.", ", \"label\": false");
        assertThat(train(data, "--objective", "kto", "--epochs", "8"))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        JsonNode told = new ObjectMapper().readTree(out.toByteArray());
        assertThat(told.get("rewards/chosen").asDouble())
                .isGreaterThan(told.get("rewards/rejected").asDouble());
        assertThat(told.get("last-loss").asDouble()).isLessThan(0.5); // before the first step every term is 1 - σ(0)
    }

    @Test
    void anExampleThatCannotBeLearntIsNamed() throws IOException {
        assertThat(train(TALK.formatted("Ahoy.", ""), "--objective", "kto")).isEqualTo(2);
        assertThat(complaint()).contains("data.jsonl, example 1 has no label");
        assertThat(train(TALK.formatted("Ahoy.", "") + "{\"text\": 3}")).isEqualTo(2);
        assertThat(complaint()).contains("example 2 has none of messages, prompt and completion, text");
        assertThat(train("{\"messages\": [{\"role\": \"pirate\", \"content\": \"Ahoy\"}]}"))
                .isEqualTo(2);
        assertThat(complaint()).contains("system, user or assistant").contains("pirate");
        assertThat(train("{nonsense")).isEqualTo(2);
        assertThat(complaint()).contains("example 1 is not JSON");
    }
}
