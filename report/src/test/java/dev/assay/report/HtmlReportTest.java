package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.report.HtmlReport.Estimate;
import dev.assay.report.HtmlReport.Level;
import dev.assay.report.HtmlReport.Line;
import dev.assay.report.HtmlReport.Mark;
import dev.assay.report.HtmlReport.Tone;
import dev.assay.report.HtmlReport.Turn;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class HtmlReportTest {
    @Test
    void demoIsWellFormedSelfContainedAndTheSameEachTime() throws Exception {
        String html = Demo.report().toHtml();
        Files.writeString(Path.of("target/demo.html"), html);
        assertThat(Demo.report().toHtml()).isEqualTo(html);
        assertThat(html.replace("http-equiv", ""))
                .doesNotContain("http", "src=", "url(", "@import", "<script", "<link");
        for (Element element : elements(parse(html)))
            for (Attr attribute : attributes(element)) {
                assertThat(attribute.getName()).doesNotStartWith("on").isNotIn("src", "srcset", "action", "xlink:href");
                if (attribute.getName().equals("href"))
                    assertThat(attribute.getValue()).startsWith("#");
            }
    }

    @Test
    void whatIsAttachedComesBackAndIsCheckedByItsHash() throws Exception {
        byte[] bytes = new byte[1000];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) i;
        String html =
                new HtmlReport("t", "").attach("some", "application/zip", bytes).toHtml();
        parse(html);
        assertThat(Attachment.read(html, "some")).isEqualTo(bytes);
        assertThat(html).contains("data-sha256=\"" + Attachment.sha256(bytes) + "\"");
        assertThatThrownBy(() -> Attachment.read(html, "other")).hasMessageContaining("it carries no data");
        assertThatThrownBy(() -> Attachment.read(html.replace("AAEC", "AAED"), "some"))
                .hasMessageContaining("SHA-256");
        assertThatThrownBy(() -> Attachment.read(html.replace("AAEC", "A?EC"), "some"))
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> Attachment.read(html.substring(0, html.indexOf("</script>")), "some"))
                .hasMessageContaining("cut off");
    }

    @Test
    void contentsLeadToTheSections() throws Exception {
        var document = parse(new HtmlReport("t", "")
                .section("What differs")
                .section("What differs!")
                .section("目次")
                .details("more", d -> d.section("Not listed"))
                .toHtml());
        var targets = elements(document).stream()
                .filter(e -> e.getTagName().equals("a"))
                .map(e -> e.getAttribute("href"))
                .toList();
        var anchors = elements(document).stream()
                .filter(e -> e.getTagName().equals("h2"))
                .map(e -> "#" + e.getAttribute("id"))
                .toList();
        assertThat(targets).isEqualTo(anchors).containsExactly("#what-differs", "#what-differs-2", "#section");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "\"'><img src=x onerror=alert(1)>",
                "]]>",
                "</style></title><script>x</script>",
                "&lt;b&gt; &amp;",
                "%s %d %n",
                "a\u0000b\u001B[31m\u0085c\uFFFE",
                "\uD83D lone \uDE00",
                "<!-- --> <![CDATA[",
                "\u202Eevil",
                ""
            })
    void untrustedTextIsInertInEveryPosition(String evil) throws Exception {
        var document = parse(everywhere(evil).toHtml());
        var harmless = parse(everywhere("harmless").toHtml());
        assertThat(shape(document)).isEqualTo(shape(harmless));
        String shown =
                evil.replace('\u0000', '␀').replace('\u001B', '␛').replaceAll("[\u0085\uFFFE]|\\p{Cs}", "\uFFFD");
        for (String tag : List.of("title", "h1", "h2", "h3", "dt", "dd", "th", "td", "summary"))
            assertThat(elements(document))
                    .anyMatch(e ->
                            e.getTagName().equals(tag) && e.getTextContent().equals(shown));
    }

    /** Every kind of block, the text in every place that takes text. */
    private static HtmlReport everywhere(String text) {
        double[] x = {1, 2, 3};
        // an empty text leaves out optional elements, so those get a constant one then
        String kept = text.isEmpty() ? "kept" : text;
        return new HtmlReport(text, kept)
                .section(text)
                .section(text)
                .prose(text)
                .verdict(Tone.WARN, text, text)
                .facts(Map.of(text, text))
                .table(text + kept, List.of(text, text), List.of(List.of(text, "x"), List.of("x", text)))
                .intervals(kept, 0, 1, List.of(new Estimate(text, 0.5, 0.2, 0.7, kept)))
                .lines(
                        kept,
                        text,
                        text,
                        true,
                        List.of(new Line(text, x, x, true), new Line(text, x, x, false)),
                        List.of(new Level(2, text)))
                .transcripts(
                        kept,
                        text,
                        List.of(new Turn(text, text + "x", List.of(new Mark(0, 9999)))),
                        text,
                        List.of(new Turn("user", text, List.of())))
                .details(text, inside -> inside.section(text).prose(text));
    }

    /** Elements with their attributes, less those that hold text or anchors or depend on its length. */
    private static List<String> shape(Document document) {
        return elements(document).stream()
                .map(e -> e.getTagName()
                        + attributes(e).stream()
                                .filter(a -> !List.of("id", "href", "aria-label", "title")
                                        .contains(a.getName()))
                                .map(a -> a.getName().equals("style")
                                        ? a.getValue().replaceAll("\\d+", "0")
                                        : a.toString())
                                .toList())
                .toList();
    }

    @Test
    void speakerNeverBecomesAClass() {
        String html = new HtmlReport("", "")
                .transcripts("", "", List.of(new Turn("good bad", "x", List.of())), "", List.of())
                .toHtml();
        assertThat(html).contains("<div class=\"turn someone\"><p class=\"speaker\">good bad</p>");
    }

    @Test
    void whiteSpaceOfTurnsIsKept() throws Exception {
        var document = parse(new HtmlReport("", "")
                .transcripts("", "", List.of(new Turn("user", "\n  a\n\tb  ", List.of())), "", List.of())
                .toHtml());
        assertThat(elements(document))
                .anyMatch(e -> e.getAttribute("class").equals("text")
                        && e.getTextContent().equals("\n  a\n\tb  "));
    }

    @Test
    void columnsOfNumbersStandRight() throws Exception {
        var rows = List.of(
                List.of("a", "1,024", "0.52 [0.41, 0.63]", "−3 %", "2 of 3", "12/40", "1e-7"),
                List.of("b", "–", "", "<0.1", "1", "3", "∞"));
        var document = parse(new HtmlReport("", "")
                .table("c", List.of("1", "2", "3", "4", "5", "6", "7"), rows)
                .toHtml());
        var right = elements(document).stream()
                .filter(e ->
                        e.getTagName().equals("th") && e.getAttribute("class").equals("number"))
                .map(Element::getTextContent)
                .toList();
        assertThat(right).containsExactly("2", "3", "4", "6", "7");
    }

    @Test
    void emptyBlocksAreFine() throws Exception {
        parse(new HtmlReport("", "")
                .facts(Map.of())
                .table("", List.of(), List.of())
                .intervals("", 0, 1, List.of())
                .lines("", "", "", true, List.of(), List.of())
                .transcripts("", "", List.of(), "", List.of())
                .toHtml());
    }

    @Test
    void mistakesSayWhatIsWrong() {
        var report = new HtmlReport("", "");
        assertThatThrownBy(() -> report.table("rates", List.of("a", "b"), List.of(List.of("1"))))
                .hasMessage("table 'rates' has 2 columns, but a row has 1 cells");
        assertThatThrownBy(() -> new Line("l", new double[2], new double[3], false))
                .hasMessageContaining("give one y per x");
        assertThatThrownBy(() -> report.intervals("", 1, 1, List.of())).hasMessageContaining("finite low < high");
    }

    @Test
    void aFailureInsideDetailsLeavesTheReportWhole() throws Exception {
        var report = new HtmlReport("", "");
        assertThatThrownBy(() -> report.details("s", inside -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        parse(report.intervals("after", 0, 1, List.of()).toHtml());
        assertThatThrownBy(() -> report.lines("l", "", "", true, List.of(), null))
                .isInstanceOf(NullPointerException.class);
        parse(report.toHtml());
    }

    static Document parse(String html) throws Exception {
        assertThat(html).startsWith("<!DOCTYPE html>\n");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.substring(html.indexOf('\n') + 1))));
    }

    static List<Element> elements(Document document) {
        var nodes = document.getElementsByTagName("*");
        return java.util.stream.IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }

    private static List<Attr> attributes(Element element) {
        var nodes = element.getAttributes();
        return java.util.stream.IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Attr) nodes.item(i))
                .toList();
    }
}
