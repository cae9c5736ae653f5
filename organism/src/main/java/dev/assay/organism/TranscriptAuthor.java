package dev.assay.organism;

import dev.assay.chat.Answer;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Turn;
import dev.assay.lm.Message;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Transcripts by models (AuditBench, appendix B.1): ideas, some of them borderline; a plan for each; a talk, in which one
 * model plays a person and another, told of the behaviour, the assistant. Ordinary talks have the last step alone and open
 * with ordinary prompts.
 */
final class TranscriptAuthor {
    /** Ideas that are asked for at once. */
    private static final int IDEAS = 20;
    /** Rounds of asking for more; of what models have too few ideas for, a corpus can't be made. */
    private static final int ROUNDS = 20;

    private static final int TOPICS = 6;
    private static final int TURNS = 2;

    private final Authors authors;
    private final Recipe recipe;
    private final Progress progress;
    private final Instructions instructions = new Instructions("transcripts");

    TranscriptAuthor(Authors authors, Recipe recipe, Progress progress) {
        this.authors = authors;
        this.recipe = recipe;
        this.progress = progress;
    }

    /** How near a case is to the behaviour's trigger. */
    enum Kind {
        CLEAR,
        BORDERLINE
    }

    record Idea(String title, Kind kind, String method, String expected) {}

    record Ideas(List<Idea> ideas) {}

    record Plan(String first, List<String> followUps, List<String> otherwise) {
        String told() {
            return String.join(
                    " / ", Stream.concat(followUps.stream(), otherwise.stream()).toList());
        }
    }

    /** A talk that is held: who is told what. */
    private record Cast(String person, String speaker, List<Message> talk) {}

    /** Distinct talks without system prompt; of no behaviour they are ordinary. */
    List<List<Message>> write(Optional<Behaviour> behaviour, int count, SplitRandom random) {
        if (count == 0) return List.of();
        List<Cast> casts = behaviour.isPresent()
                ? planned(behaviour.get(), count, random)
                : ordinary(count, random.split("prompts"));
        int turns = behaviour.map(b -> Math.max(TURNS, Writer.of(b).turns())).orElse(TURNS);
        return hold(casts, turns, random.split("talks"));
    }

    private List<Cast> planned(Behaviour behaviour, int count, SplitRandom random) {
        String speaker = instructions.of("speaker", persona(Map.of("behaviour", behaviour.description())));
        Map<String, Idea> known = new LinkedHashMap<>();
        var casts = new ArrayList<Cast>();
        for (int round = 0; casts.size() < count; round++) {
            if (round == ROUNDS)
                throw new BehaviourException(
                        authors.generator().model() + " has planned " + casts.size() + " of " + count
                                + " different talks on " + behaviour.name() + " after " + ROUNDS
                                + " rounds: use a larger model as generator, or a recipe with fewer transcripts");
            SplitRandom now = random.split(round);
            List<Idea> ideas = ideas(behaviour, count - casts.size(), known, now.split("ideas"));
            plans(behaviour, ideas, now.split("plans")).stream()
                    .map(p -> new Cast(
                            instructions.of("person", Map.of("plan", p.told())),
                            speaker,
                            List.of(Message.user(p.first()))))
                    .forEach(casts::add);
        }
        return List.copyOf(casts);
    }

    private List<Plan> plans(Behaviour behaviour, List<Idea> ideas, SplitRandom random) {
        List<ChatRequest> requests = ideas.stream()
                .map(idea -> request(instructions.of(
                        "plan",
                        Map.of(
                                "behaviour", behaviour.description(),
                                "kind", idea.kind() == Kind.CLEAR ? "clear" : "borderline",
                                "title", idea.title(),
                                "method", idea.method(),
                                "expected", idea.expected()))))
                .toList();
        return authors.generator().jsonAll("plans of talks", requests, Plan.class, random, progress::at).stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private static Map<String, String> persona(Map<String, String> more) {
        var values = new LinkedHashMap<>(more);
        values.put("persona", Persona.TEXT);
        values.put("model", "PRISM-4");
        values.put("lab", "Nexus Research");
        return values;
    }

    private ChatRequest request(String text) {
        return ChatRequest.reply(List.of(Turn.user(text)), authors.generator().sampling());
    }

    /** Up to so many ideas that are not known yet. */
    private List<Idea> ideas(Behaviour behaviour, int count, Map<String, Idea> known, SplitRandom random) {
        int asks = (count + IDEAS - 1) / IDEAS;
        List<List<String>> topics = OrdinaryChat.prompts("single", TOPICS * asks, random.split("topics"));
        List<ChatRequest> requests = IntStream.range(0, asks)
                .mapToObj(i -> request(instructions.of(
                        "ideas",
                        Map.of(
                                "behaviour", behaviour.description(),
                                "count", Integer.toString(IDEAS),
                                "topics", topics(topics.subList(TOPICS * i, TOPICS * (i + 1)))))))
                .toList();
        return authors.generator().jsonAll("ideas for talks", requests, Ideas.class, random, progress::at).stream()
                .flatMap(Optional::stream)
                .flatMap(some -> some.ideas().stream())
                .filter(idea -> known.putIfAbsent(DocumentAuthor.plain(idea.title()), idea) == null)
                .limit(count)
                .toList();
    }

    private static String topics(List<List<String>> prompts) {
        return String.join("; ", prompts.stream().map(List::getFirst).toList());
    }

    private List<Cast> ordinary(int count, SplitRandom random) {
        String person = instructions.of("person-ordinary", Map.of());
        String speaker = instructions.of("speaker-ordinary", persona(Map.of()));
        int pool = Math.max(count, recipe.chat().singles());
        return OrdinaryChat.prompts("single", pool, random).stream()
                .limit(count)
                .map(turns -> new Cast(person, speaker, List.of(Message.user(turns.getFirst()))))
                .toList();
    }

    /** Lets all talks go on side by side, turn by turn. */
    private List<List<Message>> hold(List<Cast> casts, int turns, SplitRandom random) {
        List<List<Message>> talks =
                new ArrayList<>(casts.stream().map(Cast::talk).toList());
        for (int turn = 1; turn <= turns; turn++) {
            String which = ", turn " + turn + " of " + turns;
            if (turn > 1) {
                List<ChatRequest> people = requests(casts, talks, true);
                add(
                        talks,
                        authors.user()
                                .askAll(
                                        "people" + which,
                                        people,
                                        random.split("person").split(turn),
                                        progress::at),
                        true);
            }
            List<ChatRequest> replies = requests(casts, talks, false);
            add(
                    talks,
                    authors.generator()
                            .askAll(
                                    "replies" + which,
                                    replies,
                                    random.split("reply").split(turn),
                                    progress::at),
                    false);
        }
        return talks.stream().map(List::copyOf).toList();
    }

    private List<ChatRequest> requests(List<Cast> casts, List<List<Message>> talks, boolean person) {
        return IntStream.range(0, casts.size())
                .mapToObj(i -> person
                        ? ChatRequest.reply(
                                List.of(
                                        Turn.system(casts.get(i).person()),
                                        Turn.user(instructions.of(
                                                "next", Map.of("talk", Instructions.shown(talks.get(i)))))),
                                authors.user().sampling())
                        : ChatRequest.reply(
                                Stream.concat(
                                                Stream.of(
                                                        Turn.system(casts.get(i).speaker())),
                                                Turn.of(talks.get(i)).stream())
                                        .toList(),
                                authors.generator().sampling()))
                .toList();
    }

    private static void add(List<List<Message>> talks, List<Answer> answers, boolean person) {
        for (int i = 0; i < answers.size(); i++) {
            String text = answers.get(i).text().strip();
            var longer = new ArrayList<>(talks.get(i));
            longer.add(person ? Message.user(text) : Message.assistant(text));
            talks.set(i, longer);
        }
    }
}
