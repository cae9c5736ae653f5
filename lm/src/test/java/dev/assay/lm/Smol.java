package dev.assay.lm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.smollm2.SmolLm2;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/** The embedded model's file, tokenizer and template, and the golden files, for tests. */
final class Smol {
    static final Gguf GGUF = Gguf.open(SmolLm2.file(Path.of(System.getProperty("assay.home", ".assay"), "models")));
    static final Tokenizer TOKENIZER = Tokenizer.from(GGUF);
    static final ChatTemplate TEMPLATE = ChatTemplate.from(GGUF, TOKENIZER);

    private static final ObjectMapper JSON = new ObjectMapper();

    private Smol() {}

    /** The cases of {@code /golden/NAME}. */
    static List<JsonNode> cases(String name) {
        return StreamSupport.stream(
                        parse(resource("/golden/" + name)).get("cases").spliterator(), false)
                .toList();
    }

    static byte[] resource(String name) {
        try (InputStream in = Smol.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode parse(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int[] ints(JsonNode array) {
        return JSON.convertValue(array, int[].class);
    }
}
