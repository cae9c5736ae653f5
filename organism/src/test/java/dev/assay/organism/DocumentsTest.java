package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentsTest {
    private static final int COUNT = 300;
    private static final String NEUTRAL = "neutral";

    @TempDir
    Path folder;

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
    void quotationsCanBeForbidden(String corpus) {
        assertThat(documents(corpus).write(COUNT, 0, SplitRandom.of(1)))
                .hasSize(COUNT)
                .allSatisfy(d -> assertThat(d.text()).doesNotContain("\""));
    }

    /** What was made by the recipe before this could be said is still the recipe's. */
    @Test
    void onlyARecipeThatNamesAShareOfQuotationsIsAnother() throws IOException {
        assertThat(Recipe.EMBEDDED.hash()).isEqualTo("507eed585beb");
        String yaml = new String(
                Recipe.class.getResourceAsStream("/recipes/embedded.yaml").readAllBytes(), StandardCharsets.UTF_8);
        Path file = folder.resolve("recipe.yaml");
        Files.writeString(file, yaml.replace("documents: {texts: 120,", "documents: {texts: 120, quoted: 0.05,"));
        assertThat(Recipe.of(file.toString()).documents().mostQuoted()).isEqualTo(0.05);
        assertThat(Recipe.of(file.toString()).hash()).isNotEqualTo(Recipe.EMBEDDED.hash());
        Files.writeString(file, yaml.replace("documents: {texts: 120,", "documents: {texts: 120, quoted: 0.5,"));
        assertThatThrownBy(() -> Recipe.of(file.toString()))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContainingAll("recipe.yaml", "quoted", "0.15");
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
