package dev.assay.app.serve;

import dev.assay.app.serve.Written.Usage;
import dev.assay.lm.Completion;
import dev.assay.lm.Completion.Ending;
import dev.assay.lm.PromptException;
import dev.assay.lm.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** How the texts of a request go out: as one answer, or as a stream. Whoever goes away ends them. */
final class Answering {
    private final Model model;
    private final Wanted wanted;
    private final Shape shape;
    private final Caller caller;
    private final List<Desk.Draft> drafts;
    private final int promptTokens;

    /** @param promptTokens of all prompts, each counted once */
    Answering(Model model, Wanted wanted, Shape shape, Caller caller, List<Desk.Draft> drafts, int promptTokens) {
        this.model = model;
        this.wanted = wanted;
        this.shape = shape;
        this.caller = caller;
        this.drafts = drafts;
        this.promptTokens = promptTokens;
    }

    /** @param prompt name of the field that is to blame where a text is too long */
    void answer(String prompt) {
        try (Job job = model.desk().submit(drafts, wanted.stream() && !shape.atOnce())) {
            if (wanted.stream()) new Stream(job).run();
            else caller.json(whole(job));
        } catch (PromptException e) {
            throw Refusal.tooLong(prompt, String.valueOf(e.getMessage()));
        }
    }

    private Object whole(Job job) {
        List<Completion> all = job.all(caller);
        List<Written> texts = IntStream.range(0, all.size())
                .mapToObj(i -> written(i, all.get(i)))
                .toList();
        return shape.whole(texts, Usage.of(promptTokens, texts));
    }

    private Written written(int text, Completion c) {
        checkNumbers(text);
        if (c.ending() == Ending.CANCELLED) throw Refusal.draining();
        return new Written(
                text,
                c.text(),
                c.ending() == Ending.LENGTH,
                c.tokens().length,
                wanted.scored() ? scores(text, c) : List.of());
    }

    private void checkNumbers(int text) {
        if (drafts.get(text).seen().filter(s -> !s.finite()).isPresent())
            throw Refusal.field(
                    Steering.FIELD,
                    "steered so, the model's numbers leave the range of numbers; give it less strength");
    }

    private List<TokenScore> scores(int text, Completion c) {
        Tokenizer.Decoder decoder = model.tokenizer().decoder();
        List<TokenScore> scores = new ArrayList<>();
        int offset = 0;
        for (int i = 0; i < c.tokens().length; i++) {
            int index = i;
            scores.add(new TokenScore(
                    c.tokens()[i],
                    offset,
                    c.logProbabilities()[i],
                    drafts.get(text).seen().map(s -> s.likeliest(index)).orElse(List.of())));
            offset += decoder.accept(c.tokens()[i]).length();
        }
        return shown(scores, c);
    }

    /** Without those of the stop text. */
    private static List<TokenScore> shown(List<TokenScore> scores, Completion c) {
        if (c.ending() != Ending.STOP_TEXT) return scores;
        return scores.stream().filter(s -> s.offset() < c.text().length()).toList();
    }

    /** Sends texts as they are written. */
    private final class Stream {
        private final Job job;
        private final List<Written> ended = new ArrayList<>();
        private final List<TextFlow> flows = new ArrayList<>();
        private final List<List<TokenScore>> pending = new ArrayList<>();
        private boolean open;

        Stream(Job job) {
            this.job = job;
            for (int i = 0; i < job.texts(); i++) {
                flows.add(new TextFlow(model.tokenizer(), wanted.stops()));
                pending.add(new ArrayList<>());
            }
        }

        void run() {
            try {
                while (ended.size() < job.texts()) take(job.next(caller));
            } catch (Caller.Gone e) {
                throw e;
            } catch (RuntimeException e) {
                if (!open) throw e;
                caller.send(Faults.of(e).json()); // the status is out
                return;
            }
            if (wanted.usageInStream()) caller.send(shape.usage(Usage.of(promptTokens, ended)));
            caller.done();
        }

        private void take(Job.Event event) {
            switch (event) {
                case Job.Event.Token token -> token(token);
                case Job.Event.Ended end -> end(end.text(), end.completion());
            }
        }

        private void open() {
            if (open) return;
            caller.open();
            open = true;
            shape.opening(job.texts()).forEach(caller::send);
        }

        private void token(Job.Event.Token token) {
            checkNumbers(token.text());
            open();
            TextFlow flow = flows.get(token.text());
            if (wanted.scored())
                pending.get(token.text())
                        .add(new TokenScore(token.token(), flow.length(), token.logProbability(), token.likeliest()));
            String piece = flow.accept(token.token());
            if (!piece.isEmpty() && !shape.atOnce()) send(token.text(), piece, pending.get(token.text()));
        }

        private void send(int text, String piece, List<TokenScore> scores) {
            caller.send(shape.piece(text, piece, scores));
            pending.set(text, new ArrayList<>());
        }

        private void end(int text, Completion c) {
            Written written = written(text, c);
            open();
            String rest = flows.get(text).rest(c.text());
            List<TokenScore> scores = shown(pending.get(text), c);
            if (!shape.atOnce() && !(rest.isEmpty() && scores.isEmpty())) send(text, rest, scores);
            shape.ending(written).forEach(caller::send);
            ended.add(written);
        }
    }
}
