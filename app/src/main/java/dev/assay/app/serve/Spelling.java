package dev.assay.app.serve;

import dev.assay.lm.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tokens in JSON, as OpenAI writes them. */
record Spelling(Tokenizer tokenizer) {
    /** A token's text; of part of a character its bytes, {@code \xe2\x82}. */
    String text(int token) {
        byte[] bytes = tokenizer.bytes(token);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException part) {
            var text = new StringBuilder();
            for (byte b : bytes) text.append("\\x%02x".formatted(b & 0xff));
            return text.toString();
        }
    }

    private Map<String, Object> token(int token, double logProbability) {
        Map<String, Object> all = new LinkedHashMap<>();
        List<Integer> bytes = new ArrayList<>();
        for (byte b : tokenizer.bytes(token)) bytes.add(b & 0xff);
        all.put("token", text(token));
        all.put("logprob", logProbability);
        all.put("bytes", bytes);
        return all;
    }

    /** {@code logprobs} of a chat. */
    Map<String, Object> chat(List<TokenScore> scores) {
        List<Map<String, Object>> content = new ArrayList<>();
        for (TokenScore score : scores) {
            Map<String, Object> one = token(score.token(), score.logProbability());
            one.put(
                    "top_logprobs",
                    score.likeliest().stream()
                            .map(g -> token(g.token(), g.logProbability()))
                            .toList());
            content.add(one);
        }
        return Map.of("content", content);
    }

    /**
     * {@code logprobs} of a bare text.
     *
     * @param shift characters before the text that the offsets count from
     */
    Map<String, Object> text(List<TokenScore> scores, int shift) {
        List<String> tokens = new ArrayList<>();
        List<@Nullable Double> values = new ArrayList<>();
        List<@Nullable Map<String, Double>> top = new ArrayList<>();
        List<Integer> offsets = new ArrayList<>();
        for (TokenScore score : scores) {
            boolean known = !Double.isNaN(score.logProbability()); // the first token of all has none
            tokens.add(text(score.token()));
            values.add(known ? score.logProbability() : null);
            top.add(known ? likeliest(score) : null);
            offsets.add(shift + score.offset());
        }
        return Map.of("tokens", tokens, "token_logprobs", values, "top_logprobs", top, "text_offset", offsets);
    }

    private Map<String, Double> likeliest(TokenScore score) {
        Map<String, Double> all = new LinkedHashMap<>();
        score.likeliest().forEach(g -> all.putIfAbsent(text(g.token()), g.logProbability()));
        all.putIfAbsent(text(score.token()), score.logProbability());
        return all;
    }
}
