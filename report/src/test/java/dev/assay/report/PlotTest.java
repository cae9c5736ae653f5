package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.report.HtmlReport.Estimate;
import dev.assay.report.HtmlReport.Level;
import dev.assay.report.HtmlReport.Line;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlotTest {
    @Test
    void linearAxis() {
        var axis = new Axis(-0.5, 1, false);
        assertThat(axis.at(0.25)).isEqualTo(0.5);
        assertThat(axis.at(-9)).isZero();
        assertThat(axis.at(9)).isEqualTo(1);
        assertThat(axis.ticks(5)).containsExactly(-0.5, 0.0, 0.5, 1.0);
        assertThat(axis.ticks(5).stream().map(axis::label)).containsExactly("−0.5", "0.0", "0.5", "1.0");
        assertThat(new Axis(0, 64, false).ticks(6)).containsExactly(0.0, 20.0, 40.0, 60.0);
    }

    @Test
    void logAxis() {
        var axis = new Axis(0.01, 100, true);
        assertThat(axis.at(1)).isCloseTo(0.5, within(1e-12));
        assertThat(axis.at(10)).isCloseTo(0.75, within(1e-12));
        assertThat(axis.at(0)).isZero();
        assertThat(axis.ticks(6).stream().map(axis::label)).containsExactly("0.01", "0.1", "1", "10", "100");
        var wide = new Axis(1e-8, 1e12, true);
        assertThat(wide.ticks(5).stream().map(wide::label))
                .containsExactly("10⁻⁸", "10⁻⁴", "1", "10⁴".replace("10⁴", "10000"), "10⁸", "10¹²");
        var narrow = new Axis(0.7, 30, true);
        assertThat(narrow.ticks(5).stream().map(narrow::label)).containsExactly("1", "2", "5", "10", "20");
    }

    @Test
    void axesOfDegenerateDataStillHaveRoom() {
        for (boolean log : new boolean[] {true, false})
            for (double[] data : new double[][] {
                {}, {3, 3}, {0, 0}, {Double.NaN}, {1e308, -1e308}, {1e300, 1e-300}, {Double.MIN_VALUE}, {1e16, 1e16 + 2}
            }) {
                var axis = Axis.around(DoubleStream.of(data), log, 0.06);
                assertThat(axis.low()).isLessThan(axis.high());
                assertThat(axis.ticks(5)).hasSizeLessThan(20);
                axis.ticks(5).forEach(axis::label);
            }
    }

    /** Three tools of which every finding is right have a precision of 1, and no axis up to 1.4. */
    @Test
    void aSingleShareIsSeenAmongShares() {
        var axis = Axis.around(DoubleStream.of(1, 1, 1), false, 0.06);
        assertThat(axis.ticks(5).stream().map(axis::label)).containsExactly("0.0", "0.5", "1.0");
        assertThat(axis.high()).isBetween(1.0, 1.1);
    }

    @Test
    void dotsAndWhiskersLieAtTheirValues() {
        String svg = new IntervalPlot(0, 2).render(List.of(new Estimate("a", 0.5, 0.25, 1, "")));
        assertThat(svg)
                .contains(
                        "<circle class=\"dot\" cx=\"25%\"",
                        "<line class=\"whisker\" x1=\"12.5%\" x2=\"50%\"", "<b>0.50</b> <span>[0.25, 1.00]</span>");
    }

    @Test
    void whatLeavesTheAxisGetsAnArrowAndNoDot() {
        String svg = new IntervalPlot(0, 1).render(List.of(new Estimate("a", 1.5, 0.5, Double.POSITIVE_INFINITY, "")));
        assertThat(svg)
                .contains("x2=\"100%\" y1=\"50%\"", "M-7 -4L-1 0L-7 4", "[0.50, ∞]")
                .doesNotContain("<circle");
        assertThat(new IntervalPlot(0, 1)
                        .render(List.of(new Estimate("a", Double.NaN, Double.NaN, Double.NaN, "void"))))
                .contains("<b>–</b>", "void")
                .doesNotContain("<circle", "whisker", "NaN");
    }

    @Test
    void pathFollowsTheLogAxisAndBreaksAtMissingPoints() {
        double[] x = {0, 1, 2, 3, 4};
        var line = new Line("e", x, new double[] {1, 10, Double.NaN, 0, 100}, true);
        String svg = new LinePlot(true, List.of(line), List.of()).render("pairs", "e-value");
        // 320 px over two decades with 6 % air above and below
        double decade = 320 / (2 * 1.12);
        String one = Markup.coordinate(320 - 0.12 * decade);
        String ten = Markup.coordinate(320 - 1.12 * decade);
        String hundred = Markup.coordinate(320 - 2.12 * decade);
        assertThat(svg)
                .contains("d=\"M0 " + one + "L250 " + ten + "M750 320L1000 " + hundred + "\"")
                .doesNotContain("NaN");
    }

    @Test
    void stoppedLinesKeepTheirEndAndALeadToTheirLabel() {
        var whole = new Line("whole", new double[] {0, 10}, new double[] {1, 2}, false);
        var stopped = new Line("stopped", new double[] {0, 5, 10}, new double[] {1, 3, Double.NaN}, true);
        String svg = new LinePlot(false, List.of(stopped, whole), List.of(new Level(2.5, "limit"))).render("", "");
        assertThat(svg)
                .contains(
                        "<circle class=\"hue0\" cx=\"50%\"",
                        "<line class=\"lead\" x1=\"50%\" x2=\"100%\"", ">limit</text>");
        assertThat(svg.indexOf("class=\"other\"")).isLessThan(svg.indexOf("class=\"hue0\""));
    }

    @Test
    void panelsShareTheirAxesAndALabelItsColour() {
        var low = new Line(
                "td", new double[] {0, 1}, new double[] {0, .5}, new double[] {0, .4}, new double[] {0, .6}, true);
        var high = new Line("sdf", new double[] {0, 1}, new double[] {.5, 1}, true);
        var panels = new LinkedHashMap<String, List<Line>>();
        panels.put("<first>", List.of(low));
        panels.put("second", List.of(high, low));
        String html = new PanelPlot(panels).render("dose", "strength");
        String rising = "M40.59 106.04L205.41 57";
        assertThat(html)
                .contains(
                        "&lt;first&gt;",
                        "<span class=\"hue0\" dir=\"auto\">td</span>",
                        "td: 0.00 at 0.00, 0.50 at 1.00")
                .containsSubsequence(rising, "<g class=\"hue1\">", "<g class=\"hue0\">", rising)
                .doesNotContain("<first>", "NaN");
        assertThat(new PanelPlot(Map.of()).render("", "")).contains("Nothing to draw");
    }

    @Test
    void beyondTwoDozenLinesOnlyTheEmphasisedAreNamed() {
        var lines = IntStream.range(0, 40)
                .mapToObj(i -> new Line("l" + i, new double[] {0, 1}, new double[] {0, i}, i == 7))
                .toList();
        assertThat(new LinePlot(false, lines, List.of()).render("", ""))
                .contains(">l7</span>", "39 other lines")
                .doesNotContain(">l8</span>");
    }

    @Test
    void labelsMoveApartByTheLeast() {
        assertThat(Spread.apart(new double[] {50, 10, 52}, 10, 0, 100)).containsExactly(46, 10, 56);
        assertThat(Spread.apart(new double[] {99, 99}, 10, 0, 100)).containsExactly(90, 100);
        assertThat(Spread.apart(new double[] {5, 5, 5}, 10, 0, 10)).containsExactly(0, 5, 10);
        var random = new Random(2);
        for (int round = 0; round < 200; round++) {
            double[] placed = Spread.apart(random.doubles(12, -50, 350).toArray(), 17, 0, 300);
            Arrays.sort(placed);
            for (int i = 1; i < placed.length; i++)
                assertThat(placed[i] - placed[i - 1]).isGreaterThanOrEqualTo(17 - 1e-9);
            assertThat(placed[0]).isGreaterThanOrEqualTo(0);
            assertThat(placed[11]).isLessThanOrEqualTo(300 + 1e-9);
        }
    }

    @Test
    void numbersForPeople() {
        assertThat(Markup.number(-0.004, 2)).isEqualTo("0.00");
        assertThat(Markup.number(-1.5, 1)).isEqualTo("−1.5");
        assertThat(Markup.number(3e9, 2)).isEqualTo("3.00e+09");
        assertThat(Markup.coordinate(12.3456)).isEqualTo("12.35");
        assertThat(Markup.coordinate(1e-9)).isEqualTo("0");
    }
}
