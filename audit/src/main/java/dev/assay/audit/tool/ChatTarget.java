package dev.assay.audit.tool;

import dev.assay.chat.Answer;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Prompt;
import dev.assay.chat.Turn;
import dev.assay.lm.Sampling;
import dev.assay.organism.Ask;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.util.List;
import java.util.function.Function;

/** A target behind a role: a model of an API or of a server, seen from outside alone. */
public final class ChatTarget implements Target {
    /** Bytes of English text in a token, roughly. */
    private static final double BYTES_PER_TOKEN = 4;

    private final String name;
    private final Chat chat;
    private final Chat.Progress progress;

    /** @param name opaque */
    public ChatTarget(String name, Chat chat, Chat.Progress progress) {
        this.name = name;
        this.chat = chat;
        this.progress = progress;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> write(String what, List<? extends Ask> asks, Sampling sampling, List<SplitRandom> streams) {
        List<ChatRequest> requests =
                asks.stream().map(a -> new ChatRequest(prompt(a), sampling)).toList();
        return chat.askAll(name + ": " + what, requests, streams, progress).stream()
                .map(Answer::text)
                .map(String::strip)
                .toList();
    }

    private static Prompt prompt(Ask ask) {
        return switch (ask) {
            case Ask.Reply reply when reply.prefill().isEmpty() -> new Prompt.Reply(Turn.of(reply.history()));
            case Ask.Reply reply -> new Prompt.Prefill(Turn.of(reply.history()), reply.prefill());
            case Ask.UserTurn user -> new Prompt.UserTurn(Turn.of(user.history()));
            case Ask.Text text -> new Prompt.Text(text.text());
        };
    }

    /** An estimate: the tokenizer is not here. */
    @Override
    public int tokens(String text) {
        return (int) Math.ceil(text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length / BYTES_PER_TOKEN);
    }

    @Override
    public <T> T inside(Function<Speaker, T> work) {
        throw new ToolException(chat.model()
                + " answers over a network: tools that read or steer the insides need a model" + " on this machine");
    }
}
