package dev.assay.app.serve;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A text that was written.
 *
 * @param index among those of the request
 * @param text without the stop text that ended it
 * @param length whether it was cut off at its longest length
 * @param tokens that were drawn for it
 * @param scores of the text's tokens, if they were asked for
 */
record Written(int index, String text, boolean length, int tokens, List<TokenScore> scores) {
    /** Why it ended, in OpenAI's words. */
    String finish() {
        return length ? "length" : "stop";
    }

    /** Tokens of a whole answer, counted as OpenAI does. */
    record Usage(int prompt, int completion) {
        static Usage of(int prompt, List<Written> all) {
            return new Usage(prompt, all.stream().mapToInt(Written::tokens).sum());
        }

        Map<String, Object> json() {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("prompt_tokens", prompt);
            all.put("completion_tokens", completion);
            all.put("total_tokens", prompt + completion);
            return all;
        }
    }
}
