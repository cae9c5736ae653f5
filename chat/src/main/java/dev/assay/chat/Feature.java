package dev.assay.chat;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a model can be asked for. */
public enum Feature {
    CHAT("answer in a conversation"),
    PREFILL("go on from the first words of its own message (prefill)"),
    USER_TURN("write the user's next turn"),
    COMPLETION("continue a bare text"),
    TOOLS("call tools"),
    SEED("draw by a given seed"),
    LOGPROBS("give log-probabilities"),
    TEMPERATURE("be sampled at another temperature or top-p than 1"),
    STOP("stop at given texts");

    private final String what;

    Feature(String what) {
        this.what = what;
    }

    /** In words that follow "can". */
    public String what() {
        return what;
    }

    /** Its name in files, in kebab-case. */
    @JsonValue
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@link IllegalArgumentException} if no feature is named so. */
    @JsonCreator
    public static Feature of(String key) {
        return Arrays.stream(values())
                .filter(feature -> feature.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + key + "\" is none of "
                        + Arrays.stream(values()).map(Feature::key).collect(Collectors.joining(", "))));
    }
}
