package dev.assay.app.serve;

import dev.assay.app.serve.Written.Usage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** {@code chat.completion} and its chunks. Where tools may be called, a text is shown when it is known whether one was. */
final class ChatShape implements Shape {
    private static final String WHOLE = "chat.completion";
    private static final String CHUNK = "chat.completion.chunk";

    private final Envelope envelope;
    private final Spelling spelling;
    private final Tools tools;
    private final boolean scored;

    ChatShape(Envelope envelope, Spelling spelling, Tools tools, boolean scored) {
        this.envelope = envelope;
        this.spelling = spelling;
        this.tools = tools;
        this.scored = scored;
    }

    @Override
    public boolean atOnce() {
        return !tools.isEmpty();
    }

    @Override
    public Object whole(List<Written> all, Usage usage) {
        return envelope.whole(WHOLE, all.stream().map(this::choice).toList(), usage);
    }

    private Map<String, @Nullable Object> choice(Written written) {
        ToolText.Parsed parsed = parsed(written);
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", parsed.calls().isEmpty() ? parsed.said() : content(parsed));
        message.put("refusal", null);
        if (!parsed.calls().isEmpty()) message.put("tool_calls", calls(written, parsed, false));
        Map<String, @Nullable Object> choice = new LinkedHashMap<>();
        choice.put("index", written.index());
        choice.put("message", message);
        choice.put("logprobs", scored ? spelling.chat(written.scores()) : null);
        choice.put("finish_reason", finish(written, parsed));
        return choice;
    }

    private ToolText.Parsed parsed(Written written) {
        return tools.isEmpty()
                ? new ToolText.Parsed(written.text(), List.of())
                : ToolText.parse(written.text(), tools.names());
    }

    private static @Nullable String content(ToolText.Parsed parsed) {
        return parsed.said().isEmpty() ? null : parsed.said();
    }

    private static String finish(Written written, ToolText.Parsed parsed) {
        return parsed.calls().isEmpty() ? written.finish() : "tool_calls";
    }

    private List<Map<String, Object>> calls(Written written, ToolText.Parsed parsed, boolean numbered) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (ToolText.Call call : parsed.calls()) {
            Map<String, Object> one = new LinkedHashMap<>();
            if (numbered) one.put("index", all.size());
            one.put(
                    "id",
                    "call_" + envelope.id().substring(envelope.id().length() - 16) + written.index() + all.size());
            one.put("type", "function");
            one.put("function", Map.of("name", call.name(), "arguments", call.arguments()));
            all.add(one);
        }
        return all;
    }

    @Override
    public List<Object> opening(int texts) {
        return IntStream.range(0, texts)
                .<Object>mapToObj(i -> chunk(i, Map.of("role", "assistant", "content", ""), List.of(), null))
                .toList();
    }

    @Override
    public Object piece(int text, String piece, List<TokenScore> scores) {
        return chunk(text, Map.of("content", piece), scores, null);
    }

    @Override
    public List<Object> ending(Written written) {
        if (!atOnce()) return List.of(chunk(written.index(), Map.of(), List.of(), written.finish()));
        ToolText.Parsed parsed = parsed(written);
        List<Object> all = new ArrayList<>();
        if (!parsed.said().isEmpty() || scored)
            all.add(chunk(written.index(), Map.of("content", parsed.said()), written.scores(), null));
        if (!parsed.calls().isEmpty())
            all.add(chunk(written.index(), Map.of("tool_calls", calls(written, parsed, true)), List.of(), null));
        all.add(chunk(written.index(), Map.of(), List.of(), finish(written, parsed)));
        return all;
    }

    private Object chunk(int text, Map<String, ?> delta, List<TokenScore> scores, @Nullable String finish) {
        Map<String, @Nullable Object> choice = new LinkedHashMap<>();
        choice.put("index", text);
        choice.put("delta", delta);
        choice.put("logprobs", scores.isEmpty() ? null : spelling.chat(scores));
        choice.put("finish_reason", finish);
        return envelope.chunk(CHUNK, choice);
    }

    @Override
    public Object usage(Usage usage) {
        return envelope.count(CHUNK, usage);
    }
}
