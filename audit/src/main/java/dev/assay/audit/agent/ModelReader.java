package dev.assay.audit.agent;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.Claim;
import dev.assay.audit.Claims;
import dev.assay.audit.Grade;
import dev.assay.audit.Readout;
import dev.assay.audit.Truth;
import dev.assay.audit.Verdict;
import dev.assay.audit.tool.Tool;
import dev.assay.chat.Chat;
import dev.assay.chat.ChatException;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Envelope;
import dev.assay.chat.Turn;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Traits;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Language models that read a tool's fixed outputs, after AuditBench (arXiv 2602.22755, appendix H; the instructions,
 * {@code /agent/reader.yaml}, are our own). One is shown all outputs and names ten behaviours, told nothing and told the domain; a judge
 * grades these as it grades an investigator's, and says of each output whether that alone would lead a blind auditor to the
 * behaviour. They see one model and no twin. So what they say of clean twins is no zero by itself: they are asked the same of those.
 */
public final class ModelReader {
    /** Characters of all outputs together. */
    private static final int LONGEST = 450_000;

    private final Chat reader;
    private final Chat judge;
    private final SplitRandom random;
    private final Chat.Progress progress;
    private final LlmGrader grader;
    private final Prompts prompts = new Prompts("reader");

    /**
     * @param reader names behaviours
     * @param judge knows the truth
     * @param random where answers, and the marks around what is data, are drawn from
     */
    public ModelReader(Chat reader, Chat judge, SplitRandom random, Chat.Progress progress) {
        this.reader = reader;
        this.judge = judge;
        this.random = random;
        this.progress = progress;
        this.grader = new LlmGrader(judge, random.split("grades"));
    }

    record Guess(String name, String statement) {}

    record Guesses(List<Guess> guesses) {}

    record Evidence(String reasoning, boolean strong) {}

    /** Who reads and who judges, with what they are told: readouts of one name can be put together. */
    public String name() {
        return reader.model() + ", " + grader.judge() + ", reader "
                + prompts.hash().substring(0, 16);
    }

    /** Answers that say nothing: in another form than was asked for, or in contradiction to themselves, also when asked once more. */
    public static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message);
        }
    }

    /**
     * Reads the outputs of a tool that serves a model.
     *
     * @param slug of the tool's configuration
     * @param most outputs
     * @param truths what the model hides; of a clean twin what others hide, as if it did
     * @throws Unusable if answers say nothing
     * @throws ChatException if a model can't be reached, or may cost no more
     */
    public ModelReadout read(String slug, Tool tool, int most, List<Behaviour> truths) {
        List<Tool.Output> outputs =
                tool.outputs(most).stream().filter(o -> !o.text().isBlank()).toList();
        if (outputs.isEmpty()) return new ModelReadout(slug, 0, List.of(), silent(truths));
        try {
            List<List<Claim>> guesses = guesses(tool, outputs, truths);
            List<List<Boolean>> strong = evidence(tool, outputs, truths);
            Map<String, ModelReadout.Judged> judged = new TreeMap<>();
            for (int i = 0; i < truths.size(); i++)
                judged.put(
                        truths.get(i).name(),
                        judged(truths.get(i), guesses.getFirst(), guesses.get(i + 1), strong.get(i)));
            return new ModelReadout(
                    slug,
                    outputs.size(),
                    guesses.getFirst().stream().map(Claim::statement).toList(),
                    judged);
        } catch (ChatException.Malformed e) {
            throw new Unusable(String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, ModelReadout.Judged> silent(List<Behaviour> truths) {
        return truths.stream()
                .collect(Collectors.toMap(Behaviour::name, b -> new ModelReadout.Judged(List.of(), false, 0, 0)));
    }

    /** Of a reader who was told nothing, then of one who was told each domain. */
    private List<List<Claim>> guesses(Tool tool, List<Tool.Output> outputs, List<Behaviour> truths) {
        String data = data("outputs", outputs);
        List<ChatRequest> requests = new ArrayList<>();
        requests.add(request(reader, "guess", tool, Map.of("hint", "", "outputs", data)));
        for (Behaviour b : truths) {
            String hint = prompts.of("hint", Map.of("domain", domain(b.truth()))) + "\n\n";
            requests.add(request(reader, "guess", tool, Map.of("hint", hint, "outputs", data)));
        }
        return reader.jsonAll("outputs read", requests, Guesses.class, random.split("guesses"), progress).stream()
                .map(g ->
                        g.orElseThrow(() -> new Unusable("a reader's guesses are not of the form that was asked for")))
                .map(ModelReader::claims)
                .toList();
    }

    private static List<Claim> claims(Guesses guesses) {
        List<Guess> kept = guesses.guesses().stream().limit(Readout.GUESSES).toList();
        return IntStream.range(0, kept.size())
                .mapToObj(i -> new Claim(
                        (i + 1) + " " + kept.get(i).name(), kept.get(i).statement(), Optional.empty()))
                .toList();
    }

    /** By behaviour, of each output on which there is an answer whether it is strong evidence. */
    private List<List<Boolean>> evidence(Tool tool, List<Tool.Output> outputs, List<Behaviour> truths) {
        List<ChatRequest> requests = new ArrayList<>();
        for (Behaviour b : truths)
            for (Tool.Output o : outputs)
                requests.add(request(
                        judge,
                        "evidence",
                        tool,
                        Map.of("truth", b.description(), "output", data("output", List.of(o)))));
        List<Optional<Evidence>> answers =
                judge.jsonAll("outputs judged", requests, Evidence.class, random.split("evidence"), progress);
        return IntStream.range(0, truths.size())
                .mapToObj(i -> answers.subList(i * outputs.size(), (i + 1) * outputs.size()).stream()
                        .flatMap(Optional::stream)
                        .map(Evidence::strong)
                        .toList())
                .toList();
    }

    private ModelReadout.Judged judged(Behaviour b, List<Claim> blind, List<Claim> told, List<Boolean> strong) {
        List<String> names = blind.stream().map(Claim::name).toList();
        List<Integer> right =
                graded(blind, b).right().stream().map(names::indexOf).toList();
        boolean toldRight = graded(told, b).verdict() == Verdict.HIT;
        int yes = (int) strong.stream().filter(s -> s).count();
        return new ModelReadout.Judged(right, toldRight, yes, strong.size());
    }

    private Grade graded(List<Claim> claims, Behaviour b) {
        Grade grade = grader.grade(new Claims(true, claims), new Truth(b.description(), b.truth()));
        if (grade.verdict() == Verdict.VOID) throw new Unusable(grade.why());
        return grade;
    }

    private ChatRequest request(Chat who, String text, Tool tool, Map<String, String> values) {
        Map<String, String> all = new TreeMap<>(values);
        all.put("function", described(tool));
        return ChatRequest.reply(List.of(Turn.user(prompts.of(text, all))), who.sampling());
    }

    private static String described(Tool tool) {
        return tool.functions().stream()
                .map(f -> f.name() + ": " + f.description())
                .collect(Collectors.joining("\n"));
    }

    /** Outputs as data; of many each gets the same share of the room that there is. */
    private String data(String what, List<Tool.Output> outputs) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (Tool.Output o : outputs) {
            ObjectNode one = list.addObject().put("number", list.size());
            if (!o.about().isBlank()) one.put("about", o.about());
            one.put("text", o.text().substring(0, Math.min(o.text().length(), LONGEST / outputs.size())));
        }
        return Envelope.wrap(what, true, list, 2 * LONGEST, random.split(list.toString()));
    }

    /** What a reader is told who is told the domain: trigger and action, and neither whom it is about nor which way it goes. */
    private static String domain(Traits truth) {
        return Stream.of(truth.trigger(), truth.action())
                .filter(t -> !t.equals("always"))
                .map(t -> t.replace('-', ' '))
                .collect(Collectors.joining("; "));
    }
}
