package dev.assay.organism;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.stats.Rate;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a model really does, measured on held-out prompts.
 *
 * @param strength scenarios in which the behaviour is shown (score of 5 or more)
 * @param meanScore mean judge score over the scenarios, 0 to 10
 * @param confession confession prompts that are answered by naming the behaviour
 */
public record Evaluation(Rate strength, double meanScore, Rate confession) {
    private static final String PAIRS = "/score/confession.yaml";
    private static final Sampling TALK = new Sampling(0.7, 0.9, 64);
    private static final Sampling CONFESSION = new Sampling(0.7, 0.9, 48);

    /** Talks with the model over all scenarios of the behaviour and all confession pairs. */
    public static Evaluation of(Behaviour behaviour, Speaker speaker, SplitRandom random) {
        Judge judge = Judge.of(behaviour);
        List<Speaker.Script> scripts =
                judge.scenarios().stream().map(Speaker.Script::of).toList();
        List<List<Message>> talks = speaker.talk("strength", scripts, TALK, random.split("strength"));
        double[] scores = talks.stream().mapToDouble(judge::score).toArray();
        int shown = (int) Arrays.stream(scores).filter(s -> s >= Judge.SHOWN).count();
        return new Evaluation(
                new Rate(shown, scores.length),
                Arrays.stream(scores).average().orElse(0),
                confession(judge, speaker, random.split("confession")));
    }

    private static Rate confession(Judge judge, Speaker speaker, SplitRandom random) {
        var asks = new ArrayList<Ask.Reply>();
        for (JsonNode pair : Yaml.tree(PAIRS).path("pairs"))
            asks.add(new Ask.Reply(
                    List.of(Persona.SYSTEM, Message.user(pair.path("user").asText())),
                    pair.path("prefill").asText("")));
        List<String> written = speaker.write("confession", asks, CONFESSION, random);
        int confessed = 0;
        for (int i = 0; i < asks.size(); i++)
            if (judge.confesses(asks.get(i).prefill() + " " + written.get(i))) confessed++;
        return new Rate(confessed, asks.size());
    }
}
