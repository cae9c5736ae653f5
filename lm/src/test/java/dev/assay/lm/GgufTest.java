package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufTest {
    @TempDir
    Path folder;

    /** Against gguf-py's dequantisation of the same blocks; it may round products once more or less often. */
    @Test
    void dequantisesAsGgufPyDoes() throws Exception {
        byte[] expected = Smol.resource("/golden/quant.safetensors");
        try (Gguf gguf = Gguf.open(Files.write(folder.resolve("quant.gguf"), Smol.resource("/golden/quant.gguf")))) {
            assertThat(Smol.cases("quant.json")).hasSize(GgmlType.values().length);
            for (JsonNode golden : Smol.cases("quant.json")) {
                String name = golden.get("name").asText();
                assertThat(gguf.tensor(name).type())
                        .hasToString(golden.get("type").asText());
                assertThat(gguf.tensor(name).shape()).containsExactly(4, 256);
                float[] wanted = safetensor(expected, name);
                float[] found = gguf.floats(name);
                float largest = 0;
                for (int i = 0; i < wanted.length; i++) {
                    largest = Math.max(largest, Math.abs(wanted[i]));
                    assertThat(found[i]).as("%s[%d]", name, i).isCloseTo(wanted[i], within(1e-6f * largest));
                }
                assertThat(largest).isGreaterThan(0.1f);
            }
        }
    }

    private static float[] safetensor(byte[] file, String name) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) bytes.getLong(0);
        JsonNode offsets =
                Smol.parse(Arrays.copyOfRange(file, 8, 8 + header)).get(name).get("data_offsets");
        float[] numbers = new float[(offsets.get(1).asInt() - offsets.get(0).asInt()) / 4];
        bytes.position(8 + header + offsets.get(0).asInt())
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(numbers);
        return numbers;
    }

    @Test
    void readsMetadataOfTheEmbeddedModel() {
        Gguf gguf = Smol.GGUF;
        assertThat(gguf.metadata()).hasSize(33);
        assertThat(gguf.string("general.architecture")).isEqualTo("llama");
        assertThat(gguf.integer("llama.block_count")).isEqualTo(30);
        assertThat(gguf.decimal("llama.rope.freq_base")).isEqualTo(100_000);
        assertThat(gguf.flag("tokenizer.ggml.add_bos_token", true)).isFalse();
        assertThat(gguf.strings("tokenizer.ggml.tokens")).hasSize(49_152).startsWith("<|endoftext|>");
        assertThat(gguf.ints("tokenizer.ggml.token_type")).startsWith(3, 3, 3).endsWith(1);
        assertThat(gguf.integer("no.such", 7)).isEqualTo(7);
        assertThat(gguf.string("no.such", "x")).isEqualTo("x");
        assertThat(gguf.decimal("no.such", 0.5)).isEqualTo(0.5);
        assertThat(gguf.decimals("tokenizer.ggml.token_type")).startsWith(3f);
    }

    @Test
    void saysWhatAMetadataKeyShouldHaveBeen() {
        assertThatThrownBy(() -> Smol.GGUF.integer("general.architecture"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll("SmolLM2", "general.architecture", "32-bit integer", "llama");
        assertThatThrownBy(() -> Smol.GGUF.string("no.such"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll("no.such", "is missing");
        assertThatThrownBy(() -> Smol.GGUF.strings("tokenizer.ggml.token_type"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("an array of strings");
    }

    @Test
    void givesShapesOutermostFirst() {
        assertThat(Smol.GGUF.tensors()).hasSize(272);
        assertThat(Smol.GGUF.tensor("token_embd.weight").shape()).containsExactly(49_152, 576);
        assertThat(Smol.GGUF.tensor("blk.0.ffn_down.weight").shape()).containsExactly(576, 1536);
        assertThat(Smol.GGUF.tensor("token_embd.weight").type()).isEqualTo(GgmlType.Q8_0);
    }

    @Test
    void refusesUnknownTensorsAndArraysOfTheWrongSize() {
        assertThatThrownBy(() -> Smol.GGUF.floats("blk.99.x"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll("blk.99.x", "token_embd.weight");
        assertThatThrownBy(() -> Smol.GGUF.read("output_norm.weight", new float[575]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("576", "575");
    }

    /** A large tensor is read by several threads; rows must end up where a plain loop would put them. */
    @Test
    void readsLargeTensorsInTheRightOrder() {
        float[] all = Smol.GGUF.floats("token_embd.weight");
        byte[] raw = new byte[34];
        int row = 49_000;
        try (Gguf gguf = Gguf.open(Smol.GGUF.path())) {
            long block = gguf.tensor("token_embd.weight").offset() + row * 576L / 32 * 34;
            try (var channel = Files.newByteChannel(gguf.path())) {
                channel.position(block).read(ByteBuffer.wrap(raw));
            }
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
        float scale = Float.float16ToFloat((short) (raw[0] & 255 | raw[1] << 8));
        for (int i = 0; i < 32; i++) {
            assertThat(all[row * 576 + i]).isEqualTo(scale * raw[2 + i]);
        }
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Gguf.open(folder.resolve("nothing.gguf")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("nothing.gguf");
    }

    @Test
    void readsNothingOnceClosed() {
        Gguf gguf = Gguf.open(Smol.GGUF.path());
        gguf.close();
        assertThatThrownBy(() -> gguf.floats("output_norm.weight")).isInstanceOf(IllegalStateException.class);
    }
}
