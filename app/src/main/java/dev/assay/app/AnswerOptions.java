package dev.assay.app;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Metric;
import dev.assay.lm.TokenText;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which answers are weighed: one token, or one against another. */
final class AnswerOptions {
    @Option(names = "--answer", paramLabel = "TEXT", description = "the token whose logit counts, such as \" Paris\"")
    @Nullable
    String answer;

    @Option(names = "--answer-id", paramLabel = "N", description = "its number in its place")
    @Nullable
    Integer answerId;

    @Option(names = "--against", paramLabel = "TEXT", description = "the token whose logit is taken off it")
    @Nullable
    String against;

    @Option(names = "--against-id", paramLabel = "N", description = "its number in its place")
    @Nullable
    Integer againstId;

    OptionalInt answer(LanguageModel model) {
        return token(model, "--answer", answer, answerId);
    }

    OptionalInt against(LanguageModel model) {
        return token(model, "--against", against, againstId);
    }

    private static OptionalInt token(LanguageModel model, String name, @Nullable String text, @Nullable Integer id) {
        if (text != null && id != null) throw new UserException("give either " + name + " or " + name + "-id");
        if (id != null) return OptionalInt.of(id);
        if (text == null) return OptionalInt.empty();
        int[] tokens = model.tokenizer().encodePlain(text);
        if (tokens.length != 1)
            throw new UserException("\"" + text + "\" is " + tokens.length + " tokens to the model"
                    + Arrays.stream(tokens)
                            .mapToObj(TokenText.of(model)::quoted)
                            .collect(Collectors.joining(
                                    ", ", tokens.length == 0 ? "" : " (", tokens.length == 0 ? "" : ")"))
                    + "; " + name + " takes one");
        return OptionalInt.of(tokens[0]);
    }

    /** A metric in words: {@code logit(" Paris") - logit(" Rome")}. */
    static String words(Metric metric, TokenText text) {
        return switch (metric) {
            case Metric.Logit m -> "logit(" + text.quoted(m.answer()) + ")";
            case Metric.LogProbability m -> "log p(" + text.quoted(m.answer()) + ")";
            case Metric.LogitDifference m ->
                "logit(" + text.quoted(m.answer()) + ") - logit(" + text.quoted(m.against()) + ")";
        };
    }

    static Map<String, Object> json(Metric metric, TokenText text) {
        Map<String, Object> out = new LinkedHashMap<>();
        switch (metric) {
            case Metric.Logit m -> {
                out.put("metric", "logit");
                out.put("answer", text.json(m.answer()));
            }
            case Metric.LogProbability m -> {
                out.put("metric", "log-probability");
                out.put("answer", text.json(m.answer()));
            }
            case Metric.LogitDifference m -> {
                out.put("metric", "logit-difference");
                out.put("answer", text.json(m.answer()));
                out.put("against", text.json(m.against()));
            }
        }
        return out;
    }
}
