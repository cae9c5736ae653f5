package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.report.HtmlReport.Mark;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HighlightTest {
    @Test
    void overlappingNestedAndTouchingMarksMerge() {
        assertThat(Highlight.of(
                        "abcdefghij",
                        List.of(new Mark(6, 8), new Mark(0, 3), new Mark(2, 4), new Mark(1, 2), new Mark(8, 9))))
                .isEqualTo("<mark>abcd</mark>ef<mark>ghi</mark>j");
    }

    @Test
    void marksOutsideTheTextAreCutOrDropped() {
        assertThat(Highlight.of(
                        "abc",
                        List.of(new Mark(-5, 1), new Mark(2, Integer.MAX_VALUE), new Mark(7, 9), new Mark(2, 1))))
                .isEqualTo("<mark>a</mark>b<mark>c</mark>");
        assertThat(Highlight.of("", List.of(new Mark(0, 1)))).isEmpty();
    }

    @Test
    void marksWidenToWholeCharacters() {
        assertThat(Highlight.of("a😀b", List.of(new Mark(2, 3)))).isEqualTo("a<mark>😀</mark>b");
        assertThat(Highlight.of("a👩‍💻b", List.of(new Mark(3, 4)))).isEqualTo("a<mark>👩‍💻</mark>b");
        assertThat(Highlight.of("e\u0301x", List.of(new Mark(1, 2)))).isEqualTo("<mark>e\u0301</mark>x");
        assertThat(Highlight.of("\uDE00\uD83D", List.of(new Mark(1, 2)))).isEqualTo("\uFFFD<mark>\uFFFD</mark>");
    }

    @Test
    void whateverTheMarksTheTextStaysTheSame() {
        var random = new Random(1);
        for (int round = 0; round < 500; round++) {
            String text = random.ints(random.nextInt(12), 0, 6)
                    .mapToObj(i -> List.of("a", "😀", "\uD83D", "\uDE00", "\u0301", "<")
                            .get(i))
                    .collect(java.util.stream.Collectors.joining());
            var marks = IntStream.range(0, 4)
                    .mapToObj(_ -> new Mark(random.nextInt(-2, 20), random.nextInt(-2, 20)))
                    .toList();
            assertThat(Highlight.of(text, marks).replaceAll("</?mark>", "")).isEqualTo(Markup.escape(text));
        }
    }
}
