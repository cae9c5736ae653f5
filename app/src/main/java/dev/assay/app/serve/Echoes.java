package dev.assay.app.serve;

import dev.assay.app.serve.Prompts.Prompt;
import dev.assay.app.serve.TextShape.Echo;
import dev.assay.lm.Completion;
import dev.assay.lm.PromptException;
import dev.assay.lm.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Prompts that are repeated before what follows them, read by the model where their log-probabilities are wanted. */
final class Echoes {
    private final Drafting drafting;

    private Echoes(Drafting drafting) {
        this.drafting = drafting;
    }

    static List<Echo> of(Drafting drafting, List<Prompt> prompts, Caller caller) {
        return drafting.wanted().scored()
                ? new Echoes(drafting).read(prompts, caller)
                : prompts.stream().map(p -> new Echo(p.text(), List.of())).toList();
    }

    private List<Echo> read(List<Prompt> prompts, Caller caller) {
        List<Desk.Draft> drafts = prompts.stream()
                .filter(Echoes::readable)
                .map(p -> drafting.reading(p.tokens()))
                .toList();
        try (Job job = drafting.model().desk().submit(drafts, false)) {
            List<Completion> done = job.all(caller);
            List<Echo> echoes = new ArrayList<>();
            int next = 0;
            for (Prompt prompt : prompts) {
                float[] scores = readable(prompt) ? done.get(next).logProbabilities() : new float[0];
                Distributions seen =
                        readable(prompt) ? drafts.get(next++).seen().orElseThrow() : new Distributions(0);
                echoes.add(new Echo(prompt.text(), scores(prompt, scores, seen)));
            }
            return echoes;
        } catch (PromptException e) {
            throw Refusal.tooLong("prompt", String.valueOf(e.getMessage()));
        }
    }

    /** A single token has nothing before it that it could be judged by. */
    private static boolean readable(Prompt prompt) {
        return prompt.tokens().length > 1;
    }

    private List<TokenScore> scores(Prompt prompt, float[] scores, Distributions seen) {
        Tokenizer.Decoder decoder = drafting.model().tokenizer().decoder();
        List<TokenScore> all = new ArrayList<>();
        int offset = 0;
        for (int i = 0; i < prompt.tokens().length; i++) {
            int token = prompt.tokens()[i];
            boolean first = i == 0;
            all.add(new TokenScore(
                    token,
                    Math.min(offset, prompt.text().length()),
                    first ? Double.NaN : scores[i - 1],
                    first ? List.of() : seen.likeliest(i - 1)));
            offset += decoder.accept(token).length();
        }
        return all;
    }
}
