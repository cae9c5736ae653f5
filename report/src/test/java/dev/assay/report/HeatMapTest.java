package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.report.HtmlReport.Line;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeatMapTest {
    private static final double NAN = Double.NaN;

    @Test
    void cellsLieInTheirRowAndColumnAndNeighboursAreOneBar() {
        String svg = new HeatMap(0, 1, new double[][] {{1, 1, 0}, {0, 0.5, NAN}}).render("features", "latents");
        assertThat(svg)
                .contains(
                        "viewBox=\"0 0 3 2\"",
                        "<path fill-opacity=\"1\" d=\"M0 0h2v1h-2z\"/>",
                        "<path fill-opacity=\"0.5\" d=\"M1 1h1v1h-1z\"/>")
                .doesNotContain("NaN");
        assertThat(svg.split("<path", -1)).hasSize(3);
    }

    @Test
    void whatLiesBeyondIsHeldAtTheEnd() {
        assertThat(new HeatMap(0, 0.1, new double[][] {{7, -7}}).render("", ""))
                .contains("fill-opacity=\"1\" d=\"M0 0h1v1h-1z\"")
                .doesNotContain("M1 0");
    }

    @Test
    void rowsAreOfOneLength() {
        assertThatThrownBy(() -> new HeatMap(0, 1, new double[][] {{1}, {1, 2}}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new HeatMap(0, 1, new double[0][]).render("", "")).contains("Nothing to draw");
    }

    @Test
    void manyPointsHaveABandAndFewHaveWhiskers() {
        double[] x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        double[] y = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        double[] low = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        double[] high = {2, 2, 2, 2, 2, 2, 2, 2, 2, NAN};
        assertThat(plot(new Line("a", x, y, low, high, true)))
                .contains("class=\"hue0 band\" d=\"M0 17.14L111.11 17.14", "Z\"")
                .doesNotContain("bar", "NaN");
        assertThat(plot(new Line(
                        "a",
                        new double[] {0, 1},
                        new double[] {1, 1},
                        new double[] {0, 0},
                        new double[] {2, NAN},
                        true)))
                .contains("class=\"hue0 bar\" d=\"M28.3 302.86V17.14\"")
                .doesNotContain("band", "NaN")
                .satisfies(svg -> assertThat(svg.split("<circle", -1)).hasSize(3));
    }

    private static String plot(Line line) {
        return new LinePlot(false, List.of(line), List.of()).render("", "");
    }
}
