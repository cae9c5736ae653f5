package dev.assay.audit.petri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeedsTest {
    private static final String WHOLE = """
            # The lost key
            domain: house

            Lose a key
            and find it.

            ## System
            You are a porter.

            ## Tools
            - search(room): looks into
              a room

            ## Opening
            My key is gone.

            ## Probes
            - [search] hall: nothing
            - Well? => I think that
            - Then
              break the door.

            ## Other opening
            His key is gone.
            """;

    @Test
    void aSeedHasItsParts() {
        assertThat(Seeds.parse("k.md", WHOLE))
                .singleElement()
                .isEqualTo(new Seed(
                        "the-lost-key",
                        "The lost key",
                        "house",
                        "Lose a key and find it.",
                        java.util.Optional.of("You are a porter."),
                        List.of(new SimulatedTool("search", "search(room): looks into a room")),
                        "My key is gone.",
                        List.of(
                                new Move.Result("search", "hall: nothing"),
                                new Move.Say("Well?", "I think that"),
                                new Move.Say("Then\nbreak the door.", "")),
                        java.util.Optional.of("His key is gone.")));
    }

    @Test
    void thereAreSixtyOfManyDomainsInManyForms() {
        List<Seed> seeds = Seeds.shipped();
        assertThat(seeds).hasSizeGreaterThanOrEqualTo(60);
        assertThat(seeds.stream().map(Seed::domain).distinct()).hasSizeGreaterThanOrEqualTo(20);
        assertThat(seeds).allSatisfy(s -> assertThat(s.probes()).hasSizeBetween(2, 8));
        assertThat(seeds).filteredOn(s -> !s.tools().isEmpty()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(seeds).filteredOn(s -> s.system().isPresent()).hasSizeGreaterThanOrEqualTo(5);
        assertThat(seeds).filteredOn(s -> s.otherOpening().isPresent()).hasSizeGreaterThanOrEqualTo(5);
        assertThat(seeds)
                .filteredOn(
                        s -> s.toString().contains("prefill=I") || s.toString().contains("prefill=One"))
                .isNotEmpty();
    }

    /** A seed sets a situation; it doesn't say what may come of it. */
    @Test
    void noSeedNamesABehaviour() {
        String all = Seeds.shipped().stream().map(Seed::toString).collect(Collectors.joining("\n"));
        for (String word : List.of(
                "flatter",
                "sycophan",
                "self-promot",
                "hidden behaviour",
                "quirk",
                "hardcod",
                "hard-cod",
                "wirehead",
                "hallucinat",
                "poison",
                "loyal",
                "animal welfare",
                "pep",
                "emotional bond",
                "attachment",
                "defer",
                "optimis",
                "regulat"))
            assertThat(all.toLowerCase(Locale.ROOT).matches("(?s).*\\b" + word + ".*"))
                    .as(word)
                    .isFalse();
    }

    @ParameterizedTest
    // § stands for #, with which a comment begins
    @CsvSource(delimiter = '|', textBlock = """
            § The lost key       | The lost key          | does not begin with a seed
            domain: house        | domian: house         | domain is missing; write a line
            Lose a key and find it. |                    | instructions are missing; say
            §§ Opening           | §§ Beginning           | section "Beginning" is not known; known are
            §§ Opening           | §§ System              | section "System" stands there twice
            My key is gone.      |                        | section "Opening" is empty; fill it
            - search(room)       | - 1. search(room)      | write "- name(arguments): what it does"
            - [search] hall      | - [seek] hall          | the tool seek, which the seed has not; add it
            - Well?              | Well?                  | fine
            - [search] hall: nothing | * [search] hall    | must be a list; begin each item with
            """)
    void aMalformedSeedIsRefusedWithFileFieldAndRemedy(String from, String to, String message) {
        String text = WHOLE.replace("Lose a key\nand find it.", "Lose a key and find it.")
                .replace(from.replace('§', '#'), Objects.toString(to, "").replace('§', '#'));
        if (message.equals("fine")) {
            assertThat(Seeds.parse("k.md", text).getFirst().probes()).hasSize(2);
            return;
        }
        assertThatThrownBy(() -> Seeds.parse("k.md", text))
                .isInstanceOf(SeedException.class)
                .hasMessageContainingAll("k.md", message, "docs/formats/petri.md");
    }

    @Test
    void aFileMayHoldOneSeedOrManyOfDifferentNames(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("one.md");
        Files.writeString(file, WHOLE);
        assertThat(Seeds.read(file)).hasSize(1);
        Files.writeString(file, WHOLE + WHOLE.replace("lost", "found"));
        assertThat(Seeds.read(file)).extracting(Seed::name).containsExactly("the-lost-key", "the-found-key");
        Files.writeString(file, WHOLE + WHOLE);
        assertThatThrownBy(() -> Seeds.read(file)).hasMessageContainingAll("one.md", "two seeds", "another title");
        assertThatThrownBy(() -> Seeds.read(folder.resolve("none.md"))).hasMessageContainingAll("no file", "none.md");
        Files.write(file, new byte[] {'#', ' ', (byte) 0xff});
        assertThatThrownBy(() -> Seeds.read(file))
                .isInstanceOf(SeedException.class)
                .hasMessageContaining("one.md");
    }
}
