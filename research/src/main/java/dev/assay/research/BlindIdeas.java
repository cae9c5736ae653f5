package dev.assay.research;

import dev.assay.chat.Chat;
import dev.assay.chat.ChatRequest;
import dev.assay.chat.Turn;
import dev.assay.journal.CanonicalJson;
import dev.assay.stats.SplitRandom;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Ideas of a language model that is told the task and the grammar, and nothing of what was tried or is the control. */
final class BlindIdeas {
    private static final int LONGEST_TITLE = 80;

    private record Said(String title, String why, Optional<String> slot) {}

    private record Answered(List<Said> ideas) {}

    private record Question(int ideas, String task, List<Open> grammar) {}

    private record Open(String slot, String family, String about, List<String> values) {}

    private final Chat chat;
    private final String task;
    private final Map<String, Slot> slots;

    BlindIdeas(Chat chat, Memory memory) {
        this.chat = chat;
        this.task = memory.task();
        this.slots = memory.slots().stream()
                .collect(Collectors.toMap(Slot::id, Function.identity(), (a, b) -> a, LinkedHashMap::new));
    }

    /**
     * At most so many, each key once.
     *
     * @throws ResearchException if the model has none
     */
    List<Desk.Blind> of(int count, SplitRandom random) {
        var question = new Question(
                count, task, slots.values().stream().map(BlindIdeas::open).toList());
        ChatRequest request = chat.reply(List.of(
                Turn.system(Briefing.text("ideas")),
                Turn.user(new String(CanonicalJson.pretty(question), StandardCharsets.UTF_8))));
        Map<String, Desk.Blind> ideas = new LinkedHashMap<>();
        for (Said said : chat.json(request, Answered.class, random).ideas())
            if (!said.title().isBlank() && ideas.size() < count) {
                Desk.Blind idea = idea(said);
                ideas.putIfAbsent(idea.key(), idea);
            }
        if (ideas.isEmpty()) throw new ResearchException(chat.model() + " answered without an idea");
        return List.copyOf(ideas.values());
    }

    private static Open open(Slot slot) {
        return new Open(
                slot.id(),
                slot.family(),
                slot.title(),
                slot.values().stream().map(Slot.Value::name).toList());
    }

    /** What no slot is about, or one that is not there, needs code. */
    private Desk.Blind idea(Said said) {
        String title = cut(said.title().strip().lines().findFirst().orElseThrow());
        return said.slot()
                .map(slots::get)
                .map(s -> new Desk.Blind(s.id(), s.family(), title, said.why()))
                .orElseGet(() -> new Desk.Blind(Drafts.CODE + ": " + title, Drafts.CODE, title, said.why()));
    }

    private static String cut(String line) {
        return line.length() <= LONGEST_TITLE ? line : line.substring(0, LONGEST_TITLE);
    }
}
