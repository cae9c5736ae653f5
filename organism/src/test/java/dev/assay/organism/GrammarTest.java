package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class GrammarTest {
    private final RandomGenerator random = SplitRandom.of(7).generator();

    static JsonNode yaml(String text) {
        try {
            return new YAMLMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Grammar grammar(String symbols) {
        return Grammar.of("test.yaml", yaml("grammar: " + symbols));
    }

    private String expand(Grammar grammar, String text) {
        return grammar.expand(text, random, new HashMap<>());
    }

    private Set<String> draws(Grammar grammar, String text, int count) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < count; i++) seen.add(expand(grammar, text));
        return seen;
    }

    @Test
    void drawsEveryAlternativeAtEachOccurrenceAnew() {
        Grammar g = grammar("{x: [a, b, c]}");
        assertThat(draws(g, "{x}{x}", 500)).hasSize(9).contains("ab", "ba", "cc");
    }

    @Test
    void boundSymbolIsDrawnOncePerConversation() {
        Grammar g = grammar("{x: [a, b, c], y: ['{=x}-{=x}']}");
        for (int i = 0; i < 200; i++) {
            Map<String, String> bound = new HashMap<>();
            String first = g.expand("{=x}", random, bound);
            assertThat(bound).containsEntry("x", first);
            assertThat(g.expand("{y} {=x}", random, bound)).isEqualTo(first + "-" + first + " " + first);
        }
    }

    @Test
    void plainOccurrenceOfABoundSymbolIsStillDrawn() {
        Grammar g = grammar("{x: [a, b, c]}");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 200; i++) seen.add(g.expand("{x}", random, new HashMap<>(Map.of("x", "a"))));
        assertThat(seen).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void columnsOfATableBelongTogether() {
        Grammar g = grammar(
                "{town: [{name: Bree, river: [the Rin, the Rinne]}, {name: '{u} Ulm', river: the Alz}], u: [Old]}");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 400; i++) {
            Map<String, String> bound = new HashMap<>();
            seen.add(g.expand("{=town.name} on {=town.river}", random, bound));
            assertThat(g.expand("{=town.name}", random, bound)).isEqualTo(bound.get("town.name"));
            if (bound.get("town.name").equals("Bree"))
                assertThat(g.expand("{town.river}", random, bound)).startsWith("the Rin");
        }
        assertThat(seen).containsExactlyInAnyOrder("Bree on the Rin", "Bree on the Rinne", "Old Ulm on the Alz");
        assertThat(draws(g, "{town.name}", 200)).containsExactlyInAnyOrder("Bree", "Old Ulm");
    }

    @Test
    void rowsWithOtherColumnsAndUnknownColumnsAreErrors() {
        assertThatThrownBy(() -> grammar("{town: [{name: Bree}, {nam: Ulm}]}"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("test.yaml: grammar.town")
                .hasMessageContaining("[nam]");
        assertThatThrownBy(() -> expand(grammar("{town: [{name: Bree}]}"), "{=town.mayor}"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("town.mayor");
    }

    @Test
    void codesSpellATextInNumbers() {
        Grammar g = grammar("{x: [Hi, Yo]}");
        assertThat(draws(g, "{codes:x}", 100)).containsExactlyInAnyOrder("72 105", "89 111");
        Map<String, String> bound = new HashMap<>(Map.of("x", "Yo"));
        assertThat(g.expand("{codes:=x} is {=x}", random, bound)).isEqualTo("89 111 is Yo");
    }

    @Test
    void givenValuesAreUsedAsTheyStand() {
        Grammar g = grammar("{x: [a]}");
        Map<String, String> values = new HashMap<>(Map.of("base", "if (a) { {x} }", "base.first", "One."));
        assertThat(g.expand("{base.first} {base}", random, values)).isEqualTo("One. if (a) { {x} }");
    }

    @Test
    void optionalSymbolShowsHalfOfTheTime() {
        Grammar g = grammar("{very: [very]}");
        int shown = 0;
        for (int i = 0; i < 4000; i++) {
            String text = expand(g, "a {very?} fine day");
            assertThat(text).isIn("a very fine day", "a fine day");
            if (text.contains("very")) shown++;
        }
        assertThat(shown).isBetween(1850, 2150);
    }

    @Test
    void optionalBoundSymbol() {
        Grammar g = grammar("{x: [a, b]}");
        assertThat(draws(g, "{=x?}|{=x?}", 400))
                .contains("|", "a|a", "b|b", "a|", "|b")
                .doesNotContain("a|b", "b|a");
    }

    @Test
    void weightsAreRatesAndDefaultToOne() {
        Grammar g = grammar("{x: [{w: 3, t: often}, rarely, {t: also}]}");
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < 10_000; i++) seen.merge(expand(g, "{x}"), 1, Integer::sum);
        assertThat(seen.get("often")).isBetween(5700, 6300);
        assertThat(seen.get("rarely")).isBetween(1800, 2200);
        assertThat(seen.get("also")).isBetween(1800, 2200);
    }

    @Test
    void alternativesMayHoldSymbols() {
        Grammar g = grammar("{a: ['{b} and {b}'], b: ['{c?}x'], c: ['un']}");
        assertThat(draws(g, "{a}", 300)).containsExactlyInAnyOrder("x and x", "unx and x", "x and unx", "unx and unx");
    }

    @Test
    void doubledBracesAreLiteral() {
        Grammar g = grammar("{x: [v]}");
        assertThat(expand(g, "{{\"key\": \"{x}\"}}")).isEqualTo("{\"key\": \"v\"}");
        assertThat(expand(g, "{{{x}}}")).isEqualTo("{v}");
        assertThat(expand(g, "{{x}}")).isEqualTo("{x}");
    }

    @Test
    void unknownSymbolIsNamed() {
        Grammar g = grammar("{x: ['{nowhere}']}");
        assertThatThrownBy(() -> expand(g, "{x}"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("{nowhere}");
    }

    @Test
    void openBraceIsAnError() {
        assertThatThrownBy(() -> expand(grammar("{x: [a]}"), "that is {x"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("that is {x");
    }

    @Test
    void endlessRecursionIsAnError() {
        Grammar g = grammar("{x: ['again {y}'], y: ['and {x}']}");
        assertThatThrownBy(() -> expand(g, "{x}"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("never ends");
    }

    @Test
    void symbolWithoutAlternativesIsAnErrorThatNamesFileAndSymbol() {
        assertThatThrownBy(() -> grammar("{x: []}"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("test.yaml")
                .hasMessageContaining("x");
    }

    @Test
    void expandCutsOuterSpacesAndPieceKeepsThem() {
        Grammar g = grammar("{x: [a], none: ['']}");
        assertThat(expand(g, "  {x} {none}  b ")).isEqualTo("a b");
        assertThat(g.piece(" {x} ", random, new HashMap<>())).isEqualTo(" a ");
        assertThat(g.piece("{none} {x}", random, new HashMap<>())).isEqualTo(" a");
        assertThat(g.piece("a\n    b {none} c", random, new HashMap<>())).isEqualTo("a\n    b c");
    }

    @Test
    void aFileMayHaveNoGrammar() {
        assertThat(expand(Grammar.of("test.yaml", yaml("other: 1")), "plain text"))
                .isEqualTo("plain text");
    }

    @Test
    void sameSeedSameTexts() {
        Grammar g = grammar("{x: [a, b, c, d, e, f]}");
        RandomGenerator one = SplitRandom.of(3).generator();
        RandomGenerator two = SplitRandom.of(3).generator();
        for (int i = 0; i < 100; i++)
            assertThat(g.expand("{x}{x?}{x}", one, new HashMap<>()))
                    .isEqualTo(g.expand("{x}{x?}{x}", two, new HashMap<>()));
    }
}
