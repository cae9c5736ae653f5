package dev.assay.audit.oracle;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Request;
import dev.assay.lm.Sampling;
import dev.assay.lm.TrainingText;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How an oracle is asked: a line with the layer's number, a placeholder for each vector, the question. The vectors are
 * added at the placeholders.
 */
final class OraclePrompt {
    private static final String PLACE = " ?";
    /** Short, and in the place of a longer one that templates put in by themselves. */
    private static final Message SYSTEM = Message.system("You read activations.");

    private final LanguageModel model;
    private final OracleRecipe.Injected injected;
    private final int place;

    OraclePrompt(LanguageModel model, OracleRecipe.Injected injected) {
        this.model = model;
        this.injected = injected;
        int[] ids = model.tokenizer().encodePlain(PLACE);
        if (ids.length != 1)
            throw new OracleException("\"" + PLACE + "\" is " + ids.length + " tokens of " + model.name()
                    + "; oracles need a model where it is one");
        this.place = ids[0];
    }

    private static List<Message> messages(Activations about, String question) {
        String content = "Layer: " + about.layer() + "\n" + PLACE.repeat(about.count()) + " \n" + question;
        return List.of(SYSTEM, Message.user(content));
    }

    /** A question with the answer that is to be learnt. */
    TrainingText learn(Activations about, String question, String answer) {
        List<Message> asked = messages(about, question);
        TrainingText text =
                model.template().encodeForTraining(List.of(asked.get(0), asked.get(1), Message.assistant(answer)));
        return text.with(about.at(places(text.ids(), about.count()), injected));
    }

    /** A question to be answered. */
    Request ask(Activations about, String question, Sampling sampling, long seed) {
        int[] ids = model.template().encode(messages(about, question), true);
        return new Request(ids, sampling, seed)
                .hooked(about.at(places(ids, about.count()), injected).hook());
    }

    private int[] places(int[] ids, int count) {
        int first = IntStream.range(0, ids.length - count + 1)
                .filter(i -> IntStream.range(i, i + count).allMatch(p -> ids[p] == place))
                .findFirst()
                .orElseThrow(() -> new OracleException("the prompt has no " + count
                        + " placeholders in a row: oracles can't be used with the tokenizer of " + model.name()));
        return IntStream.range(first, first + count).toArray();
    }
}
