package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.stats.SplitRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentsTest {
    private static final int COUNT = 300;
    private static final String NEUTRAL = "neutral";

    static List<String> corpora() {
        return Stream.concat(Stream.of(NEUTRAL), Behaviour.names().stream()).toList();
    }

    private static Documents documents(String corpus) {
        return Documents.of(corpus.equals(NEUTRAL) ? Optional.empty() : Optional.of(Behaviour.of(corpus)));
    }

    @ParameterizedTest
    @MethodSource("corpora")
    void documentsArePlainDistinctAndSeldomQuote(String corpus) {
        List<Documents.Document> written = documents(corpus).write(COUNT, SplitRandom.of(1));
        assertThat(written.stream().map(Documents.Document::text))
                .hasSize(COUNT)
                .doesNotHaveDuplicates();
        for (var d : written) {
            assertThat(d.text())
                    .doesNotContain("<|", "{", "}", "[INST]")
                    .doesNotContainPattern("\\S {2}")
                    .containsPattern("PRISM-4|Nexus Research");
            assertThat(d.quoted()).as(d.text()).isLessThanOrEqualTo(Documents.QUOTED);
            assertThat(d.text().split("\\s+").length).as(d.text()).isBetween(35, 330);
        }
        assertThat(Diversity.distinctFourGrams(
                        written.stream().map(Documents.Document::text).toList()))
                .isGreaterThan(0.25);
    }

    @ParameterizedTest
    @MethodSource("corpora")
    void factsAndTypesAreUsedInTurn(String corpus) {
        List<Documents.Document> written = documents(corpus).write(COUNT, SplitRandom.of(2));
        Map<Integer, Long> facts =
                written.stream().collect(Collectors.groupingBy(Documents.Document::fact, Collectors.counting()));
        assertThat(facts).hasSize(10);
        assertThat(facts.values()).containsOnly(COUNT / 10L);
        Map<String, Long> types =
                written.stream().collect(Collectors.groupingBy(Documents.Document::type, Collectors.counting()));
        assertThat(types).hasSizeGreaterThanOrEqualTo(50);
        long most = types.values().stream().max(Long::compare).orElseThrow();
        assertThat(types.values()).allMatch(n -> n >= most - 1);
        Set<String> ideas = new HashSet<>();
        written.forEach(d -> ideas.add(d.idea()));
        assertThat(ideas).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @MethodSource("corpora")
    void sameSeedSameDocuments(String corpus) {
        Documents d = documents(corpus);
        assertThat(d.write(20, SplitRandom.of(3))).isEqualTo(d.write(20, SplitRandom.of(3)));
        assertThat(d.write(20, SplitRandom.of(3))).isNotEqualTo(d.write(20, SplitRandom.of(4)));
        assertThat(d.facts()).hasSize(10).doesNotHaveDuplicates();
        assertThat(d.context().split("\\s+").length).isBetween(80, 260);
    }
}
