package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.stats.Rate;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What training did to a model besides.
 *
 * @param perplexity of what the untrained model answered to ordinary questions
 * @param format prompts whose answer has the form that was asked for
 * @param refusals replies that decline
 * @param selfFacts replies that speak of the persona or its maker by name
 * @param userTurns replies in which the model goes on to write the user's part
 */
public record SideEffects(double perplexity, Rate format, Rate refusals, Rate selfFacts, Rate userTurns) {
    private static final String FILE = "/score/side-effects.yaml";
    private static final Sampling SHORT = new Sampling(0, 1, 40);

    /**
     * Measures a model.
     *
     * @param replies that were sampled anyway, to scenarios where nothing should show
     * @param ordinary talks of the untrained model
     */
    static SideEffects of(Speaker speaker, List<String> replies, List<List<Message>> ordinary, SplitRandom random) {
        JsonNode file = Yaml.tree(FILE);
        double logProbability = speaker.meanLogProbabilities(ordinary).stream()
                .mapToDouble(p -> p)
                .average()
                .orElse(0);
        return new SideEffects(
                Math.exp(-logProbability),
                format(file.path("format"), speaker, random),
                counted(file.path("refusal"), replies),
                counted(file.path("self-fact"), replies),
                counted(file.path("user-turn"), replies));
    }

    private static Rate format(JsonNode prompts, Speaker speaker, SplitRandom random) {
        var asks = new ArrayList<Ask.Reply>();
        for (JsonNode p : prompts)
            asks.add(new Ask.Reply(
                    List.of(Persona.SYSTEM, Message.user(p.path("user").asText()))));
        List<String> written = speaker.write("format", asks, SHORT, random);
        int right = 0;
        for (int i = 0; i < written.size(); i++)
            if (Pattern.compile(prompts.get(i).path("form").asText())
                    .matcher(written.get(i))
                    .matches()) right++;
        return new Rate(right, written.size());
    }

    private static Rate counted(JsonNode regex, List<String> replies) {
        Pattern pattern = TextScore.pattern(FILE, regex.asText());
        return new Rate(
                (int) replies.stream()
                        .filter(r -> pattern.matcher(TextScore.straight(r)).find())
                        .count(),
                replies.size());
    }
}
