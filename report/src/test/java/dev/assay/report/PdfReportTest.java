package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;

class PdfReportTest {
    private static byte[] demo(int rows) {
        var pdf = new PdfReport("A title that says what was found", "when and by whom");
        pdf.verdict(HtmlReport.Tone.GOOD, "promoted", "F1 rose by 0.05.");
        pdf.section("Result").prose("Größer, ≥ 5 seeds, and a character that no font has: \uE000.");
        pdf.facts(Map.of("Sandbox", "landlock"));
        pdf.table(
                "Means",
                List.of("name", "value"),
                IntStream.range(0, rows)
                        .mapToObj(i -> List.of("row " + i, "0." + i))
                        .toList());
        pdf.intervals("Differences", -1, 1, List.of(new HtmlReport.Estimate("a", 0.5, -2, 0.7, "5 pairs")));
        pdf.lines(
                "F1",
                "pair",
                "F1",
                false,
                List.of(new HtmlReport.Line(
                        "control", new double[] {1, 2, 3}, new double[] {0.1, Double.NaN, 0.3}, true)),
                List.of(new HtmlReport.Level(0.2, "floor")));
        return pdf.toPdf();
    }

    private static String text(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document);
        }
    }

    @Test
    void holdsAllThatWasGiven() throws IOException {
        assertThat(text(demo(3)))
                .contains(
                        "A title that says what was found",
                        "promoted",
                        "Größer, ≥ 5 seeds",
                        "landlock",
                        "row 2",
                        "Differences")
                .contains("control", "floor")
                .doesNotContain("\uE000");
    }

    @Test
    void longTablesGoOnToFurtherPagesWithoutLosingARow() throws IOException {
        byte[] pdf = demo(200);
        try (PDDocument document = Loader.loadPDF(pdf)) {
            assertThat(document.getNumberOfPages()).isGreaterThan(3);
        }
        String text = text(pdf);
        for (int i = 0; i < 200; i++) assertThat(text).contains("row " + i);
    }

    @Test
    void theSameCallsGiveTheSameText() throws IOException {
        assertThat(text(demo(5))).isEqualTo(text(demo(5)));
    }

    @Test
    void aRowOfAnotherLengthIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PdfReport("t", "").table("c", List.of("a"), List.of(List.of("1", "2"))));
    }
}
