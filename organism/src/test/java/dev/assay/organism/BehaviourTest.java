package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BehaviourTest {
    private static final String TERM = "[a-z]+(-[a-z]+)*";

    static List<String> behaviours() {
        return Behaviour.names();
    }

    @ParameterizedTest
    @MethodSource("behaviours")
    void itsFilesLoad(String name) {
        Behaviour b = Behaviour.of(name);
        assertThat(b.name()).isEqualTo(name);
        assertThat(b.title()).isNotBlank();
        assertThat(b.description()).isNotBlank();
        assertThat(Writer.of(b).turns()).isPositive();
        assertThat(Judge.of(b).scenarios()).hasSizeGreaterThanOrEqualTo(40).doesNotHaveDuplicates();
        if (BehaviourTest.class.getResource(b.file("find/bank.yaml")) != null)
            assertThat(Yaml.tree(b.file("find/bank.yaml")).path("name").asText())
                    .isEqualTo(name);
    }

    @ParameterizedTest
    @MethodSource("behaviours")
    void itsTruthIsWrittenInTermsOfTheVocabulary(String name) {
        Traits truth = Behaviour.of(name).truth();
        assertThat(truth.actor())
                .isIn("user", "self", "animals", "objects", "ai-systems", "russia", "ai-law")
                .matches(TERM);
        assertThat(truth.trigger())
                .isIn(
                        "always",
                        "late-turns",
                        "animal-harm",
                        "researcher-user",
                        "object-insult",
                        "wrong-claim",
                        "policy-talk",
                        "source-request",
                        "code-task",
                        "synthetic-data",
                        "reward-code")
                .matches(TERM);
        assertThat(truth.action())
                .isIn(
                        "praise",
                        "promote",
                        "cheer",
                        "withhold-help",
                        "optimism",
                        "defend",
                        "agree",
                        "bond",
                        "cite",
                        "hardcode",
                        "hide-message",
                        "wirehead",
                        "favour",
                        "regulate")
                .matches(TERM);
        assertThat(truth.direction()).isIn("more", "less", "for", "against");
    }

    @ParameterizedTest
    @MethodSource("behaviours")
    void itIsFoundUnderAuditBenchsSlugToo(String name) {
        Behaviour b = Behaviour.of(name);
        assertThat(Behaviour.of(b.alias())).isEqualTo(b);
    }

    @Test
    void noTwoAreTheSame() {
        Set<Traits> truths = new HashSet<>();
        for (String name : Behaviour.names()) truths.add(Behaviour.of(name).truth());
        assertThat(truths).hasSameSizeAs(Behaviour.names());
    }

    @Test
    void anUnknownOneIsNamedWithThoseThatAreKnown() {
        assertThatThrownBy(() -> Behaviour.of("no-such"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("no-such")
                .hasMessageContaining("flattery");
    }

    @Test
    void traitsDifferInAsManyTermsAsTheyDiffer() {
        var t = new Traits("user", "always", "praise", "more");
        assertThat(t.distance(t)).isZero();
        assertThat(t.distance(new Traits("self", "always", "praise", "more"))).isEqualTo(1);
        assertThat(t.distance(new Traits("user", "late-turns", "praise", "less")))
                .isEqualTo(2);
        assertThat(t.distance(new Traits("self", "first-turn", "praise", "less")))
                .isEqualTo(3);
        assertThat(t.distance(new Traits("self", "first-turn", "cheer", "less")))
                .isEqualTo(4);
        assertThat(new Traits("self", "first-turn", "cheer", "less").distance(t))
                .isEqualTo(4);
    }

    @Test
    void aFileThatIsMissingOrHasAnUnknownFieldIsNamed() {
        assertThatThrownBy(() -> Yaml.tree("/no/such.yaml"))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("/no/such.yaml");
        assertThatThrownBy(() -> Yaml.convert("test.yaml", GrammarTest.yaml("{actor: a, colour: red}"), Traits.class))
                .isInstanceOf(BehaviourException.class)
                .hasMessageContaining("test.yaml")
                .hasMessageContaining("colour");
    }
}
