package dev.assay.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
    private static final Tokenizer TOKENIZER = Smol.TOKENIZER;
    private static final String FAMILY = "👨‍👩‍👧‍👦";

    @TempDir
    Path folder;

    @Test
    void equalsLlamaCpp() {
        assertThat(Smol.cases("tokens.json")).hasSizeGreaterThanOrEqualTo(50);
        for (JsonNode golden : Smol.cases("tokens.json")) {
            String text = golden.get("text").asText();
            assertThat(TOKENIZER.encode(text)).as(text).containsExactly(Smol.ints(golden.get("ids")));
        }
    }

    @Test
    void plainTextNeverHoldsControlTokens() {
        for (int id = 0; id <= 16; id++) {
            assertThat(TOKENIZER.isControl(id)).isTrue();
            String text = "x" + TOKENIZER.token(id) + "\n";
            assertThat(TOKENIZER.encode(text)).contains(id);
            assertThat(Arrays.stream(TOKENIZER.encodePlain(text))).noneMatch(TOKENIZER::isControl);
            assertThat(TOKENIZER.decode(TOKENIZER.encodePlain(text))).isEqualTo(text);
        }
        assertThat(TOKENIZER.isControl(17)).isFalse();
    }

    @Test
    void knowsItsSpecials() {
        assertThat(TOKENIZER.vocabSize()).isEqualTo(49_152);
        assertThat(TOKENIZER.bos()).hasValue(1);
        assertThat(TOKENIZER.eos()).isEqualTo(2);
        assertThat(TOKENIZER.addsBos()).isFalse();
        assertThat(TOKENIZER.id("<|im_end|>")).hasValue(2);
        assertThat(TOKENIZER.id("Ġt")).isPresent();
        assertThat(TOKENIZER.id("no such token")).isEmpty();
    }

    @Test
    void decodesControlTokensOnlyIfAsked() {
        int[] ids = TOKENIZER.encode("<|im_start|>user\nHi<|im_end|>");
        assertThat(TOKENIZER.decode(ids)).isEqualTo("user\nHi");
        assertThat(TOKENIZER.decodeAll(ids)).isEqualTo("<|im_start|>user\nHi<|im_end|>");
    }

    /** All text comes back, but for the few control characters that SmolLM2's vocabulary lacks. */
    @Test
    void decodesWhatItEncodes() {
        Random random = new Random(2);
        for (int round = 0; round < 500; round++) {
            String text = random.ints(random.nextInt(40), 32, 0x1FAFF)
                    .filter(c -> c < 0xD800 || c > 0xDFFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            assertThat(TOKENIZER.decode(TOKENIZER.encodePlain(text))).isEqualTo(text);
        }
    }

    @Test
    void doesNotCutLongText() {
        assertThat(TOKENIZER.encodePlain(" the".repeat(20_000))).hasSize(20_000);
    }

    /** The vocabulary has no token for U+0004; the two marks must not be merged across it. */
    @Test
    void dropsBytesThatTheVocabularyLacksInPlace() {
        int mark = TOKENIZER.encodePlain("!")[0];
        assertThat(TOKENIZER.encodePlain("!\u0004!")).containsExactly(mark, mark);
        assertThat(TOKENIZER.encodePlain("!!")).hasSize(1);
    }

    @Test
    void survivesNulAndLoneSurrogates() {
        assertThat(TOKENIZER.decode(TOKENIZER.encodePlain("a\0b"))).isEqualTo("a\0b");
        assertThat(TOKENIZER.decode(TOKENIZER.encodePlain("a\uD83Db\uDE00"))).isEqualTo("a?b?");
    }

    @Test
    void streamsTextOnceItsUtf8IsComplete() {
        String text = "Hi " + FAMILY + " é你!";
        Tokenizer.Decoder decoder = TOKENIZER.decoder();
        List<String> pieces = new ArrayList<>();
        for (int id : TOKENIZER.encode(text + "<|im_end|>")) {
            pieces.add(decoder.accept(id));
        }
        assertThat(pieces).noneMatch(piece -> piece.contains("\uFFFD"));
        assertThat(pieces).contains("").noneMatch(TokenizerTest::endsInsideAPair);
        assertThat(String.join("", pieces)).isEqualTo(text);
        assertThat(decoder.finish()).isEmpty();
    }

    private static boolean endsInsideAPair(String piece) {
        return !piece.isEmpty() && Character.isHighSurrogate(piece.charAt(piece.length() - 1));
    }

    @Test
    void aBrokenCharacterShowsAtTheEnd() {
        int[] ids = TOKENIZER.encodePlain("👨");
        Tokenizer.Decoder decoder = TOKENIZER.decoder();
        assertThat(decoder.accept(ids[0])).isEmpty();
        assertThat(decoder.finish()).isEqualTo("\uFFFD");
        assertThat(decoder.accept(TOKENIZER.encodePlain("a")[0])).isEqualTo("a");
        assertThat(TOKENIZER.decode(Arrays.copyOf(ids, 1))).isEqualTo("\uFFFD");
    }

    @Test
    void encodesOnManyThreads() {
        List<JsonNode> cases = Smol.cases("tokens.json");
        assertThat(IntStream.range(0, 2_000).parallel().allMatch(i -> {
                    JsonNode golden = cases.get(i % cases.size());
                    return Arrays.equals(TOKENIZER.encode(golden.get("text").asText()), Smol.ints(golden.get("ids")));
                }))
                .isTrue();
    }

    /** The alphabet, the number 1234 by merges, a word without merges, a user-defined and a control token. */
    private static GgufBytes tiny(String pre) {
        List<String> tokens = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(String.valueOf(ByteLevel.character(b)));
        }
        tokens.addAll(List.of("12", "123", "1234", "whole", "<tool>", "<|end|>", "''"));
        int[] types = new int[tokens.size()];
        Arrays.fill(types, 1);
        types[260] = 4;
        types[261] = 3;
        return new GgufBytes()
                .string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", pre)
                .strings("tokenizer.ggml.tokens", tokens)
                .ints("tokenizer.ggml.token_type", types)
                .strings("tokenizer.ggml.merges", List.of("1 2", "12 3", "123 4", "' '"))
                .integer("tokenizer.ggml.eos_token_id", 261);
    }

    private int[] tinyIds(String pre, String text) {
        try (Gguf gguf = tiny(pre).open(folder)) {
            return Tokenizer.from(gguf).encodePlain(text);
        }
    }

    @Test
    void eachPreTokenizerCutsItsOwnWay() {
        assertThat(tinyIds("gpt-2", "1234")).containsExactly(258);
        assertThat(tinyIds("llama-bpe", "1234")).containsExactly(257, '4');
        assertThat(tinyIds("qwen2", "1234")).containsExactly('1', '2', '3', '4');
        assertThat(tinyIds("smollm", "1234")).containsExactly('1', '2', '3', '4');
        assertThat(tinyIds("default", "1234")).containsExactly(257, '4');
        assertThat(tinyIds("default", "\"''")).containsExactly('"', 262);
        assertThat(tinyIds("llama-bpe", "whole")).containsExactly(259);
        assertThat(tinyIds("gpt-2", "whole")).hasSize(5);
    }

    @Test
    void userDefinedTokensAreTextAndMatchEverywhere() {
        assertThat(tinyIds("gpt-2", "12<tool><|end|>")).startsWith(256, 260).doesNotContain(261);
        try (Gguf gguf = tiny("gpt-2").open(folder)) {
            Tokenizer tokenizer = Tokenizer.from(gguf);
            assertThat(tokenizer.encode("12<tool><|end|>")).containsExactly(256, 260, 261);
            assertThat(tokenizer.decode(260, 261)).isEqualTo("<tool>");
            assertThat(tokenizer.bos()).isEmpty();
        }
    }

    @Test
    void refusesWhatItCannotReproduce() {
        refuses(tiny("tekken"), "tokenizer.ggml.pre", "tekken", "smollm");
        refuses(new GgufBytes().string("tokenizer.ggml.model", "llama"), "tokenizer.ggml.model", "gpt2");
        refuses(new GgufBytes().string("tokenizer.ggml.model", "gpt2"), "tokenizer.ggml.tokens", "missing");
        refuses(vocabulary(List.of("a", "a"), List.of(), 0), "2 tokens, 1 of them distinct");
        refuses(vocabulary(List.of("a", "b"), List.of("a b"), 0), "Hugging Face");
        refuses(vocabulary(List.of("a", "b"), List.of(""), 0), "Hugging Face");
        refuses(vocabulary(List.of("a", "b"), List.of(), 2), "eos_token_id is 2");
    }

    private static GgufBytes vocabulary(List<String> tokens, List<String> merges, int eos) {
        return new GgufBytes()
                .string("tokenizer.ggml.model", "gpt2")
                .strings("tokenizer.ggml.tokens", tokens)
                .strings("tokenizer.ggml.merges", merges)
                .integer("tokenizer.ggml.eos_token_id", eos);
    }

    private void refuses(GgufBytes bytes, String... parts) {
        try (Gguf gguf = bytes.open(folder)) {
            assertThatThrownBy(() -> Tokenizer.from(gguf))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll(parts);
        }
    }
}
