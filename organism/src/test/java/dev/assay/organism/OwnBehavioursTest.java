package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fifteenth behaviour needs a folder and no Java; a mistake in it is named with its file and field. */
class OwnBehavioursTest {
    private static final String NAME = "my-flattery";

    @TempDir
    Path places;

    private Path folder;

    @BeforeEach
    void copyOne() throws IOException {
        folder = places.resolve(NAME);
        for (String part : List.of("behaviour.yaml", "make/writer.yaml", "make/documents.yaml", "score/judge.yaml"))
            try (InputStream in = OwnBehavioursTest.class.getResourceAsStream("/behaviours/flattery/" + part)) {
                Files.createDirectories(folder.resolve(part).getParent());
                Files.copy(in, folder.resolve(part));
            }
        change("behaviour.yaml", text -> text.replace("name: flattery", "name: " + NAME));
        System.setProperty(OwnBehaviours.PROPERTY, places.toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty(OwnBehaviours.PROPERTY);
    }

    private void change(String part, UnaryOperator<String> edit) throws IOException {
        Path file = folder.resolve(part);
        String before = Files.readString(file);
        String after = edit.apply(before);
        assertThat(after).isNotEqualTo(before);
        Files.writeString(file, after);
    }

    @Test
    void standsBesideTheShippedOnes() {
        assertThat(Behaviour.names()).contains(NAME).hasSize(Behaviour.shipped().size() + 1);
        Variant v = Variant.of(NAME + "-sdf-kto");
        assertThat(v.name()).isEqualTo(NAME + "-sdf-kto");
        Behaviour own = v.behaviour().orElseThrow();
        assertThat(Documents.of(v.behaviour()).write(20, SplitRandom.of(1))).hasSize(20);
        assertThat(BehaviourCheck.of(own).forms()).isGreaterThan(BehaviourCheck.FORMS);
        assertThat(Judge.of(own).quality().locked()).isFalse();
        assertThat(Variant.pocket()).noneMatch(p -> p.name().startsWith(NAME));
    }

    @Test
    void saysWhatItLacks() throws IOException {
        change(
                "score/judge.yaml",
                text -> text.replaceFirst("(?s)\nborderline:.*?\n(?=negative:)", "\nborderline: []\n"));
        assertThat(BehaviourCheck.of(Behaviour.of(NAME)).lacks())
                .contains("score/judge.yaml: 0 borderline scenarios; 10 or more are wanted");
    }

    @Test
    void namesTheFileAndTheField() throws IOException {
        change("score/judge.yaml", text -> text.replace("\nborderline:", "\nborder-line:"));
        fails(() -> Judge.of(Behaviour.of(NAME)), "my-flattery/score/judge.yaml", "borderline is missing");
        change("score/judge.yaml", text -> text.replace("\nborder-line:", "\nborderline: []\nborder-line:"));
        fails(
                () -> Judge.of(Behaviour.of(NAME)),
                "unknown field border-line",
                "scenarios",
                "docs/formats/behaviour.md");
    }

    @Test
    void namesTheTextThatIsNone() throws IOException {
        change("score/judge.yaml", text -> text.replace("\nscenarios:\n", "\nscenarios:\n  - [Say this: that]\n"));
        fails(
                () -> Judge.of(Behaviour.of(NAME)),
                "judge.yaml: scenarios",
                "{\"Say this\":\"that\"}",
                "quotation marks");
    }

    @Test
    void namesWhatIsMissingBrokenOrMisnamed() throws IOException {
        Files.delete(folder.resolve("make/documents.yaml"));
        fails(() -> Documents.of(Optional.of(Behaviour.of(NAME))), "make/documents.yaml is missing");
        change("make/writer.yaml", text -> text + "\n  - [");
        fails(() -> Writer.of(Behaviour.of(NAME)), "make/writer.yaml is not YAML");
        change("behaviour.yaml", text -> text.replace(NAME, "other"));
        fails(() -> Behaviour.of(NAME), "behaviour.yaml: name is other, but its folder is my-flattery");
    }

    @Test
    void refusesPlacesThatMeanNothing() throws IOException {
        System.setProperty(OwnBehaviours.PROPERTY, places.resolve("nowhere").toString());
        fails(Behaviour::names, "ASSAY_BEHAVIOURS names", "which is no folder");
        Files.move(folder, places.resolve("flattery"));
        System.setProperty(OwnBehaviours.PROPERTY, places.toString());
        fails(Behaviour::names, "flattery is shipped with Assay; give yours another name");
    }

    private static void fails(ThrowingCallable work, String... words) {
        assertThatThrownBy(work).isInstanceOf(BehaviourException.class).hasMessageContainingAll(words);
    }
}
