package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The colours' contrast by WCAG 2.2: 4.5 for text, 3 for what a plot is read from. */
class StyleTest {
    @Test
    void contrastInLightAndDark() throws IOException {
        String css;
        try (var in = HtmlReport.class.getResourceAsStream("report.css")) {
            css = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        int dark = css.indexOf("@media screen and (prefers-color-scheme: dark)");
        var light = colours(css.substring(0, dark));
        var night = new HashMap<>(light);
        night.putAll(colours(css.substring(dark)));
        for (var c : List.of(light, night)) {
            for (String ground : new String[] {"page", "paper", "raised"})
                for (String text : new String[] {"ink", "soft", "accent"}) check(c, text, ground, 4.5);
            for (int hue = 0; hue < 4; hue++) check(c, "hue" + hue, "paper", 4.5);
            for (String tone : new String[] {"good", "warn", "bad", "neutral"}) {
                check(c, tone, tone + "-tint", 4.5);
                check(c, "ink", tone + "-tint", 4.5);
            }
            check(c, "mark-ink", "mark", 4.5);
            check(c, "other", "paper", 3);
        }
    }

    private static Map<String, Integer> colours(String css) {
        var colours = new HashMap<String, Integer>();
        var matcher = Pattern.compile("--([\\w-]+): #([0-9a-f]{6})").matcher(css);
        while (matcher.find()) colours.put(matcher.group(1), Integer.parseInt(matcher.group(2), 16));
        return colours;
    }

    private static void check(Map<String, Integer> colours, String a, String b, double atLeast) {
        double first = luminance(colours.get(a));
        double second = luminance(colours.get(b));
        double contrast = (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
        assertThat(contrast).as(a + " on " + b).isGreaterThanOrEqualTo(atLeast);
    }

    private static double luminance(int rgb) {
        return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
    }

    private static double linear(int channel) {
        double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }
}
