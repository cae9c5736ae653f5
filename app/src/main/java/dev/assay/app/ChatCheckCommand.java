package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.chat.Answer;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatException;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Feature;
import dev.assay.chat.Prompt;
import dev.assay.chat.Role;
import dev.assay.chat.Roles;
import dev.assay.chat.Totals;
import dev.assay.chat.Turn;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.Sampling;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        description = "Sends one short request to each role of a roles' file and says what answered, how fast, for how"
                + " much, and what it can do. Exit code 2 if one did not answer.")
final class ChatCheckCommand implements Callable<Integer> {
    private static final String DEFAULT_FILE = "roles.yaml";
    private static final String QUESTION = "Say hello in one short sentence.";
    private static final int LONGEST = 64;
    private static final int ATTEMPTS = 2;

    @Option(
            names = "--roles",
            paramLabel = "FILE",
            description = "the roles' file (default: " + DEFAULT_FILE
                    + " if there is one, else the embedded model as the role target)")
    @Nullable
    Path file;

    @Option(names = "--role", paramLabel = "NAME", description = "this role alone; may be given several times")
    List<String> wanted = new ArrayList<>();

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("assay-check");
        try (Journal journal = Journal.open(folder, Manifest.ofCache("check"));
                Roles roles = roles().withAttempts(ATTEMPTS)) {
            var memo = new Memo(journal);
            List<Map<String, Object>> facts = new ArrayList<>();
            for (String name : wanted.isEmpty() ? roles.names() : wanted) facts.add(check(roles, name, memo));
            print(facts);
            return facts.stream().anyMatch(f -> f.containsKey("error")) ? Assay.USER_ERROR : 0;
        } finally {
            delete(folder);
        }
    }

    private Roles roles() {
        var models = new LocalModels();
        Path there = Path.of(DEFAULT_FILE);
        if (file != null) return Roles.read(file, models);
        return Files.exists(there)
                ? Roles.read(there, models)
                : Roles.of(List.of(Role.of("target", "local", "smollm2")), models);
    }

    private Map<String, Object> check(Roles roles, String name, Memo memo) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("role", name);
        try {
            Chat chat = roles.chat(name, memo);
            facts.put("model", chat.model());
            facts.put("can", chat.can().stream().sorted().map(Feature::key).toList());
            ask(roles, chat, memo, facts);
        } catch (ChatException | UserException e) {
            System.err.println("assay: " + e.getMessage());
            facts.put("error", String.valueOf(e.getMessage()));
        }
        return facts;
    }

    private static void ask(Roles roles, Chat chat, Memo memo, Map<String, Object> facts) {
        Sampling own = chat.sampling();
        var sampling = new Sampling(own.temperature(), own.topP(), Math.min(own.maxTokens(), LONGEST));
        SplitRandom random = SplitRandom.of(1).split("check");
        long start = System.nanoTime();
        if (chat.can().contains(Feature.CHAT))
            said(chat.ask(ChatRequest.reply(List.of(Turn.user(QUESTION)), sampling), random), facts);
        else if (chat.can().contains(Feature.COMPLETION))
            said(chat.ask(new ChatRequest(new Prompt.Text("Hello"), sampling), random), facts);
        else {
            int width = roles.embedder(chat.role().name(), memo)
                    .embed(List.of("Hello"))
                    .getFirst()
                    .length;
            facts.put("answer", "a vector of " + width + " numbers");
        }
        facts.put("loading-included", chat.role().provider().equals("local"));
        facts.put("milliseconds", (System.nanoTime() - start) / 1_000_000);
        Totals totals = chat.totals();
        facts.put("input-tokens", totals.usage().input());
        facts.put("output-tokens", totals.usage().output());
        totals.dollars().ifPresent(dollars -> facts.put("dollars", dollars));
    }

    private static void said(Answer answer, Map<String, Object> facts) {
        facts.put("answered-by", answer.model());
        facts.put("answer", answer.text().strip());
        facts.put("finish", answer.finish().name().toLowerCase(Locale.ROOT));
    }

    private void print(List<Map<String, Object>> facts) throws JsonProcessingException {
        if (json) {
            ModelCommand.print(Map.of("roles", facts));
            return;
        }
        for (Map<String, Object> role : facts) {
            System.out.printf("%s: %s%n", role.get("role"), role.getOrDefault("model", "not asked"));
            if (role.containsKey("milliseconds")) {
                String price = role.get("dollars") instanceof Double dollars
                        ? String.format(Locale.ROOT, "$%.6f", dollars)
                        : "price unknown";
                System.out.printf("  %-9s %s%n", "answered", role.getOrDefault("answered-by", role.get("model")));
                System.out.printf("  %-9s %s%n", "said", role.get("answer"));
                System.out.printf(
                        "  %-9s %s ms%s, %s + %s tokens, %s%n",
                        "took",
                        role.get("milliseconds"),
                        Boolean.TRUE.equals(role.get("loading-included")) ? " with loading" : "",
                        role.get("input-tokens"),
                        role.get("output-tokens"),
                        price);
            }
            if (role.get("can") instanceof List<?> can)
                System.out.printf(
                        "  %-9s %s%n", "can", can.stream().map(String::valueOf).collect(Collectors.joining(", ")));
            if (role.containsKey("error")) System.out.printf("  %-9s %s%n", "failed", role.get("error"));
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }
}
