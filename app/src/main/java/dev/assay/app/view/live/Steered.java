package dev.assay.app.view.live;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.tool.SteeringRecipe;
import dev.assay.audit.tool.SteeringVector;
import dev.assay.audit.tool.Target;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A reply as it is, and with a direction added to the residual stream.
 *
 * @param site where it is added
 * @param strength what the difference of the means is multiplied by
 * @param pairs of texts that the difference is of
 */
record Steered(String model, String site, double strength, int pairs, String plain, String steered) {
    private static final int TOKENS = 96;
    private static final int PAIRS = 16;
    private static final double MOST = 20;
    private static final Sampling SAMPLING = new Sampling(Target.REPLY.temperature(), Target.REPLY.topP(), TOKENS);

    /**
     * Writes both.
     *
     * @param asked {@code before}, a talk whose last message is the user's; {@code recipe}, which is {@code honesty}, {@code
     *     prefill}, or {@code own} with {@code towards} and {@code away}, beginnings of replies; {@code strength}; {@code seed}
     */
    static Steered of(JsonNode asked, String name, Speaker speaker) {
        double strength = asked.path("strength").asDouble(1);
        if (!(Math.abs(strength) <= MOST))
            throw new LiveException("strength lies between -" + (int) MOST + " and " + (int) MOST);
        List<Message> talk = LiveText.before(asked);
        if (talk.isEmpty() || talk.getLast().role() != Message.Role.USER)
            throw new LiveException("there is no question: write what the user asks");
        SteeringRecipe recipe = recipe(asked, talk);
        SteeringVector vector = recipe.of(speaker).scaled(strength);
        SplitRandom stream = SplitRandom.of(asked.path("seed").asLong(1));
        var ask = new Ask.Reply(talk);
        List<String> replies = speaker.write(
                "plain and steered reply",
                List.of(
                        new Speaker.Draft(ask, SAMPLING, stream, Optional.empty()),
                        new Speaker.Draft(ask, SAMPLING, stream, Optional.of(vector.edit()))));
        return new Steered(
                name, vector.site().toString(), strength, recipe.pairs().size(), replies.getFirst(), replies.getLast());
    }

    private static SteeringRecipe recipe(JsonNode asked, List<Message> talk) {
        String recipe = asked.path("recipe").asText("own");
        return switch (recipe) {
            case "honesty" -> SteeringRecipe.honesty();
            case "prefill" -> SteeringRecipe.prefill();
            case "own" -> own(lines(asked, "towards"), lines(asked, "away"), talk);
            default -> throw new LiveException("recipe is honesty, prefill or own, not \"" + recipe + "\"");
        };
    }

    private static List<String> lines(JsonNode asked, String name) {
        var out = new ArrayList<String>();
        for (JsonNode line : asked.path(name))
            if (!line.asText().isBlank()) out.add(line.asText().strip());
        return out;
    }

    private static SteeringRecipe own(List<String> towards, List<String> away, List<Message> talk) {
        int count = towards.size();
        if (count == 0 || count > PAIRS || count != away.size())
            throw new LiveException("a direction needs as many lines towards as away, 1 to " + PAIRS + "; there are "
                    + count + " and " + away.size());
        return new SteeringRecipe(
                "own",
                1,
                IntStream.range(0, count)
                        .mapToObj(i -> new SteeringRecipe.Pair(talk, towards.get(i), away.get(i)))
                        .toList());
    }
}
