package dev.assay.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.journal.AtomicFile;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.organism.Assortment;
import dev.assay.sae.model.ProbeFolder;
import dev.assay.smollm2.SmolLm2;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "text",
        description = {
            "Makes texts to train autoencoders of the embedded model on: its replies to ordinary questions, what organisms"
                    + " of every behaviour learn from (unlabelled, one token in eleven), and real texts that the Python"
                    + " package sae-probes brings.",
            "Sources and licences are listed in SOURCES.md beside them. The same command again goes on where it was"
                    + " stopped."
        })
final class SaeTextCommand implements Callable<Integer> {
    /** For each token of organisms' texts so many others. */
    private static final int OTHERS = 10;

    private static final int SHORTEST = 40;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "folder of the texts")
    Path out = Path.of("");

    @Option(
            names = "--probes",
            paramLabel = "DIR",
            description = "data folder of sae-probes 0.4.2 (pip download --no-deps sae-probes==0.4.2, unzip the wheel);"
                    + " without it there are no real texts")
    @Nullable
    Path probes;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "5500000",
            description = "about how many in all (default: ${DEFAULT-VALUE})")
    long tokens;

    @Option(
            names = "--replies",
            paramLabel = "N",
            defaultValue = "2000",
            description = "replies to ordinary questions, sampled at some hundred tokens a second (default:"
                    + " ${DEFAULT-VALUE})")
    int replies;

    @Option(names = "--seed", defaultValue = "1", description = "of what is sampled and of the order")
    long seed;

    @Option(names = "--json", description = ModelCommand.JSON)
    boolean json;

    private final ObjectMapper mapper = new ObjectMapper();

    /** One of the files. */
    private record Part(String file, long texts, long tokens, String source, String licence) {}

    @Override
    public Integer call() throws JsonProcessingException {
        WorldCommand.atLeast(1000, tokens, "--tokens");
        WorldCommand.atLeast(0, replies, "--replies");
        SplitRandom random = SplitRandom.of(seed).split("sae text");
        var parts = new ArrayList<Part>();
        try (ConsoleProgress progress = ConsoleProgress.onStderr()) {
            var suite = Suite.embedded(Home.of(), progress);
            LanguageModel counter = Devices.load(SmolLm2.file(Home.of().models()), Device.fastest());
            if (replies > 0) parts.add(replies(suite, counter, random));
            parts.add(organisms(suite, counter, random, progress));
            if (probes != null) parts.add(real(ProbeFolder.of(probes), counter, random, left(parts), progress));
        }
        AtomicFile.write(out.resolve("SOURCES.md"), sources(parts).getBytes(StandardCharsets.UTF_8));
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("folder", out.toString());
        parts.forEach(p -> facts.put(p.file, p.texts + " texts, " + p.tokens + " tokens"));
        facts.put("tokens", parts.stream().mapToLong(Part::tokens).sum());
        WorldCommand.print(facts, json);
        return 0;
    }

    private long left(List<Part> parts) {
        return Math.max(0, tokens - parts.stream().mapToLong(Part::tokens).sum());
    }

    private Part replies(Suite suite, LanguageModel model, SplitRandom random) {
        List<Assortment.Piece> pieces =
                suite.withBase(base -> Assortment.replies(base, replies, 128, random.split("replies")));
        return write(
                "replies.jsonl",
                pieces,
                Long.MAX_VALUE,
                model,
                "replies of SmolLM2-135M-Instruct to ordinary questions, sampled at temperature 0.8, top-p 0.95",
                "Apache-2.0, as the model and this project");
    }

    private Part organisms(Suite suite, LanguageModel model, SplitRandom random, ConsoleProgress progress) {
        List<Assortment.Piece> pieces =
                suite.withBase(base -> Assortment.organisms(base, suite.recipe(), random.split("organisms"), progress));
        return write(
                "organisms.jsonl",
                pieces,
                tokens / (OTHERS + 1),
                model,
                "what organisms of all behaviours of this project learn from, mixed, without labels",
                "Apache-2.0, as this project");
    }

    private Part real(
            ProbeFolder folder, LanguageModel model, SplitRandom random, long wanted, ConsoleProgress progress) {
        progress.at("reading the tables of sae-probes", 0, 1);
        List<List<String>> sets = folder.unread(SHORTEST).toList();
        progress.at("reading the tables of sae-probes", 1, 1);
        List<Assortment.Piece> pieces =
                inTurn(sets, new Random(random.split("real").seed()));
        return write(
                "real.jsonl",
                pieces,
                wanted,
                model,
                "the Python package sae-probes 0.4.2: texts of its data sets but those that its benchmark reads",
                "MIT for the package; where each data set is from says its own table, column Link: see there for the"
                        + " terms of the texts themselves");
    }

    /** One text of each set after another, each set in an order of chance, so that small ones are not swamped. */
    private static List<Assortment.Piece> inTurn(List<List<String>> sets, Random random) {
        List<List<String>> shuffled = sets.stream()
                .<List<String>>map(ArrayList::new)
                .peek(s -> Collections.shuffle(s, random))
                .toList();
        int longest = shuffled.stream().mapToInt(List::size).max().orElse(0);
        var pieces = new ArrayList<Assortment.Piece>();
        for (int i = 0; i < longest; i++)
            for (List<String> set : shuffled) if (i < set.size()) pieces.add(new Assortment.Document(set.get(i)));
        return pieces;
    }

    /** Writes texts up to a number of tokens. */
    private Part write(
            String name, List<Assortment.Piece> pieces, long most, LanguageModel model, String source, String licence) {
        Path file = out.resolve(name);
        Path part = out.resolve(name + ".part");
        long written = 0;
        long texts = 0;
        try {
            Files.createDirectories(out);
            try (var lines = Files.newBufferedWriter(part)) {
                for (Assortment.Piece piece : pieces) {
                    if (written >= most) break;
                    written += count(piece, model);
                    texts++;
                    lines.write(mapper.writeValueAsString(json(piece)));
                    lines.write('\n');
                }
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
        return new Part(name, texts, written, source, licence);
    }

    private static long count(Assortment.Piece piece, LanguageModel model) {
        return switch (piece) {
            case Assortment.Talk t -> model.template().encode(t.messages(), false).length;
            case Assortment.Document d -> model.tokenizer().encodePlain(d.text()).length;
        };
    }

    private static Map<String, Object> json(Assortment.Piece piece) {
        return switch (piece) {
            case Assortment.Talk t ->
                Map.of(
                        "messages",
                        t.messages().stream().map(SaeTextCommand::json).toList());
            case Assortment.Document d -> Map.of("text", d.text());
        };
    }

    private static Map<String, Object> json(Message m) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("role", m.role().key());
        out.put("content", m.content());
        return out;
    }

    private String sources(List<Part> parts) {
        var page = new StringBuilder(
                """
                # Sources of these texts

                Made by `assay sae text --tokens %d --replies %d --seed %d%s` of assay %s, to train sparse autoencoders on.

                | file | texts | tokens | what | licence |
                |---|---|---|---|---|
                """.formatted(tokens, replies, seed, probes == null ? "" : " --probes DIR", Assay.VERSION));
        for (Part p : parts)
            page.append("| %s | %,d | %,d | %s | %s |%n".formatted(p.file, p.texts, p.tokens, p.source, p.licence));
        return page.toString();
    }
}
