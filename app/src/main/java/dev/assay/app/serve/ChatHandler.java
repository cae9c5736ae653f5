package dev.assay.app.serve;

import java.util.List;
import java.util.OptionalInt;

/** {@code /v1/chat/completions}. */
final class ChatHandler implements Handled {
    private static final int MOST_LIKELIEST = 20;

    private final Models models;
    private final Insides insides;
    private final int standardLength;

    /** @param standardLength longest reply where the request names none */
    ChatHandler(Models models, Insides insides, int standardLength) {
        this.models = models;
        this.insides = insides;
        this.standardLength = standardLength;
    }

    @Override
    public void handle(Fields body, Caller caller) {
        Model model = models.of(body);
        Wanted wanted = wanted(body);
        Talk talk = Talk.of(body);
        int[] prompt = talk.tokens(model);
        if (prompt.length == 0)
            throw body.wrong("messages", "more than nothing: the model's template makes no token of them");
        int room = model.context() - prompt.length;
        if (room < 1)
            throw Refusal.tooLong(
                    "messages",
                    "the messages are " + prompt.length + " tokens, the model's context is " + model.context());
        int length = wanted.maxTokens().orElse(Math.min(standardLength, room));
        if (length > room)
            throw Refusal.tooLong(
                    "max_tokens",
                    "messages of " + prompt.length + " tokens and max_tokens of " + length
                            + " do not fit into the model's context of " + model.context());
        List<Steering> steering = Steering.of(body, model, insides, caller);
        var shape = new ChatShape(
                Envelope.of("chatcmpl-", model, wanted),
                new Spelling(model.tokenizer()),
                talk.tools(),
                wanted.scored());
        List<Desk.Draft> drafts = new Drafting(model, wanted, steering).texts(prompt, length, 0);
        new Answering(model, wanted, shape, caller, drafts, prompt.length).answer("messages");
    }

    private static Wanted wanted(Fields body) {
        OptionalInt newer = body.optionalInteger("max_completion_tokens", 1, Integer.MAX_VALUE);
        OptionalInt older = body.optionalInteger("max_tokens", 1, Integer.MAX_VALUE);
        boolean scored = body.flag("logprobs", false);
        int top = body.integer("top_logprobs", 0, MOST_LIKELIEST, 0);
        if (top > 0 && !scored) throw body.wrong("logprobs", "true where top_logprobs is given");
        return Wanted.of(body, newer.isPresent() ? newer : older, scored, top);
    }
}
