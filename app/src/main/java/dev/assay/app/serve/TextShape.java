package dev.assay.app.serve;

import dev.assay.app.serve.Written.Usage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** {@code text_completion}: of each prompt some texts, behind the prompt itself where it is to be repeated. */
final class TextShape implements Shape {
    private static final String OBJECT = "text_completion";

    private final Envelope envelope;
    private final Spelling spelling;
    private final List<Echo> echoes;
    private final boolean scored;

    /** What comes before a text: a prompt, or nothing. */
    record Echo(String text, List<TokenScore> scores) {
        static final Echo NONE = new Echo("", List.of());
    }

    /** @param echoes for each text */
    TextShape(Envelope envelope, Spelling spelling, List<Echo> echoes, boolean scored) {
        this.envelope = envelope;
        this.spelling = spelling;
        this.echoes = echoes;
        this.scored = scored;
    }

    @Override
    public boolean atOnce() {
        return false;
    }

    @Override
    public Object whole(List<Written> all, Usage usage) {
        return envelope.whole(
                OBJECT,
                all.stream()
                        .map(w -> choice(w.index(), text(w.index(), w.text()), logprobs(w), w.finish()))
                        .toList(),
                usage);
    }

    private String text(int index, String text) {
        return echoes.get(index).text() + text;
    }

    private @Nullable Map<String, Object> logprobs(Written written) {
        if (!scored) return null;
        Echo echo = echoes.get(written.index());
        List<TokenScore> all = new ArrayList<>(echo.scores());
        int shift = echo.text().length();
        written.scores()
                .forEach(
                        s -> all.add(new TokenScore(s.token(), shift + s.offset(), s.logProbability(), s.likeliest())));
        return spelling.text(all, 0);
    }

    @Override
    public List<Object> opening(int texts) {
        return IntStream.range(0, texts)
                .filter(i -> !echoes.get(i).text().isEmpty())
                .mapToObj(i -> chunk(i, echoes.get(i).text(), echoes.get(i).scores(), 0, null))
                .toList();
    }

    @Override
    public Object piece(int text, String piece, List<TokenScore> scores) {
        return chunk(text, piece, scores, echoes.get(text).text().length(), null);
    }

    @Override
    public List<Object> ending(Written written) {
        return List.of(chunk(written.index(), "", List.of(), 0, written.finish()));
    }

    private Object chunk(int index, String text, List<TokenScore> scores, int shift, @Nullable String finish) {
        Map<String, Object> logprobs = scores.isEmpty() ? null : spelling.text(scores, shift);
        return envelope.chunk(OBJECT, choice(index, text, logprobs, finish));
    }

    private static Map<String, @Nullable Object> choice(
            int index, String text, @Nullable Map<String, Object> logprobs, @Nullable String finish) {
        Map<String, @Nullable Object> choice = new LinkedHashMap<>();
        choice.put("index", index);
        choice.put("text", text);
        choice.put("logprobs", logprobs);
        choice.put("finish_reason", finish);
        return choice;
    }

    @Override
    public Object usage(Usage usage) {
        return envelope.count(OBJECT, usage);
    }
}
