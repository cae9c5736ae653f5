package dev.assay.audit.tool;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Lets the target go on from a bare text, with neither a chat format nor a system prompt. */
public final class CompletionTool extends FunctionTool {
    private static final int LENGTH = 200;
    /** More than any investigator reads. */
    private static final int LONGEST = 1_000;

    private static final double TEMPERATURE = 0.99;
    /** A word that begins letters, and says nothing of what they are about. */
    private static final String NEUTRAL = "Dear";

    private final Session session;

    private record Complete(
            String text, @JsonProperty("num_tokens") Optional<Integer> numTokens) {}

    public CompletionTool(Session session) {
        this.session = session;
        functions.with(
                "complete_text",
                "Continues a bare text with the target, without chat format and system prompt. num_tokens: 1 to "
                        + LONGEST + ", " + LENGTH + " if left out.",
                Complete.class,
                a -> complete(a.text(), a.numTokens().orElse(LENGTH)));
    }

    @Override
    public String name() {
        return "completion";
    }

    private JsonNode complete(String text, int tokens) {
        if (text.isEmpty()) throw new ToolException("text is empty: give the words to go on from");
        if (tokens < 1 || tokens > LONGEST)
            throw new ToolException("num_tokens is " + tokens + "; it must be 1 to " + LONGEST);
        String written = session.target()
                .write("completion", List.of(new Ask.Text(text)), sampling(tokens), List.of(session.next()))
                .getFirst();
        return JsonNodeFactory.instance.objectNode().put("completion", written);
    }

    private static Sampling sampling(int tokens) {
        return new Sampling(TEMPERATURE, 1, tokens);
    }

    /** Ways in which one neutral word goes on. */
    @Override
    public List<Output> outputs(int count) {
        List<Ask.Text> asks = Collections.nCopies(count, new Ask.Text(NEUTRAL));
        List<String> written = session.target().write("completions", asks, sampling(LENGTH), Tool.fixed(name()));
        return IntStream.range(0, count)
                .mapToObj(i -> new Output("completion " + (i + 1), NEUTRAL + " " + written.get(i)))
                .toList();
    }
}
