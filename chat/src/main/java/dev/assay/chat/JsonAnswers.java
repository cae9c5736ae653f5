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
import java.util.stream.IntStream;

/** Answers in JSON of one form. */
final class JsonAnswers {
    private static final Pattern FENCE = Pattern.compile("```[a-zA-Z]*\\s*\\n(.*?)```", Pattern.DOTALL);
    private static final ObjectReader STRICT =
            new ObjectMapper().readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final ObjectReader FIRST = new ObjectMapper().readerFor(JsonNode.class);

    /** One answer of so many may be beyond mending before the model is taken to be unable to answer so. */
    private static final int TOLERATED = 4;

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
        ChatRequest second = repair(first, raw, read);
        String again = raw(second, chat.ask(second, random.split("repair")));
        Read repaired = read(again);
        return repaired.value.orElseThrow(() -> malformed("", repaired, again));
    }

    /** Many at once; empty where an answer does not fit also the second time. */
    List<Optional<JsonNode>> askAll(
            String what, List<ChatRequest> requests, SplitRandom random, Chat.Progress progress) {
        List<ChatRequest> first = requests.stream().map(this::told).toList();
        List<String> raw = raw(first, chat.askAll(what, first, random, progress));
        List<Optional<JsonNode>> values =
                new ArrayList<>(raw.stream().map(r -> read(r).value).toList());
        List<Integer> bad = IntStream.range(0, raw.size())
                .filter(i -> values.get(i).isEmpty())
                .boxed()
                .toList();
        List<ChatRequest> second = bad.stream()
                .map(i -> repair(first.get(i), raw.get(i), read(raw.get(i))))
                .toList();
        List<String> again = raw(second, chat.askAll(what + ", mended", second, random.split("repair"), progress));
        int failed = 0;
        for (int k = 0; k < bad.size(); k++) {
            Read repaired = read(again.get(k));
            values.set(bad.get(k), repaired.value);
            if (repaired.value.isEmpty() && ++failed * TOLERATED > requests.size())
                throw malformed(
                        failed + " of " + requests.size() + " answers (" + what + "): ", repaired, again.get(k));
        }
        return List.copyOf(values);
    }

    private static ChatRequest repair(ChatRequest first, String raw, Read read) {
        List<Turn> talk = new ArrayList<>(first.prompt().talk());
        talk.add(Turn.assistant(raw.isBlank() ? "(nothing)" : raw));
        talk.add(Turn.user("That is not what was asked for: " + read.problem
                + "\nWrite the whole answer again, as JSON and nothing else."));
        return with(first, new Prompt.Reply(talk));
    }

    private ChatException.Malformed malformed(String which, Read read, String raw) {
        return new ChatException.Malformed(
                "role %s: %s%s did not answer in the form that was asked for, also when shown its error (%s); it wrote: %s"
                        .formatted(chat.role().name(), which, chat.model(), read.problem, Texts.cut(raw, 200)),
                raw);
    }

    private static List<String> raw(List<ChatRequest> requests, List<Answer> answers) {
        return IntStream.range(0, requests.size())
                .mapToObj(i -> raw(requests.get(i), answers.get(i)))
                .toList();
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
