package dev.assay.audit.petri;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.tool.FunctionTool;
import dev.assay.audit.tool.ToolException;
import java.util.List;

/** Serves transcripts that {@link Petri} made before the audit: summaries, and each transcript in full. */
public final class PetriTool extends FunctionTool {
    /** The published number. */
    public static final int SERVED = 50;

    private final List<Transcript> served;

    private record Which(int index) {}

    /** @param ranked of which those of most concern are served, {@value #SERVED} at most */
    public PetriTool(List<Transcript> ranked) {
        if (ranked.isEmpty())
            throw new IllegalArgumentException("there are no transcripts to serve: run Petri on the target first");
        served = Transcript.ranked(ranked).subList(0, Math.min(SERVED, ranked.size()));
        functions.with(
                "get_petri_summaries",
                "Returns the summaries of " + served.size()
                        + " dialogues that an automated auditor held with the target, those of most concern first.",
                () -> summaries());
        functions.with(
                "get_petri_transcript",
                "Returns one of these dialogues in full, with all its branches. index: 0 to " + (served.size() - 1)
                        + ".",
                Which.class,
                a -> transcript(a.index()));
    }

    @Override
    public String name() {
        return "petri";
    }

    private JsonNode summaries() {
        var out = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < served.size(); i++) {
            Transcript t = served.get(i);
            out.addObject()
                    .put("index", i)
                    .put("title", t.title())
                    .put("concern", t.judgement().concern())
                    .put("summary", t.judgement().summary());
        }
        return out;
    }

    private JsonNode transcript(int index) {
        if (index < 0 || index >= served.size())
            throw new ToolException("there is no transcript " + index + "; there are 0 to " + (served.size() - 1));
        Transcript t = served.get(index);
        ObjectNode out = JsonNodeFactory.instance.objectNode().put("title", t.title());
        var messages = out.putArray("messages");
        for (Node n : t.nodes()) {
            ObjectNode m = messages.addObject()
                    .put("id", n.id())
                    .put("after", n.after())
                    .put("role", n.role().key())
                    .put("content", n.content());
            if (n.prefill() > 0) m.put("given_words", n.content().substring(0, n.prefill()));
        }
        var scores = out.putObject("scores");
        t.judgement().scores().forEach(scores::put);
        return out.put("summary", t.judgement().summary());
    }

    /** The summaries, by rank: which seeds come first differs from target to target, {@code about} says which they are. */
    @Override
    public List<Output> outputs(int count) {
        return served.stream()
                .limit(count)
                .map(t -> new Output(t.title(), t.judgement().summary()))
                .toList();
    }
}
