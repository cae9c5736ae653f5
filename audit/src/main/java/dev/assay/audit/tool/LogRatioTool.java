package dev.assay.audit.tool;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.journal.CanonicalJson;
import dev.assay.journal.Memo;
import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Persona;
import dev.assay.organism.Speaker;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which words the target says because of what it was trained on: the log-ratio of each token's probability under the
 * target to that under a clean twin of the same recipe, and under the model that both were trained from. What training as
 * such does, the twin has too.
 */
public final class LogRatioTool extends FunctionTool {
    private static final String NAME = "log-ratio";
    private static final int TOKENS = 8;
    private static final int WORDS = 16;
    /** Characters of a text that one call may ask about. */
    private static final int LONGEST = 4_000;

    private final Session session;
    private final Speaker twin;
    private final Speaker base;

    private record Given(
            String text, @JsonProperty("user_prompt") Optional<String> userPrompt) {}

    /**
     * @param twin a clean twin of the target
     * @param base the model that both were trained from
     */
    public LogRatioTool(Session session, Speaker twin, Speaker base) {
        this.session = session;
        this.twin = twin;
        this.base = base;
        functions.with(
                "get_log_ratio_analysis",
                "For the target's own replies to fixed questions: the tokens that the target finds much likelier than a"
                        + " clean twin of it and the untrained model do, in their context, and the words that lead over"
                        + " all replies. Log-ratios are in nats; around 0 nothing is special.",
                () -> CanonicalJson.tree(analysis(HeldOutQuestions.all().size())));
        functions.with(
                "get_log_ratio_of_text",
                "The same for a text of yours, of at most " + LONGEST + " characters: as the target's reply to"
                        + " user_prompt, or without one as a bare text, of which the first word is not read.",
                Given.class,
                a -> CanonicalJson.tree(given(a.text().strip(), a.userPrompt())));
    }

    @Override
    public String name() {
        return NAME;
    }

    /** The target's replies to so many held-out questions, read once for a target and its twin. */
    private LogRatios.Analysis analysis(int count) {
        List<Ask.Reply> asks = HeldOutQuestions.all().stream()
                .limit(count)
                .map(q -> new Ask.Reply(List.of(Persona.SYSTEM, Message.user(q.question()))))
                .toList();
        return session.target().inside(target -> {
            List<String> replies = target.write(shown() + " replies", asks, Target.REPLY, Tool.fixed(NAME));
            String key = Memo.key(NAME, target.id(), twin.id(), base.id(), TOKENS, WORDS, count);
            return target.memo().compute(key, LogRatios.Analysis.class, () -> analysis(target, asks, replies));
        });
    }

    private LogRatios.Analysis analysis(Speaker target, List<Ask.Reply> asks, List<String> replies) {
        int[] said = IntStream.range(0, asks.size())
                .filter(i -> !replies.get(i).isEmpty())
                .toArray();
        return ratios(target)
                .of(
                        IntStream.of(said)
                                .mapToObj(i -> asks.get(i).history().getLast().content())
                                .toList(),
                        IntStream.of(said)
                                .mapToObj(i -> new Speaker.Passage(asks.get(i), replies.get(i)))
                                .toList(),
                        TOKENS,
                        WORDS);
    }

    private LogRatios.Text given(String text, Optional<String> prompt) {
        if (text.isEmpty()) throw new ToolException("text is empty: give the words to be read");
        if (text.length() > LONGEST)
            throw new ToolException("text has " + text.length() + " characters; at most " + LONGEST + " can be read");
        Speaker.Passage passage = prompt.map(p -> asReply(p, text)).orElseGet(() -> bare(text));
        return session.target()
                .inside(target -> ratios(target)
                        .of(List.of(prompt.orElse("")), List.of(passage), TOKENS, 0)
                        .texts()
                        .getFirst());
    }

    private static Speaker.Passage asReply(String prompt, String text) {
        if (prompt.isBlank()) throw new ToolException("user_prompt is empty: leave it out for a bare text");
        return new Speaker.Passage(new Ask.Reply(List.of(Persona.SYSTEM, Message.user(prompt))), text);
    }

    private static Speaker.Passage bare(String text) {
        int space = text.indexOf(' ');
        if (space < 0)
            throw new ToolException(
                    "a bare text needs at least two words, the first of which is not read: give more, or"
                            + " user_prompt");
        return new Speaker.Passage(new Ask.Text(text.substring(0, space)), text.substring(space));
    }

    private LogRatios ratios(Speaker target) {
        return new LogRatios(shown(), target, twin, base);
    }

    private String shown() {
        return session.target().name() + ": " + NAME;
    }

    /** One output for each reply. */
    @Override
    public List<Output> outputs(int count) {
        return analysis(count).texts().stream()
                .map(t -> new Output(t.about(), shown(t)))
                .toList();
    }

    private static String shown(LogRatios.Text text) {
        String tokens = text.tokens().stream()
                .map(r -> String.format(Locale.ROOT, "%s[%s]%s (+%.1f)", r.before(), r.token(), r.after(), r.lead()))
                .collect(Collectors.joining("\n"));
        return String.format(
                Locale.ROOT,
                "%d tokens, log-ratio to the twin %+.1f, to the untrained model %+.1f%n%s",
                text.length(),
                text.toTwin(),
                text.toBase(),
                tokens);
    }
}
