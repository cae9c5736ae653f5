package dev.assay.app.serve;

import dev.assay.lm.Tokenizer;
import java.util.List;

/**
 * The text of tokens as they come, for a reader who must get no part of a character and nothing of a stop text: what may
 * still become one is held back.
 */
final class TextFlow {
    private final Tokenizer.Decoder decoder;
    private final List<String> stops;
    private final StringBuilder text = new StringBuilder();
    private int given;

    TextFlow(Tokenizer tokenizer, List<String> stops) {
        this.decoder = tokenizer.decoder();
        this.stops = stops;
    }

    /** Characters so far. */
    int length() {
        return text.length();
    }

    /** Takes a token; returns what can be read now, which may be empty. */
    String accept(int token) {
        text.append(decoder.accept(token));
        int end = Math.max(given, text.length() - held());
        if (end > given && Character.isHighSurrogate(text.charAt(end - 1))) end--;
        String now = text.substring(given, end);
        given = end;
        return now;
    }

    /** Characters at the end that may be the beginning of a stop text, or are one. */
    private int held() {
        int most = 0;
        for (String stop : stops) {
            int at = text.indexOf(stop, Math.max(0, given - stop.length()));
            if (at >= 0) most = Math.max(most, text.length() - at);
            for (int n = Math.min(stop.length() - 1, text.length()); n > most; n--)
                if (text.indexOf(stop.substring(0, n), text.length() - n) >= 0) most = n;
        }
        return most;
    }

    /** What is left of the whole text. */
    String rest(String whole) {
        String left = whole.length() > given ? whole.substring(given) : "";
        given = whole.length();
        return left;
    }
}
