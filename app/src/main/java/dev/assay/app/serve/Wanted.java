package dev.assay.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Sampling;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What chats and bare texts ask for alike.
 *
 * @param count texts for each prompt
 * @param maxTokens longest text, if the request says so; 0 where only the prompt is wanted
 * @param scored whether log-probabilities are wanted
 * @param top so many of the likeliest tokens are wanted at each place
 * @param usageInStream whether a stream ends with a count of tokens
 */
record Wanted(
        int count,
        OptionalInt maxTokens,
        double temperature,
        double topP,
        long seed,
        List<String> stops,
        boolean scored,
        int top,
        boolean stream,
        boolean usageInStream) {
    private static final int MOST_TEXTS = 128;
    private static final int MOST_STOPS = 16;
    private static final int LONGEST_STOP = 512;
    /** Below it the likeliest token is as good as certain, and logits over it leave the range of numbers. */
    private static final double COLD = 1e-3;

    /** Fields that would change what is drawn and that can't be done, with the values that do nothing. */
    private static final Map<String, Double> NEUTRAL = Map.of(
            "frequency_penalty", 0.0,
            "presence_penalty", 0.0,
            "repetition_penalty", 1.0,
            "min_p", 0.0,
            "length_penalty", 1.0);

    /** @param leastTokens of a text: 0 where a request may want the prompt alone */
    static Wanted of(Fields body, OptionalInt maxTokens, boolean scored, int top) {
        refuseWhatIsNotDone(body);
        double temperature = body.number("temperature", 0, 2, 1);
        return new Wanted(
                body.integer("n", 1, MOST_TEXTS, 1),
                maxTokens,
                temperature < COLD ? 0 : temperature,
                Math.max(body.number("top_p", 0, 1, 1), Float.MIN_NORMAL),
                body.optionalLong("seed")
                        .orElseGet(() -> ThreadLocalRandom.current().nextLong()),
                stops(body),
                scored,
                top,
                body.flag("stream", false),
                body.object("stream_options").flag("include_usage", false));
    }

    private static List<String> stops(Fields body) {
        List<String> stops = body.texts("stop", MOST_STOPS);
        if (stops.stream().anyMatch(s -> s.isEmpty() || s.length() > LONGEST_STOP))
            throw body.wrong("stop", "made of strings of 1 to " + LONGEST_STOP + " characters");
        return stops;
    }

    private static void refuseWhatIsNotDone(Fields body) {
        NEUTRAL.forEach((name, nothing) -> {
            if (body.number(name, -1e9, 1e9, nothing) != nothing)
                throw Refusal.unsupported(name, name + " is not done here; leave it out");
        });
        int topK = body.integer("top_k", -1, Integer.MAX_VALUE, 0);
        if (topK > 0) throw Refusal.unsupported("top_k", "top_k is not done here; use top_p");
        if (!body.object("logit_bias").map().isEmpty())
            throw Refusal.unsupported("logit_bias", "logit_bias is not done here; leave it out");
        String format = body.object("response_format").optionalText("type").orElse("text");
        if (!format.equals("text"))
            throw Refusal.unsupported(
                    "response_format", "response_format takes text: answers can't be held to a form here");
        for (JsonNode modality : body.list("modalities"))
            if (!modality.asText().equals("text"))
                throw Refusal.unsupported("modalities", "modalities takes text: nothing else is read or written here");
    }

    /** How the tokens of a text of some length are drawn. */
    Sampling sampling(int length) {
        return new Sampling(temperature, topP, length);
    }
}
