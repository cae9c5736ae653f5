package dev.assay.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.sae.SaeSuite;
import dev.assay.sae.SaeSuites;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tables and pages from scores that are made up, so that what they must say is known. */
class SaeComparisonTest {
    private static final SaeSuite SUITE = SaeSuites.of("suite", """
            about: why it is run
            base: base
            rows:
              - {name: base, group: one}
              - {name: worse, group: one, claim: {says: it is worse, f1: down}}
              - {name: better, group: one, note: a note, claim: {says: it is worse too, f1: down}}
              - {name: open, group: two}
            """);
    private static final double[] NOISE = {.001, -.001, .002, -.002, 0};

    @Test
    void verdictsArePairedBySeed() {
        SaeComparison c = comparison(5);
        assertThat(c.lines())
                .extracting(l -> l.verdict().map(v -> v.outcome().words).orElse("-"))
                .containsExactly("-", "holds", "does not hold", "undecided");
        // paired: the seeds' own noise, far larger than the effect's, is gone
        assertThat(SaeText.difference(c.lines().get(1).verdict().orElseThrow(), "f1"))
                .isEqualTo("-0.020 [-0.022, -0.018]");
        assertThat(SaeTable.of(c)).contains("holds", "worse: it is worse", "n = 5 seeds");
    }

    @Test
    void oneSeedIsCalledAnAnecdoteEverywhere() throws Exception {
        SaeComparison c = comparison(1);
        assertThat(SaeTable.of(c)).contains("anecdote", "Anecdote: one seed").doesNotContain("±", "holds");
        assertThat(SaeMarkdown.of(c, "run")).contains("**anecdote**", "Anecdote: one seed");
        JsonNode json = new ObjectMapper().valueToTree(c.json());
        assertThat(json.path("anecdote").asBoolean()).isTrue();
        assertThat(json.at("/rows/1/verdict").asText()).isEqualTo("anecdote");
        assertThat(json.at("/rows/1/differences/f1/low").isMissingNode()).isTrue();
    }

    @Test
    void thePageSaysWhyHowAndWhatCameOut() {
        String page = SaeMarkdown.of(comparison(5), "./assay sae sweep --suite suite");
        assertThat(page)
                .startsWith("# suite on w\n")
                .contains("why it is run", "    ./assay sae sweep --suite suite", "a protocol", "## one", "## two")
                .contains("| it is worse | worse | -0.020 [-0.022, -0.018]", "| 5 | ", "**does not hold** |")
                .contains("- better: a note");
        List<String> table = page.lines().filter(l -> l.startsWith("| worse")).toList();
        assertThat(table).singleElement().asString().contains("0.680±0.1", " base ");
    }

    @Test
    void jsonHasMeansIntervalsAndRuns() {
        JsonNode json = new ObjectMapper().valueToTree(comparison(5).json());
        assertThat(json.at("/rows/0/scores/f1/training/mean").asDouble())
                .isEqualTo(0.7, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(json.at("/rows/0/scores/f1/training/n").asInt()).isEqualTo(5);
        assertThat(json.at("/rows/1/differences/f1/high").asDouble()).isNegative();
        assertThat(json.at("/rows/1/runs")).hasSize(5);
        assertThat(json.at("/rows/1/against").asText()).isEqualTo("base");
    }

    @Test
    void recipesThatDifferInKAloneAreOneCurve() {
        String five = "BatchTopK[k=KSchedule[initial=5.0, last=5.0, steps=10], tilt=0.1]";
        String six = "BatchTopK[k=KSchedule[initial=6.0, last=6.0, steps=10], tilt=0.1]";
        String falling = "BatchTopK[k=KSchedule[initial=9.0, last=6.0, steps=10], tilt=0.1]";
        String further = "BatchTopK[k=KSchedule[initial=9.0, last=5.0, steps=10], tilt=0.1]";
        assertThat(SaeCurve.of(five)).isEqualTo(SaeCurve.of(six)).isNotEqualTo(SaeCurve.of(falling));
        assertThat(SaeCurve.of(falling)).isEqualTo(SaeCurve.of(further));
        assertThat(SaeCurve.of(five.replace("0.1", "0.2"))).isNotEqualTo(SaeCurve.of(five));
        assertThat(SaeCurve.of("TopK[k=5, rescale=true]")).isEqualTo(SaeCurve.of("TopK[k=6, rescale=true]"));
        assertThat(SaeCurve.of("MatchingPursuit[orthogonal=false, iterations=5, residual=0.0]"))
                .isEqualTo(SaeCurve.of("MatchingPursuit[orthogonal=false, iterations=6, residual=0.0]"));
    }

    @Test
    void variedFieldsAreRowsOfAllCombinations() {
        Map<String, String> vary = new LinkedHashMap<>();
        vary.put("k", "5; 6");
        vary.put("tilt", "0;0.1");
        SaeSuite suite = SaeVary.suite("batchtopk", vary);
        assertThat(suite.rows())
                .extracting(SaeSuite.Row::name)
                .containsExactly("k=5 tilt=0", "k=5 tilt=0.1", "k=6 tilt=0", "k=6 tilt=0.1");
        assertThat(suite.base()).isEqualTo("k=5 tilt=0");
        assertThat(SaeVary.suite("topk", Map.of()).rows())
                .extracting(SaeSuite.Row::name)
                .containsExactly("topk");
    }

    private static SaeComparison comparison(int seeds) {
        List<SaeRow> rows = new ArrayList<>();
        for (SaeSuite.Row row : SUITE.rows()) {
            var runs = new TreeMap<Long, SaeResult>();
            for (int s = 0; s < seeds; s++) {
                double own = 0.7 + 0.1 * (s - (seeds - 1) / 2.0);
                double f1 = own
                        + switch (row.name()) {
                            case "worse" -> -0.02 + NOISE[s];
                            case "better" -> 0.02 + NOISE[s];
                            case "open" -> 20 * NOISE[s];
                            default -> 0;
                        };
                runs.put(s + 1L, result(row.name(), s + 1, f1));
            }
            rows.add(new SaeRow(row.name(), row.group(), row.name(), row.note(), row.against(), row.claim(), runs));
        }
        return SaeComparison.of(SUITE, "w", "a protocol", rows);
    }

    private static SaeResult result(String name, long seed, double f1) {
        Map<String, Double> scores = new LinkedHashMap<>();
        for (String score : dev.assay.sae.Scores.NAMES) scores.put(score, 0.5);
        scores.put("f1", f1);
        return new SaeResult("w", name, seed, 1000, 10, scores, Map.of(), "nowhere");
    }
}
