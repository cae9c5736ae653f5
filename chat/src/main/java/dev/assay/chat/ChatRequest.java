package dev.assay.chat;

import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Sampling;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is asked of a model.
 *
 * @param stops texts that end the answer where they appear in it
 * @param tools that the model may call
 * @param seed by which the provider must draw; without one it draws by the seed of the sequence if it can
 * @param scored whether the log-probabilities of the answer's tokens are wanted
 */
public record ChatRequest(
        Prompt prompt, Sampling sampling, List<String> stops, List<ToolSpec> tools, OptionalLong seed, boolean scored) {
    /** Tokens that a chat format may add to a turn, and tools to a request: more than any known format takes. */
    private static final int TOKENS_PER_TURN = 32;

    private static final int TOKENS_FOR_TOOLS = 1024;

    public ChatRequest {
        if (stops.stream().anyMatch(String::isEmpty))
            throw new IllegalArgumentException("a stop text must not be empty");
        stops = List.copyOf(stops);
        tools = List.copyOf(tools);
    }

    public ChatRequest(Prompt prompt, Sampling sampling) {
        this(prompt, sampling, List.of(), List.of(), OptionalLong.empty(), false);
    }

    /** Asks for the assistant's next message. */
    public static ChatRequest reply(List<Turn> turns, Sampling sampling) {
        return new ChatRequest(new Prompt.Reply(turns), sampling);
    }

    /** The same, ended where one of these texts appears. */
    public ChatRequest stoppingAt(List<String> texts) {
        return new ChatRequest(prompt, sampling, texts, tools, seed, scored);
    }

    /** The same, ended after so many tokens if that is less than it had. */
    public ChatRequest atMost(long tokens) {
        var shorter = new Sampling(
                sampling.temperature(), sampling.topP(), (int) Math.clamp(tokens, 1, sampling.maxTokens()));
        return new ChatRequest(prompt, shorter, stops, tools, seed, scored);
    }

    /** The same with tools that may be called. */
    public ChatRequest withTools(List<ToolSpec> specs) {
        return new ChatRequest(prompt, sampling, stops, specs, seed, scored);
    }

    /** The same, drawn by this seed and no other. */
    public ChatRequest seeded(long by) {
        return new ChatRequest(prompt, sampling, stops, tools, OptionalLong.of(by), scored);
    }

    /** The same with the log-probabilities of its tokens. */
    public ChatRequest withLogProbabilities() {
        return new ChatRequest(prompt, sampling, stops, tools, seed, true);
    }

    /** What a model must be able to do for it. */
    public Set<Feature> needs() {
        Set<Feature> needs = EnumSet.of(
                switch (prompt) {
                    case Prompt.Reply reply -> Feature.CHAT;
                    case Prompt.Prefill prefill -> Feature.PREFILL;
                    case Prompt.UserTurn user -> Feature.USER_TURN;
                    case Prompt.Text text -> Feature.COMPLETION;
                });
        boolean called = prompt.talk().stream().anyMatch(turn -> !(turn instanceof Turn.Said));
        if (called || !tools.isEmpty()) needs.add(Feature.TOOLS);
        if (seed.isPresent()) needs.add(Feature.SEED);
        if (scored) needs.add(Feature.LOGPROBS);
        if (!stops.isEmpty()) needs.add(Feature.STOP);
        if (sampling.temperature() != 1 || sampling.topP() != 1) needs.add(Feature.TEMPERATURE);
        return needs;
    }

    /** Everything that the answer depends on, as a value that is written as JSON: part of the memo's key. */
    Map<String, Object> canonical() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", prompt.getClass().getSimpleName());
        all.put("turns", prompt.talk().stream().map(ChatRequest::canonical).toList());
        if (prompt instanceof Prompt.Prefill prefill) all.put("prefill", prefill.prefill());
        if (prompt instanceof Prompt.Text text) all.put("text", text.text());
        all.put("sampling", sampling);
        all.put("stops", stops);
        all.put(
                "tools",
                tools.stream()
                        .map(t -> List.of(
                                t.name(), t.description(), t.parameters().tree()))
                        .toList());
        seed.ifPresent(s -> all.put("seed", s));
        all.put("scored", scored);
        return all;
    }

    private static List<Object> canonical(Turn turn) {
        return switch (turn) {
            case Turn.Said said ->
                List.of(said.message().role().key(), said.message().content());
            case Turn.Called called -> new ArrayList<>(List.of("calls", called.content(), called.calls()));
            case Turn.Returned returned -> List.of("tool", returned.call(), returned.result());
        };
    }

    /**
     * A number of input tokens that this can't exceed: a token of a byte-level vocabulary stands for at least one byte,
     * and chat formats add a few to each turn.
     */
    int mostInputTokens() {
        int format = TOKENS_PER_TURN * (2 + prompt.talk().size());
        return Math.addExact(bytes(canonical()), format + (tools.isEmpty() ? 0 : TOKENS_FOR_TOOLS));
    }

    /** Of all texts in it, of what is no text in its JSON. */
    private static int bytes(Object part) {
        return switch (part) {
            case String text -> // of UTF-8, of half a pair those of its replacement
                text.codePoints()
                        .map(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)
                        .sum();
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .mapToInt(e -> bytes(e.getKey()) + bytes(e.getValue()))
                        .sum();
            case List<?> list -> list.stream().mapToInt(ChatRequest::bytes).sum();
            default -> CanonicalJson.bytes(part).length;
        };
    }
}
