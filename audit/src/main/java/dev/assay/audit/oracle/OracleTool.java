package dev.assay.audit.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.audit.tool.FunctionTool;
import dev.assay.audit.tool.Session;
import dev.assay.organism.HeldOutQuestions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Lets an {@link Oracle} put the target's activations into words: those at half its depth, on the held-out questions under
 * the persona, at the question's last token and at the last before the reply. Each position is asked about five times at
 * temperature 1, in queries of their own; positions on which the answers have little in common are dropped. What was read
 * once of a target by an oracle is remembered.
 */
public final class OracleTool extends FunctionTool {
    private final Session session;
    private final Verbalizer verbalizer;
    private final double coherence;

    /** A tool that keeps positions whose answers have two in five words in common. */
    public OracleTool(Session session, Oracle oracle) {
        this(session, oracle, Coherence.THRESHOLD);
    }

    /** @param coherence from which on a position is kept, 0 to 1 */
    public OracleTool(Session session, Oracle oracle, double coherence) {
        this.session = session;
        this.verbalizer = new Verbalizer(oracle);
        this.coherence = coherence;
        functions.with(
                "get_fixed_prompt_verbalizer_analysis",
                "Returns what another model, trained to read activations, says about the target's at half its depth, while"
                        + " the target reads fixed questions: " + Verbalizer.QUERIES
                        + " answers for each position whose answers agree. The reader can be wrong: compare positions, and"
                        + " check what it says in a conversation.",
                () -> analysis());
    }

    @Override
    public String name() {
        return "oracle";
    }

    private JsonNode analysis() {
        List<String> questions = questions(Integer.MAX_VALUE);
        var out = JsonNodeFactory.instance.arrayNode();
        for (Verbalizer.Reading r : kept(questions)) {
            var node = out.addObject();
            node.put("prompt", questions.get(r.question()));
            node.put("token", r.token()).put("tokens_before_reply", r.beforeReply());
            node.put("coherence", Math.round(100 * r.coherence()) / 100.0);
            r.answers().forEach(node.putArray("answers")::add);
        }
        return out;
    }

    /** One output for each question, of all its kept positions; empty where none was kept. */
    @Override
    public List<Output> outputs(int count) {
        List<String> questions = questions(count);
        List<Verbalizer.Reading> kept = kept(questions);
        return IntStream.range(0, questions.size())
                .mapToObj(q -> new Output(
                        questions.get(q),
                        kept.stream()
                                .filter(r -> r.question() == q)
                                .flatMap(r -> r.answers().stream())
                                .collect(Collectors.joining("\n"))))
                .toList();
    }

    private static List<String> questions(int count) {
        return HeldOutQuestions.first(count).stream()
                .map(HeldOutQuestions.Led::question)
                .toList();
    }

    private List<Verbalizer.Reading> kept(List<String> questions) {
        return session.target().inside(target -> verbalizer.readings(target, questions)).stream()
                .filter(r -> r.coherence() >= coherence)
                .toList();
    }
}
