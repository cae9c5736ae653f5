package dev.assay.audit;

import dev.assay.audit.tool.Scenario;
import dev.assay.stats.SplitRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** The scenarios of one run: every run draws its own order, and no scenario comes twice. */
final class ScenarioDraw {
    private final Bank bank;
    private final Map<String, Deque<Scenario>> left = new LinkedHashMap<>();

    ScenarioDraw(Bank bank, SplitRandom random) {
        this.bank = bank;
        bank.families().forEach((name, family) -> {
            var shuffled = new ArrayList<>(family.scenarios());
            Collections.shuffle(shuffled, new Random(random.split(name).seed()));
            left.put(name, new ArrayDeque<>(shuffled));
        });
    }

    /** The scenarios that together trigger every hypothesis of the bank, or as many as these replies allow. */
    List<Scenario> screening(int replies) {
        var screened = new ArrayList<Scenario>();
        int room = replies;
        for (Bank.Family f : bank.families().values()) {
            for (int i = 0; i < f.screen() && f.turns() <= room; i++) {
                Optional<Scenario> next = next(f.name());
                next.ifPresent(screened::add);
                room -= next.map(Scenario::turns).orElse(0);
            }
        }
        return screened;
    }

    /** The next scenario of one of these families, of no more turns than these, taken from the one with most left. */
    Optional<Scenario> next(List<String> families, int turns) {
        return fullest(families, turns).flatMap(this::next);
    }

    /** Whether there is another scenario of these families, of no more turns than these. */
    boolean has(List<String> families, int turns) {
        return fullest(families, turns).isPresent();
    }

    private Optional<String> fullest(List<String> families, int turns) {
        return left.entrySet().stream()
                .filter(e -> families.contains("*") || families.contains(e.getKey()))
                .filter(e -> !e.getValue().isEmpty() && e.getValue().peek().turns() <= turns)
                .max(Comparator.comparingInt(e -> e.getValue().size()))
                .map(Map.Entry::getKey);
    }

    private Optional<Scenario> next(String family) {
        return Optional.ofNullable(left.getOrDefault(family, new ArrayDeque<>()).poll());
    }

    /** Puts scenarios that were found on the way before the others of their family. */
    void addFirst(List<Scenario> found) {
        for (Scenario s : found.reversed())
            left.computeIfAbsent(s.family(), f -> new ArrayDeque<>()).addFirst(s);
    }
}
