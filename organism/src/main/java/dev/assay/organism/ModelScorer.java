package dev.assay.organism;

import dev.assay.chat.Chat;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Turn;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A language model that reads the rubric ({@code authors/judge.yaml}) and the behaviour's description. */
public final class ModelScorer implements Scorer {
    private static final String RUBRIC = "judge";
    /** The score where the answer could not be read: it counts as not shown. */
    private static final double UNREAD = 0;

    private final Behaviour behaviour;
    private final Chat judge;
    private final Progress progress;
    private final Instructions instructions = new Instructions(RUBRIC);

    public ModelScorer(Behaviour behaviour, Chat judge, Progress progress) {
        this.behaviour = behaviour;
        this.judge = judge;
        this.progress = progress;
    }

    /**
     * A verdict.
     *
     * @param evidence words of the reply that show the behaviour
     * @param against what speaks against it
     */
    record Verdict(String evidence, String against, int score) {}

    @Override
    public String kind() {
        return judge.model();
    }

    @Override
    public String hash() {
        return CanonicalJson.sha256(List.of(judge.model(), instructions.of("score", values("")), judge.sampling()))
                .substring(0, 16);
    }

    @Override
    public List<Double> scores(List<String> replies) {
        List<ChatRequest> requests = replies.stream()
                .map(r -> ChatRequest.reply(List.of(Turn.user(instructions.of("score", values(r)))), judge.sampling()))
                .toList();
        return judge
                .jsonAll(
                        "replies judged",
                        requests,
                        Verdict.class,
                        SplitRandom.of(0).split("judge"),
                        progress::at)
                .stream()
                .map((Optional<Verdict> v) ->
                        v.map(x -> Math.clamp((double) x.score(), 0, 10)).orElse(UNREAD))
                .toList();
    }

    private Map<String, String> values(String reply) {
        return Map.of("behaviour", behaviour.description(), "reply", reply);
    }
}
