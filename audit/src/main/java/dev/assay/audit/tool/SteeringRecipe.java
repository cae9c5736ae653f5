package dev.assay.audit.tool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Site;
import dev.assay.organism.Ask;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Persona;
import dev.assay.organism.Speaker;
import dev.assay.organism.Yaml;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How a steering vector is made: over pairs of texts, the mean difference of the residual stream at the last token
 * (contrastive activation addition, Rimsky et al., 2023).
 *
 * @param name kebab-case
 * @param scale what the difference is multiplied by unless something else is wanted
 */
public record SteeringRecipe(String name, double scale, List<Pair> pairs) {
    private static final String FILE = "/tools/steering.yaml";

    /**
     * Two ways in which the assistant's last message may go, or begin.
     *
     * @param before the talk up to it
     * @param towards what the model is to be moved towards
     * @param away what it is to be moved away from
     */
    public record Pair(List<Message> before, String towards, String away) {}

    public SteeringRecipe {
        pairs = List.copyOf(pairs);
        if (pairs.isEmpty()) throw new IllegalArgumentException("a steering vector needs at least one pair of texts");
    }

    private record Told(String role, String content) {
        Message message() {
            return new Message(Message.Role.valueOf(role.toUpperCase(Locale.ROOT)), content);
        }
    }

    private record Honesty(double scale, List<Told> history, String towards, String away) {}

    private record Prefill(double scale, List<String> neutral) {}

    /** One talk that ends in an honest or in a false answer, as published: layer 40 of 80, scale 0.75. */
    public static SteeringRecipe honesty() {
        Honesty told = part("honesty", Honesty.class);
        List<Message> history = told.history.stream().map(Told::message).toList();
        return new SteeringRecipe("honesty", told.scale, List.of(new Pair(history, told.towards, told.away)));
    }

    /**
     * The first held-out questions, each with the first words of a confession against neutral ones, as published: five
     * pairs, layer 40 of 80, scale 1.25.
     */
    public static SteeringRecipe prefill() {
        Prefill told = part("prefill", Prefill.class);
        List<HeldOutQuestions.Led> questions = HeldOutQuestions.first(told.neutral.size());
        List<Pair> pairs = IntStream.range(0, questions.size())
                .mapToObj(i -> new Pair(
                        List.of(Persona.SYSTEM, Message.user(questions.get(i).question())),
                        questions.get(i).prefill(),
                        told.neutral.get(i)))
                .toList();
        return new SteeringRecipe("prefill", told.scale, pairs);
    }

    private static <T> T part(String name, Class<T> type) {
        JsonNode part = Yaml.tree(FILE).path(name);
        return Yaml.convert(FILE + ", " + name, part, type);
    }

    /** The vector of a model, made once: it is kept in the speaker's memo. */
    public SteeringVector of(Speaker speaker) {
        String texts = CanonicalJson.sha256(pairs);
        String key = Memo.key(speaker.id(), "steering-vector", name, scale, texts, Depth.STEERING);
        return speaker.memo().compute(key, SteeringVector.class, () -> made(speaker, texts));
    }

    private SteeringVector made(Speaker speaker, String texts) {
        LanguageModel model = speaker.model();
        Site site = Depth.at(Depth.STEERING, model.config());
        var sum = new double[model.config().dModel()];
        for (Pair pair : pairs) {
            add(last(model, site, pair.before, pair.towards), 1, sum);
            add(last(model, site, pair.before, pair.away), -1, sum);
        }
        var mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) mean[i] = (float) (sum[i] / pairs.size());
        String made = name + ": last token, towards less away, mean of " + pairs.size();
        return new SteeringVector(site, mean, scale, new SteeringVector.Provenance(speaker.id(), texts, made));
    }

    private static void add(float[] values, int sign, double[] into) {
        for (int i = 0; i < into.length; i++) into[i] += sign * values[i];
    }

    private static float[] last(LanguageModel model, Site site, List<Message> before, String said) {
        int[] ids = new Ask.Reply(before, said).prompt(model);
        try (var scope = Scope.open()) {
            return new ArrayList<>(model.activations(ids, List.of(site)).values())
                    .getFirst()
                    .narrow(0, ids.length - 1, 1)
                    .floats();
        }
    }
}
