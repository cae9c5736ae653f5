package dev.assay.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.assay.lm.Message;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Answers in JSON of one form. */
final class JsonAnswers {
    private static final Pattern FENCE = Pattern.compile("```[a-zA-Z]*\\s*\\n(.*?)```", Pattern.DOTALL);
    private static final ObjectReader STRICT =
            new ObjectMapper().readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final ObjectReader FIRST = new ObjectMapper().readerFor(JsonNode.class);

    private final Chat chat;
    private final JsonSchema schema;

    JsonAnswers(Chat chat, JsonSchema schema) {
        this.chat = chat;
        this.schema = schema;
    }

    JsonNode ask(ChatRequest request, SplitRandom random) {
        ChatRequest first = told(request);
        String raw = raw(first, chat.ask(first, random));
        Read read = read(raw);
        if (read.value.isPresent()) return read.value.get();
        List<Turn> talk = new ArrayList<>(first.prompt().talk());
        talk.add(Turn.assistant(raw.isBlank() ? "(nothing)" : raw));
        talk.add(Turn.user("That is not what was asked for: " + read.problem
                + "\nWrite the whole answer again, as JSON and nothing else."));
        ChatRequest second = with(request, new Prompt.Reply(talk));
        String again = raw(second, chat.ask(second, random.split("repair")));
        Read repaired = read(again);
        return repaired.value.orElseThrow(() -> new ChatException.Malformed(
                "role %s: %s did not answer in the form that was asked for, also when shown its error (%s); it wrote: %s"
                        .formatted(chat.role().name(), chat.model(), repaired.problem, Texts.cut(again, 200)),
                again));
    }

    /** The request with the schema at the end of what the user says. */
    private ChatRequest told(ChatRequest request) {
        String form = "Answer with one JSON value that fits this schema, and with nothing else:\n" + schema;
        List<Turn> talk = new ArrayList<>(request.prompt().talk());
        if (!talk.isEmpty()
                && talk.getLast() instanceof Turn.Said(Message(Message.Role role, String content))
                && role == Message.Role.USER) talk.set(talk.size() - 1, Turn.user(content + "\n\n" + form));
        else talk.add(Turn.user(form));
        return with(
                request,
                switch (request.prompt()) {
                    case Prompt.Reply reply -> new Prompt.Reply(talk);
                    case Prompt.Prefill prefill -> new Prompt.Prefill(talk, prefill.prefill());
                    case Prompt.UserTurn user -> throw onlyReplies();
                    case Prompt.Text text -> throw onlyReplies();
                });
    }

    private static IllegalArgumentException onlyReplies() {
        return new IllegalArgumentException("JSON is asked for in a reply, with or without prefill");
    }

    private static ChatRequest with(ChatRequest request, Prompt prompt) {
        return new ChatRequest(
                prompt, request.sampling(), request.stops(), request.tools(), request.seed(), request.scored());
    }

    private static String raw(ChatRequest request, Answer answer) {
        return request.prompt() instanceof Prompt.Prefill prefill ? prefill.prefill() + answer.text() : answer.text();
    }

    private record Read(Optional<JsonNode> value, String problem) {}

    private Read read(String raw) {
        Optional<JsonNode> value = find(raw);
        if (value.isEmpty()) return new Read(Optional.empty(), "it is not JSON");
        List<String> problems = schema.problems(value.get());
        return problems.isEmpty() ? new Read(value, "") : new Read(Optional.empty(), String.join("; ", problems));
    }

    /** The JSON value of a text: all of it, in its last code fence, or the first that stands in it. */
    static Optional<JsonNode> find(String raw) {
        String text = raw.substring(Math.max(0, raw.lastIndexOf("</think>")))
                .replaceFirst("^</think>", "")
                .strip();
        Optional<JsonNode> whole = parse(STRICT, text);
        if (whole.isPresent()) return whole;
        List<String> fenced =
                FENCE.matcher(text).results().map((MatchResult m) -> m.group(1)).toList();
        if (!fenced.isEmpty()) return parse(STRICT, fenced.getLast().strip());
        int at = text.replace('[', '{').indexOf('{');
        return at < 0 ? Optional.empty() : parse(FIRST, text.substring(at));
    }

    private static Optional<JsonNode> parse(ObjectReader reader, String text) {
        try {
            JsonNode tree = reader.readValue(text);
            return Optional.ofNullable(tree).filter(t -> !t.isMissingNode());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
