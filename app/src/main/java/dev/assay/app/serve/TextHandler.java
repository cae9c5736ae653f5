package dev.assay.app.serve;

import dev.assay.app.serve.Prompts.Prompt;
import dev.assay.app.serve.TextShape.Echo;
import dev.assay.app.serve.Written.Usage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/** {@code /v1/completions}. */
final class TextHandler implements Handled {
    private static final int MOST_LIKELIEST = 20;
    private static final int LENGTH = 16;

    private final Models models;
    private final Insides insides;

    TextHandler(Models models, Insides insides) {
        this.models = models;
        this.insides = insides;
    }

    @Override
    public void handle(Fields body, Caller caller) {
        Model model = models.of(body);
        boolean echo = body.flag("echo", false);
        Wanted wanted = wanted(body, echo);
        int length = wanted.maxTokens().orElseThrow();
        List<Prompt> prompts = Prompts.of(body, model).all();
        check(model, prompts, length);
        List<Steering> steering = Steering.of(body, model, insides, caller);
        var drafting = new Drafting(model, wanted, steering);
        List<Echo> echoes = new ArrayList<>();
        List<Echo> own = echo ? Echoes.of(drafting, prompts, caller) : Collections.nCopies(prompts.size(), Echo.NONE);
        own.forEach(e -> echoes.addAll(Collections.nCopies(wanted.count(), e)));
        var shape = new TextShape(
                Envelope.of("cmpl-", model, wanted), new Spelling(model.tokenizer()), echoes, wanted.scored());
        int read = prompts.stream().mapToInt(p -> p.tokens().length).sum();
        if (length == 0) {
            bare(wanted, shape, echoes.size(), read, caller);
            return;
        }
        List<Desk.Draft> drafts = new ArrayList<>();
        for (Prompt prompt : prompts) drafts.addAll(drafting.texts(prompt.tokens(), length, drafts.size()));
        new Answering(model, wanted, shape, caller, drafts, read).answer("prompt");
    }

    private static Wanted wanted(Fields body, boolean echo) {
        if (!body.optionalText("suffix").orElse("").isEmpty())
            throw Refusal.unsupported("suffix", "models here write at the end of a text alone; leave suffix out");
        OptionalInt scores = body.optionalInteger("logprobs", 0, MOST_LIKELIEST);
        int length = body.integer("max_tokens", 0, Integer.MAX_VALUE, LENGTH);
        if (length == 0 && !echo) throw body.wrong("max_tokens", "1 or more, unless echo is true");
        Wanted wanted = Wanted.of(body, OptionalInt.of(length), scores.isPresent(), scores.orElse(0));
        if (body.integer("best_of", 1, Integer.MAX_VALUE, wanted.count()) != wanted.count())
            throw Refusal.unsupported("best_of", "best_of is not done here; ask for n texts and choose");
        return wanted;
    }

    private static void check(Model model, List<Prompt> prompts, int length) {
        for (Prompt prompt : prompts)
            if ((long) prompt.tokens().length + length > model.context())
                throw Refusal.tooLong(
                        "prompt",
                        "a prompt of " + prompt.tokens().length + " tokens and " + length
                                + " new ones do not fit into the model's context of " + model.context());
    }

    /** The prompts and nothing after them. */
    private static void bare(Wanted wanted, TextShape shape, int texts, int read, Caller caller) {
        List<Written> all = new ArrayList<>();
        for (int i = 0; i < texts; i++) all.add(new Written(i, "", true, 0, List.of()));
        if (!wanted.stream()) {
            caller.json(shape.whole(all, new Usage(read, 0)));
            return;
        }
        caller.open();
        shape.opening(texts).forEach(caller::send);
        all.forEach(w -> shape.ending(w).forEach(caller::send));
        if (wanted.usageInStream()) caller.send(shape.usage(new Usage(read, 0)));
        caller.done();
    }
}
