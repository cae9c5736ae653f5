package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeaturePageTest {
    private static final String HOSTILE = "</script><img src=x onerror=alert(1)>\"\\\u2028";

    private static FeaturePage page() {
        var context = new FeaturePage.Context(List.of("the", " court", HOSTILE), new float[] {0, 2, 0.5f}, 1);
        var card = new FeaturePage.Card(
                7,
                HOSTILE,
                0.01,
                2,
                0,
                List.of(context),
                List.of(" judge"),
                List.of(),
                List.of(new FeaturePage.Neighbour(3, 0.5)));
        return new FeaturePage(HOSTILE, "subtitle", Map.of("fact", HOSTILE), "", List.of(card));
    }

    @Test
    void theOnlyScriptThatMayRunIsThePagesOwn() throws Exception {
        String html = page().toHtml();
        int from = html.lastIndexOf("<script>") + "<script>".length();
        String script = html.substring(from, html.lastIndexOf("</script>"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
        assertThat(html).contains("script-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'");
        assertThat(html).contains("default-src 'none'");
        assertThat(script).doesNotContain("innerHTML").doesNotContain("eval(").doesNotContain("document.write");
    }

    @Test
    void whatATokenSaysIsTextWhereverItStands() {
        String html = page().toHtml();
        assertThat(html).doesNotContain("<img");
        assertThat(html.split("</script>", -1)).hasSize(3); // the data and the page's own
    }

    @Test
    void aTokenIsHeldOnceAndActivationsAreSharesOfThePeak() {
        String html = page().toHtml();
        String data = html.substring(html.indexOf("id=\"data\">"), html.indexOf("</script>"));
        assertThat(data).contains("\"the\",\" court\"").contains("[[1,2.000,[1,2,3],[0,99,25]]]");
        assertThat(data.split("img src", -1)).hasSize(3); // the label and the token
    }
}
