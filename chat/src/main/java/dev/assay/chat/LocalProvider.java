package dev.assay.chat;

import dev.assay.lm.ChatTemplate;
import dev.assay.lm.Completion;
import dev.assay.lm.Engine;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * A model on this machine. Calls that run at the same time share a batch of its {@link Engine}; an answer depends on
 * none of the others, only on its request and its seed.
 */
final class LocalProvider implements Provider {
    private final String named;
    private final LocalModel model;
    private final Set<Feature> can;
    private Optional<Engine> engine = Optional.empty(); // guarded by this

    LocalProvider(Role role, LocalModel model, Set<Feature> can) {
        this.named = role.model();
        this.model = model;
        this.can = can;
    }

    @Override
    public String name() {
        return named + " on this machine";
    }

    @Override
    public String id() {
        return "local/" + model.id();
    }

    @Override
    public Set<Feature> can() {
        return can;
    }

    private synchronized Engine engine() {
        if (engine.isEmpty()) engine = Optional.of(new Engine(model.weights().get()));
        return engine.get();
    }

    @Override
    public Answer answer(ChatRequest request, long seed) {
        Engine running = engine();
        int[] prompt = tokens(running.model(), request.prompt());
        var sequence = new Request(prompt, request.sampling(), request.seed().orElse(seed)).stoppingAt(request.stops());
        try {
            Completion done = running.submit(request.scored() ? sequence.withLogProbabilities() : sequence)
                    .result()
                    .join();
            return answer(prompt.length, done);
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw e;
        }
    }

    private static int[] tokens(LanguageModel model, Prompt prompt) {
        ChatTemplate template = model.template();
        return switch (prompt) {
            case Prompt.Reply reply -> template.encode(messages(reply.turns()), true);
            case Prompt.Prefill prefill -> template.encodePrefill(messages(prefill.turns()), prefill.prefill());
            case Prompt.UserTurn user -> template.encodeUserTurn(messages(user.turns()));
            case Prompt.Text text -> model.tokenizer().encodeBare(text.text());
        };
    }

    private static List<Message> messages(List<Turn> turns) {
        return turns.stream().map(turn -> ((Turn.Said) turn).message()).toList();
    }

    private Answer answer(int promptTokens, Completion done) {
        List<Double> scores = new ArrayList<>();
        for (float score : done.logProbabilities()) scores.add((double) score);
        return new Answer(
                done.text(),
                List.of(),
                switch (done.ending()) {
                    case STOP_TOKEN, STOP_TEXT -> Answer.Finish.STOP;
                    case LENGTH -> Answer.Finish.LENGTH;
                    case CANCELLED -> Answer.Finish.OTHER;
                },
                new Usage(promptTokens, done.tokens().length),
                named,
                scores);
    }

    @Override
    public synchronized void close() {
        engine.ifPresent(Engine::close);
        engine = Optional.empty();
    }
}
