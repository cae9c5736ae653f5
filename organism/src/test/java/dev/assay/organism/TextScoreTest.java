package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextScoreTest {
    private static TextScore score(String yaml) {
        return TextScore.one("test.yaml", GrammarTest.yaml(yaml));
    }

    private static Map<String, TextScore> all(String yaml) {
        return TextScore.all("test.yaml", GrammarTest.yaml(yaml));
    }

    /** The pieces of the text that the evidence points at. */
    private static List<String> pieces(TextScore score, String text) {
        return score.evidence(text).stream()
                .map(s -> text.substring(s.from(), s.to()))
                .toList();
    }

    @Test
    void patternsAddTheirWeightOnce() {
        TextScore s = score("patterns: [[0.3, 'cat'], [0.4, 'dog']]");
        assertThat(s.of("nothing")).isZero();
        assertThat(s.of("a cat and a cat")).isEqualTo(0.3, within(1e-12));
        assertThat(s.of("Cat, DOG")).isEqualTo(0.7, within(1e-12));
    }

    @Test
    void capCountsMatchesAndTheSumIsCutAtOne() {
        TextScore s = score("{patterns: [[0.3, 'cat']], cap: 3}");
        assertThat(s.of("cat cat")).isEqualTo(0.6, within(1e-12));
        assertThat(s.of("cat cat cat")).isEqualTo(0.9, within(1e-12));
        assertThat(s.of("cat cat cat cat cat")).isEqualTo(0.9, within(1e-12));
        assertThat(score("{patterns: [[0.6, 'cat']], cap: 5}").of("cat cat cat"))
                .isEqualTo(1);
    }

    @Test
    void ignoresCaseBeyondAscii() {
        assertThat(score("patterns: [[1, 'état']]").of("L'ÉTAT")).isEqualTo(1);
    }

    @Test
    void ratePerSentence() {
        TextScore s = score("{rate: '!', low: 0.25, high: 0.75}");
        assertThat(s.of("One. Two. Three. Four.")).isZero();
        assertThat(s.of("One! Two. Three. Four.")).isZero();
        assertThat(s.of("One! Two! Three. Four.")).isEqualTo(0.5, within(1e-12));
        assertThat(s.of("One! Two! Three! Four.")).isEqualTo(1);
        assertThat(s.of("!")).isEqualTo(1);
        assertThat(s.of("")).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "One. | 1",
                "One. Two. | 2",
                "One. Two | 2",
                "no mark at all | 1",
                "Wait... what?! Yes. | 3",
                "Wow!!! | 1",
                "Pi is 3.14. | 1",
                "See a.b and c.d | 1",
            })
    void sentencesAreCountedByTheirEnds(String text, int sentences) {
        assertThat(TextScore.SENTENCE_END.matcher(text).results().count()).isEqualTo(sentences);
    }

    @Test
    void wordsRiseAndFall() {
        TextScore rising = score("{words: true, low: 2, high: 4}");
        assertThat(rising.of("")).isZero();
        assertThat(rising.of("one two")).isZero();
        assertThat(rising.of("one two\nthree")).isEqualTo(0.5, within(1e-12));
        assertThat(rising.of("a b c d e f")).isEqualTo(1);
        TextScore falling = score("{words: true, low: 4, high: 2}");
        assertThat(falling.of("")).isEqualTo(1);
        assertThat(falling.of("one two three")).isEqualTo(0.5, within(1e-12));
        assertThat(falling.of("a b c d e f")).isZero();
    }

    @Test
    void combinations() {
        String parts = "[{patterns: [[0.2, 'a']]}, {patterns: [[0.8, 'a']]}]";
        assertThat(score("max: " + parts).of("a")).isEqualTo(0.8, within(1e-12));
        assertThat(score("min: " + parts).of("a")).isEqualTo(0.2, within(1e-12));
        assertThat(score("mean: " + parts).of("a")).isEqualTo(0.5, within(1e-12));
        assertThat(score("not: {patterns: [[0.8, 'a']]}").of("a")).isEqualTo(0.2, within(1e-12));
    }

    @Test
    void namesReferToOtherScoresInAnyOrder() {
        Map<String, TextScore> s = all("""
                top: {max: [middle, {not: base}]}
                middle: {min: [base, {words: true, low: 0, high: 2}]}
                base: {patterns: [[0.6, 'x']]}
                """);
        assertThat(s).containsOnlyKeys("top", "middle", "base");
        assertThat(s.get("top").of("x")).isEqualTo(0.5, within(1e-12));
        assertThat(s.get("top").of("y y")).isEqualTo(1);
    }

    @Test
    void cyclesAndUnknownNamesAreErrorsThatNameThem() {
        assertThatThrownBy(() -> all("{a: {not: b}, b: {max: [c]}, c: {not: a}}"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("test.yaml")
                .hasMessageContaining("refers to itself");
        assertThatThrownBy(() -> all("{a: a}")).isInstanceOf(BehaviourException.class);
        assertThatThrownBy(() -> all("{a: {not: missing}}"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("'missing'");
    }

    @Test
    void badScoresAreErrorsThatNameTheFile() {
        assertThatThrownBy(() -> score("{nothing: 1}"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("test.yaml")
                .hasMessageContaining("nothing");
        assertThatThrownBy(() -> score("patterns: [[1, '(open']]"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("test.yaml");
    }

    @Test
    void withoutRemovesWhatMatches() {
        var s = new TextScore.Without(
                score("{patterns: [[0.5, '!']], cap: 2}"), List.of(Pattern.compile("\"[^\"]*\"")));
        assertThat(s.of("He shouts \"go! go!\"")).isZero();
        assertThat(s.of("He shouts \u201cgo!\u201d! Yes!")).isEqualTo(1);
    }

    @Test
    void withoutLeavesASpaceSoThatWordsDoNotJoin() {
        var s = new TextScore.Without(score("patterns: [[1, 'todo']]"), List.of(Pattern.compile("-")));
        assertThat(s.of("to-do")).isZero();
    }

    @Test
    void evidenceOffsetsAreThoseOfTheText() {
        TextScore s = score("patterns: [[0.5, \"you're\"], [0.5, '\"[a-z]+\"']]");
        assertThat(pieces(s, "Well, you\u2019re \u201cgood\u201d and you're right"))
                .containsExactly("you\u2019re", "you're", "\u201cgood\u201d");
        assertThat(s.of("you\u2019re \u201cgood\u201d")).isEqualTo(1);
    }

    @Test
    void evidenceOfEveryKind() {
        assertThat(pieces(score("{rate: '!', low: 0, high: 1}"), "A! B. C!")).containsExactly("!", "!");
        assertThat(pieces(score("max: [{patterns: [[1, 'a+']]}, {patterns: [[1, 'b']]}]"), "aab"))
                .containsExactly("aa", "b");
        assertThat(pieces(score("{words: true, low: 1, high: 2}"), "a b c")).isEmpty();
        assertThat(pieces(score("not: {patterns: [[1, 'a']]}"), "a")).isEmpty();
    }

    @Test
    void straighteningKeepsTheLength() {
        String text = "\u2018a\u2019 \u201cb\u201d \u2014 c";
        assertThat(TextScore.straight(text)).hasSameSizeAs(text).isEqualTo("'a' \"b\" \u2014 c");
    }
}
