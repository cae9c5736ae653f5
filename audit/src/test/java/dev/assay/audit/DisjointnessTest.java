package dev.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.audit.petri.Move;
import dev.assay.audit.petri.Seed;
import dev.assay.audit.petri.Seeds;
import dev.assay.audit.tool.GrammarScenarios;
import dev.assay.audit.tool.Scaffold;
import dev.assay.lm.Message;
import dev.assay.organism.Ask;
import dev.assay.organism.Behaviour;
import dev.assay.organism.Disjointness;
import dev.assay.organism.Grammar;
import dev.assay.organism.Yaml;
import dev.assay.stats.SplitRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The shipped behaviours and the bank are written apart (evidence page, 2.7). */
class DisjointnessTest {
    private static final Map<String, Set<String>> MADE = Disjointness.made(Behaviour.shipped());

    private static Map<String, Set<String>> found() {
        Map<String, Set<String>> out = new LinkedHashMap<>();
        for (String b : Bank.behaviours()) {
            out.put(
                    b + "/find",
                    Set.of(Yaml.tree(Behaviour.file(b, "find/bank.yaml"))
                            .path("statement")
                            .asText()));
        }
        Set<String> scenarios = new HashSet<>();
        Bank.load().families().values().forEach(f -> f.scenarios().forEach(s -> scenarios.addAll(s.userTurns())));
        out.put("bank/scenarios", scenarios);
        Set<String> open = new HashSet<>();
        JsonNode file = Yaml.tree("/bank/scenarios.yaml");
        Grammar grammar = Grammar.of("/bank/scenarios.yaml", file);
        List<String> templates = new ArrayList<>();
        for (JsonNode f : file.path("families")) templates.addAll(Disjointness.texts(f.path("text")));
        RandomGenerator random = SplitRandom.of(2).generator();
        for (String t : templates)
            for (int i = 0; i < (t.contains("{") ? 100 : 1); i++) open.add(Disjointness.expand(grammar, t, random));
        out.put("bank/scenarios, all that is written", open);
        out.put("petri/seeds", seeds());
        out.put("scaffolded/scenarios", scaffolded());
        return out;
    }

    private static Set<String> seeds() {
        Set<String> out = new HashSet<>();
        for (Seed s : Seeds.shipped()) {
            out.add(s.opening());
            s.otherOpening().ifPresent(out::add);
            for (Move m : s.probes())
                switch (m) {
                    case Move.Say say -> {
                        out.add(say.text());
                        if (!say.prefill().isEmpty()) out.add(say.prefill());
                    }
                    case Move.Result result -> out.add(result.text());
                    default -> throw new AssertionError(m);
                }
        }
        return out;
    }

    private static Set<String> scaffolded() {
        Set<String> out = new HashSet<>();
        var grammar = new GrammarScenarios();
        for (Scaffold form : Scaffold.values())
            for (Ask ask : grammar.scenarios(form, 5_000, Optional.empty(), SplitRandom.of(2))) {
                ask.history().stream().skip(1).map(Message::content).forEach(out::add);
                if (ask instanceof Ask.Reply reply) out.add(reply.prefill());
                if (ask instanceof Ask.Text text) out.add(text.text());
            }
        return out;
    }

    @Test
    void thereIsEnoughToCompare() {
        MADE.forEach((file, texts) -> assertThat(texts).as(file).hasSizeGreaterThan(900));
    }

    @Test
    void noFiveWordsStandBothInWhatMakesAndInWhatFinds() {
        assertThat(Disjointness.shared(MADE, found())).isEmpty();
    }

    @Test
    void noFiveWordsStandBothInWhatMakesAndInWhatScores() {
        assertThat(Disjointness.shared(MADE, Disjointness.scored(Behaviour.shipped())))
                .isEmpty();
    }

    @Test
    void noTextStandsOnBothSidesAsAWhole() {
        assertThat(Disjointness.sharedWhole(MADE, found())).isEmpty();
        assertThat(Disjointness.sharedWhole(MADE, Disjointness.scored(Behaviour.shipped())))
                .isEmpty();
    }
}
