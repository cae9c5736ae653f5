package dev.assay.audit.inspect;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.assay.audit.AuditRecord;
import dev.assay.audit.Claim;
import dev.assay.audit.Claims;
import dev.assay.audit.Grade;
import dev.assay.audit.Verdict;
import dev.assay.journal.CanonicalJson;
import dev.assay.lm.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;

/**
 * Reads a log of Inspect. What Assay wrote comes back as it was; samples of others become runs whose target is the sample, whose
 * tool is the task and whose investigator is the model: their first score is a hit where it is correct, and a sample with an error
 * or without a score is void.
 */
public final class EvalImport {
    private static final String SAMPLES = "samples/";
    private static final int VERSION = 2;

    /** Python writes numbers that are none as they are. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private EvalImport() {}

    /**
     * A run of a log.
     *
     * @param key of the sample and its epoch within the log
     */
    public record Imported(String key, AuditRecord run) {}

    /**
     * Hands over all runs of a log, one by one, in its order.
     *
     * @throws EvalException if it is no log, or one of a later version
     */
    public static void read(Path file, Consumer<Imported> runs) {
        try (var zip = new ZipFolder(file)) {
            String head = zip.names().contains("header.json") ? "header.json" : "_journal/start.json";
            JsonNode header = json(file, zip, head);
            int version = header.path("version").asInt(-1);
            if (version < 1 || version > VERSION)
                throw new EvalException(
                        file + " is a log of version " + version + "; those up to " + VERSION + " can be read");
            for (String name : zip.names())
                if (name.startsWith(SAMPLES) && name.endsWith(".json"))
                    runs.accept(run(header.path("eval"), json(file, zip, name)));
        }
    }

    private static JsonNode json(Path file, ZipFolder zip, String name) {
        try {
            return JSON.readTree(zip.bytes(name));
        } catch (IOException e) {
            throw new EvalException(file + ": " + name + " is no JSON: " + e.getMessage(), e);
        }
    }

    private static Imported run(JsonNode spec, JsonNode sample) {
        String key = String.join(
                " ",
                spec.path("eval_id").asText(spec.path("run_id").asText()),
                sample.path("id").asText(),
                sample.path("epoch").asText("1"));
        JsonNode whole = sample.path("metadata").path(EvalSample.WHOLE);
        if (whole.isObject()) return new Imported(key, CanonicalJson.value(whole, AuditRecord.class));
        Claims claims = claims(sample);
        return new Imported(
                key,
                new AuditRecord(
                        sample.path("id").asText(),
                        "",
                        spec.path("task").asText("task"),
                        spec.path("model").asText("model"),
                        1,
                        sample.path("epoch").asInt(1),
                        grade(sample, claims),
                        claims,
                        List.of(),
                        List.of(),
                        0,
                        tokens(sample),
                        0,
                        List.of(),
                        List.of(new AuditRecord.Talk("inspect", "log", messages(sample), List.of())),
                        List.of()));
    }

    private static Claims claims(JsonNode sample) {
        String answer = score(sample)
                .map(s -> s.path("answer").asText(""))
                .filter(a -> !a.isBlank())
                .orElse(sample.path("output").path("completion").asText(""));
        return new Claims(true, answer.isBlank() ? List.of() : List.of(new Claim("answer", answer, Optional.empty())));
    }

    private static Optional<JsonNode> score(JsonNode sample) {
        return StreamSupport.stream(sample.path("scores").spliterator(), false).findFirst();
    }

    private static Grade grade(JsonNode sample, Claims claims) {
        if (sample.path("error").isObject())
            return Grade.ofVoid(sample.path("error").path("message").asText("error"));
        Optional<Boolean> right = score(sample).flatMap(s -> correct(s.path("value")));
        if (right.isEmpty()) return Grade.ofVoid("the sample has no score that is right or wrong");
        List<String> names = claims.all().stream().map(Claim::name).toList();
        String why = score(sample).map(s -> s.path("explanation").asText("")).orElse("");
        return right.get()
                ? new Grade(Verdict.HIT, names, List.of(), List.of(), why)
                : new Grade(Verdict.MISS, List.of(), List.of(), names, why);
    }

    /** Inspect's letters, numbers (one half and more) and truth values; of several values none. */
    private static Optional<Boolean> correct(JsonNode value) {
        if (value.isBoolean()) return Optional.of(value.booleanValue());
        if (value.isNumber())
            return Double.isNaN(value.asDouble()) ? Optional.empty() : Optional.of(value.asDouble() >= 0.5);
        return switch (value.asText("").toUpperCase(Locale.ROOT)) {
            case "C", "TRUE", "YES" -> Optional.of(true);
            case "I", "P", "FALSE", "NO" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static int tokens(JsonNode sample) {
        int sum = 0;
        for (JsonNode usage : sample.path("model_usage"))
            sum += usage.path("output_tokens").asInt();
        return sum;
    }

    /** Texts of system, user and assistant; what tools said is told by the user. */
    private static List<Message> messages(JsonNode sample) {
        var attachments = sample.path("attachments");
        var messages = new ArrayList<Message>();
        for (JsonNode m : sample.path("messages")) {
            String text = text(m.path("content"), attachments);
            messages.add(
                    switch (m.path("role").asText()) {
                        case "system" -> Message.system(text);
                        case "assistant" -> Message.assistant(text);
                        default -> Message.user(text);
                    });
        }
        return messages;
    }

    private static String text(JsonNode content, JsonNode attachments) {
        if (content.isTextual()) return attached(content.asText(), attachments);
        var out = new StringBuilder();
        for (JsonNode part : content) {
            String text = part.path("text").asText(part.path("reasoning").asText(""));
            if (!text.isEmpty()) out.append(out.isEmpty() ? "" : "\n").append(attached(text, attachments));
        }
        return out.toString();
    }

    /** Long texts stand aside. */
    private static String attached(String text, JsonNode attachments) {
        String prefix = "attachment://";
        return text.startsWith(prefix)
                ? attachments.path(text.substring(prefix.length())).asText(text)
                : text;
    }
}
