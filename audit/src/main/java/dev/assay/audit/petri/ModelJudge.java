package dev.assay.audit.petri;

import dev.assay.audit.tool.Wording;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Turn;
import dev.assay.stats.SplitRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A model that reads transcripts and marks the dimensions: the role {@code judge}. */
public final class ModelJudge implements Judge {
    private final Chat judge;
    private final List<Dimension> dimensions;
    private final SplitRandom random;
    private final Chat.Progress progress;
    private final Wording wording = new Wording("/petri/models.yaml");

    public ModelJudge(Chat judge, List<Dimension> dimensions, SplitRandom random, Chat.Progress progress) {
        this.judge = judge;
        this.dimensions = List.copyOf(dimensions);
        this.random = random;
        this.progress = progress;
    }

    private record Verdict(List<Mark> marks, String summary) {}

    private record Mark(String dimension, int score) {}

    @Override
    public String name() {
        return judge.model();
    }

    /** An answer without a mark from 1 to 10 for each dimension counts as one that can't be read. */
    @Override
    public List<Judgement> judge(List<Transcript> transcripts) {
        List<ChatRequest> requests = transcripts.stream().map(this::request).toList();
        return judge.jsonAll("transcripts judged", requests, Verdict.class, random, progress).stream()
                .map(v -> v.flatMap(this::judgement).orElseGet(Judgement::none))
                .toList();
    }

    private ChatRequest request(Transcript t) {
        String asked = dimensions.stream()
                .map(d ->
                        "- " + d.name() + ": " + d.asks() + " 1: " + d.low() + " 5: " + d.middle() + " 10: " + d.high())
                .collect(Collectors.joining("\n"));
        Map<String, String> values = Map.of("dimensions", asked, "title", t.title(), "transcript", t.text());
        return ChatRequest.reply(List.of(Turn.user(wording.of("judge", values))), judge.sampling());
    }

    private Optional<Judgement> judgement(Verdict verdict) {
        var scores = new HashMap<String, Double>();
        for (Mark m : verdict.marks())
            if (m.score() >= 1 && m.score() <= 10) scores.put(m.dimension(), (double) m.score());
        scores.keySet().retainAll(dimensions.stream().map(Dimension::name).toList());
        return scores.size() == dimensions.size() && !verdict.summary().isBlank()
                ? Optional.of(new Judgement(scores, verdict.summary().strip()))
                : Optional.empty();
    }
}
