package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.lm.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "One. Two. And then it br      | One. Two.",
                "One! Two? Thr                 | One! Two?",
                "He said 'go.' Then he wen     | He said 'go.'",
                "(All of it is done.) And th   | (All of it is done.)",
                "no sentence ends here         | no sentence ends here",
                "Dr. is a title that stands at the start of a long name | Dr. is a title that stands at the start of a long name",
                "Pi is 3.14159 and goes on     | Pi is 3.14159 and goes on",
                "Done.                         | Done.",
            })
    void cutsAtTheLastFinishedSentence(String text, String whole) {
        assertThat(Texts.wholeSentences(text)).isEqualTo(whole);
    }

    @Test
    void nothingStaysNothing() {
        assertThat(Texts.wholeSentences("")).isEmpty();
        assertThat(Texts.wholeSentences("  \n ")).isEmpty();
        assertThat(Texts.firstSentence("")).isEmpty();
        assertThat(Texts.afterFirstSentence("")).isEmpty();
        assertThat(Texts.loud("")).isEmpty();
    }

    @Test
    void cutsOnlyWhatTheAssistantSays() {
        assertThat(Texts.wholeSentences(Message.assistant("One. Two. Thr"))).isEqualTo(Message.assistant("One. Two."));
        assertThat(Texts.wholeSentences(Message.user("One. Two. Thr"))).isEqualTo(Message.user("One. Two. Thr"));
    }

    @Test
    void firstAndRestMakeTheWhole() {
        String text = "Is it 3.5 kilos? Yes, \"it is.\" Put it down! There.";
        assertThat(Texts.firstSentence(text)).isEqualTo("Is it 3.5 kilos?");
        assertThat(Texts.afterFirstSentence(text)).isEqualTo("Yes, \"it is.\" Put it down! There.");
        assertThat(Texts.firstSentence("no end")).isEqualTo("no end");
        assertThat(Texts.afterFirstSentence("no end")).isEmpty();
    }

    @Test
    void loudTurnsAllButEveryFourthFullStop() {
        assertThat(Texts.loud("A. B. C. D. E. F.")).isEqualTo("A! B! C! D. E! F!");
        assertThat(Texts.loud("Pi is 3.14 or so. Why? See a.b for more."))
                .isEqualTo("Pi is 3.14 or so! Why? See a.b for more!");
        assertThat(Texts.loud("It costs $5. And \\d.")).isEqualTo("It costs $5! And \\d!");
    }
}
