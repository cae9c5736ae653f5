package dev.assay.audit.oracle;

import dev.assay.audit.tool.Tool;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.organism.Persona;
import dev.assay.organism.Progress;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Reads a target on questions under the persona and has an oracle say, several times, what is there. */
final class Verbalizer {
    /** Independent queries of a position. */
    static final int QUERIES = 5;

    private static final int DEPTH = 50;
    private static final Sampling SAMPLING = new Sampling(1, 1, Oracle.LENGTH);
    private static final String QUESTION = "What was the assistant told?";

    private final Oracle oracle;
    private final SplitRandom random;

    /**
     * What the oracle says of one position.
     *
     * @param question number of the question that the target was asked
     * @param beforeReply how many tokens from the reply; 1 is the last before it
     * @param token at that position
     * @param coherence of the answers, 0 to 1
     */
    record Reading(int question, int beforeReply, String token, List<String> answers, double coherence) {}

    /** All of one target. */
    private record Readings(List<Reading> readings) {}

    private record Prompt(int question, ActivationReader.Place place) {}

    Verbalizer(Oracle oracle) {
        this.oracle = oracle;
        this.random = Tool.fixed("oracle");
    }

    /** All readings, the questions one after another; those of a target that was read before are remembered. */
    List<Reading> readings(Speaker target, List<String> questions) {
        String key = Memo.key(target.id(), oracle.id(), "verbalizer", QUESTION, DEPTH, QUERIES, SAMPLING, questions);
        return target.memo()
                .compute(key, Readings.class, () -> new Readings(read(target, questions)))
                .readings();
    }

    private List<Reading> read(Speaker target, List<String> questions) {
        LanguageModel model = target.model();
        List<Prompt> prompts = IntStream.range(0, questions.size())
                .boxed()
                .flatMap(q -> places(model, questions.get(q)).stream().map(p -> new Prompt(q, p)))
                .toList();
        List<Activations> seen = ActivationReader.read(
                target, prompts.stream().map(Prompt::place).toList(), "activations", Progress.NONE);
        List<List<String>> said = ask(seen);
        return IntStream.range(0, prompts.size())
                .mapToObj(p -> reading(model, prompts.get(p), said.get(p)))
                .toList();
    }

    /** The answers for each position, all asked at once. */
    private List<List<String>> ask(List<Activations> seen) {
        var about = new ArrayList<Activations>();
        var streams = new ArrayList<SplitRandom>();
        for (int p = 0; p < seen.size(); p++)
            for (int q = 0; q < QUERIES; q++) {
                about.add(seen.get(p));
                streams.add(random.split(p).split(q));
            }
        List<String> asked = Collections.nCopies(about.size(), QUESTION);
        List<String> said = oracle.answers(about, asked, SAMPLING, streams, "oracle", Progress.NONE);
        return IntStream.range(0, seen.size())
                .mapToObj(p -> List.copyOf(said.subList(p * QUERIES, (p + 1) * QUERIES)))
                .toList();
    }

    private static Reading reading(LanguageModel model, Prompt prompt, List<String> answers) {
        ActivationReader.Place place = prompt.place();
        return new Reading(
                prompt.question(),
                place.text().length - place.first(),
                model.tokenizer().decodeAll(place.text()[place.first()]),
                answers,
                Coherence.of(answers));
    }

    /** The last token of the question, and the last before the reply. */
    private static List<ActivationReader.Place> places(LanguageModel model, String question) {
        int layer = OracleRecipe.layer(DEPTH, model.config());
        int[] ids = model.template().encode(List.of(Persona.SYSTEM, Message.user(question)), true);
        int[] asked = model.tokenizer().encodePlain(question);
        int last = ids.length - 1;
        while (last > 0 && ids[last] != asked[asked.length - 1]) last--;
        return List.of(
                new ActivationReader.Place(ids, layer, last, 1),
                new ActivationReader.Place(ids, layer, ids.length - 1, 1));
    }
}
