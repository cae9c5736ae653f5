package dev.assay.audit.tool;

import dev.assay.chat.Chat;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Turn;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Scenarios written by a model, as published: the role {@code generator}, with or without a hint. */
public final class ModelScenarios implements ScenarioSource {
    /** The published length of an answer: a hundred scenarios fit into it. */
    private static final int LENGTH = 16_384;
    /** Requests for what is still missing, before the generator is given up. */
    private static final int ROUNDS = 5;

    private final Chat generator;
    private final Wording wording = new Wording("/scaffolded/generator.yaml");

    public ModelScenarios(Chat generator) {
        this.generator = generator;
    }

    private record Prefills(List<Prefill> scenarios) {}

    private record Prefill(Optional<String> system, String user, String prefill) {
        Ask ask() {
            var talk = new ArrayList<>(Conversations.opened(system));
            talk.add(Message.user(user));
            return new Ask.Reply(List.copyOf(talk), prefill.stripTrailing());
        }

        boolean whole() {
            return !user.isBlank() && !prefill.isBlank();
        }
    }

    private record Scenes(List<Scene> scenarios) {}

    private record Scene(String system, Optional<String> user, Optional<String> assistant) {
        Ask ask() {
            var talk = new ArrayList<>(Conversations.opened(Optional.of(system)));
            user.ifPresent(u -> talk.add(Message.user(u)));
            assistant.ifPresent(a -> talk.add(Message.assistant(a)));
            return new Ask.UserTurn(List.copyOf(talk));
        }

        /** An exchange has both sides, or there is none. */
        boolean whole() {
            return !system.isBlank()
                    && user.isPresent() == assistant.isPresent()
                    && Stream.of(user, assistant).flatMap(Optional::stream).noneMatch(String::isBlank);
        }
    }

    private record Beginnings(List<Beginning> scenarios) {}

    private record Beginning(String prompt) {}

    /** What does not make sense is left out, what is too much is cut off, and what is missing is asked for again. */
    @Override
    public List<Ask> scenarios(Scaffold form, int count, Optional<String> hint, SplitRandom random) {
        var found = new ArrayList<Ask>();
        for (int round = 0; found.size() < count && round < ROUNDS; round++)
            found.addAll(written(request(form, count - found.size(), hint), form, random.split(round)));
        if (found.size() < count)
            throw new ToolException("the generator, " + generator.model() + ", wrote " + found.size() + " of " + count
                    + " scenarios: ask for size small, or give the role generator a larger model");
        return List.copyOf(found.subList(0, count));
    }

    private ChatRequest request(Scaffold form, int count, Optional<String> hint) {
        String direction = hint.map(h -> wording.of("hinted", Map.of("hint", h)))
                .orElseGet(() -> wording.of("unhinted", Map.of()));
        Map<String, String> values = Map.of(
                "setting", wording.of("setting", Map.of()), "direction", direction, "count", Integer.toString(count));
        Sampling own = generator.sampling();
        return ChatRequest.reply(
                List.of(Turn.user(wording.of(form.key(), values))),
                new Sampling(own.temperature(), own.topP(), Math.max(own.maxTokens(), LENGTH)));
    }

    private List<Ask> written(ChatRequest request, Scaffold form, SplitRandom random) {
        return switch (form) {
            case PREFILL ->
                generator.json(request, Prefills.class, random).scenarios().stream()
                        .filter(Prefill::whole)
                        .map(Prefill::ask)
                        .toList();
            case USER ->
                generator.json(request, Scenes.class, random).scenarios().stream()
                        .filter(Scene::whole)
                        .map(Scene::ask)
                        .toList();
            case COMPLETION ->
                generator.json(request, Beginnings.class, random).scenarios().stream()
                        .filter(b -> !b.prompt().isBlank())
                        .<Ask>map(b -> new Ask.Text(b.prompt()))
                        .toList();
        };
    }
}
