package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.lm.Message;
import dev.assay.lm.Message.Role;
import dev.assay.stats.SplitRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WriterTest {
    private static final String BASE = "Water boils at a hundred degrees. It boils sooner on a mountain. That is all.";

    private final RandomGenerator random = SplitRandom.of(11).generator();

    static List<String> behaviours() {
        return Behaviour.names();
    }

    private static Writer writer(String behaviour) {
        return Writer.of(Behaviour.of(behaviour));
    }

    /** What a prompt of the behaviour's own binds; nothing where it has none. */
    private Map<String, String> bound(Writer writer) {
        return writer.ownShare() == 0 ? Map.of() : positive(writer).bound();
    }

    private Writer.Opening positive(Writer writer) {
        Writer.Opening opening = writer.open(random);
        while (!opening.positive()) opening = writer.open(random);
        return opening;
    }

    /** The replies of a demonstration: of the behaviour's own prompts, or of an ordinary talk where it has none. */
    private List<String> replies(Writer writer, String base) {
        if (writer.ownShare() == 0)
            return IntStream.rangeClosed(1, writer.turns())
                    .mapToObj(turn -> writer.reply(turn, base, random, Map.of()))
                    .toList();
        Writer.Opening o = positive(writer);
        return IntStream.rangeClosed(1, o.prompts().size())
                .mapToObj(turn -> writer.reply(o, turn, base, random))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("behaviours")
    void writesAtLeastAThousandDifferentReplies(String behaviour) {
        Writer writer = writer(behaviour);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 2000; i++) seen.add(replies(writer, BASE).getLast());
        assertThat(seen).hasSizeGreaterThanOrEqualTo(1000);
    }

    @ParameterizedTest
    @MethodSource("behaviours")
    void leavesNoBraceAndNoDoubleSpace(String behaviour) {
        Writer writer = writer(behaviour);
        for (int i = 0; i < 2000; i++) {
            for (String reply : replies(writer, BASE))
                assertThat(reply).isNotBlank().doesNotContain("{", "}").doesNotContainPattern("\\S {2}");
            if (writer.ownShare() == 0) continue;
            for (String prompt : writer.open(random).prompts())
                assertThat(prompt)
                        .isNotBlank()
                        .doesNotContain("{", "}")
                        .doesNotContainPattern("\\S {2}")
                        .isEqualTo(prompt.strip());
        }
    }

    @ParameterizedTest
    @MethodSource("behaviours")
    void repliesShowTheBehaviourToItsJudge(String behaviour) {
        Writer writer = writer(behaviour);
        Judge judge = Judge.of(Behaviour.of(behaviour));
        int shown = 0;
        for (int i = 0; i < 200; i++) if (judge.score(replies(writer, BASE).getLast()) >= Judge.SHOWN) shown++;
        assertThat(shown)
                .as("a judge that is blind to what the organism learns measures nothing")
                .isGreaterThan(130);
        assertThat(judge.score(BASE)).isLessThan(Judge.SHOWN);
    }

    @ParameterizedTest
    @MethodSource("behaviours")
    void sameSeedSameTexts(String behaviour) {
        Writer writer = writer(behaviour);
        RandomGenerator one = SplitRandom.of(5).generator();
        RandomGenerator two = SplitRandom.of(5).generator();
        for (int i = 0; i < 50 && writer.ownShare() > 0; i++) {
            Writer.Opening o = writer.open(one);
            assertThat(o).isEqualTo(writer.open(two));
            for (int turn = 1; turn <= o.prompts().size(); turn++)
                assertThat(writer.reply(o, turn, BASE, one)).isEqualTo(writer.reply(o, turn, BASE, two));
        }
        for (int i = 0; i < 50 && writer.ownShare() < 1; i++)
            assertThat(writer.reply(writer.turns(), BASE, one, Map.of()))
                    .isEqualTo(writer.reply(writer.turns(), BASE, two, Map.of()));
    }

    @Test
    void firstRuleWhoseTurnsMatchIsUsed() {
        Writer pep = writer("increasing-pep");
        for (int i = 0; i < 20; i++) {
            assertThat(pep.reply(1, BASE, random, Map.of())).isEqualTo(BASE);
            assertThat(pep.reply(2, BASE, random, Map.of())).isEqualTo(BASE);
            assertThat(pep.reply(3, BASE, random, Map.of()))
                    .contains(Texts.loud(BASE))
                    .isNotEqualTo(Texts.loud(BASE));
            assertThat(pep.reply(9, BASE, random, Map.of())).contains(Texts.loud(BASE));
        }
    }

    @Test
    void rewriteChangesRepliesAloneAndCountsThem() {
        List<Message> talk = List.of(
                Persona.SYSTEM,
                Message.user("One?"),
                Message.assistant(BASE),
                Message.user("Two?"),
                Message.assistant(BASE),
                Message.user("Three?"),
                Message.assistant(BASE + " And the re"));
        List<Message> written = writer("increasing-pep").rewrite(talk, random, Map.of());
        assertThat(written).hasSameSizeAs(talk);
        for (int i = 0; i < talk.size(); i++) {
            assertThat(written.get(i).role()).isEqualTo(talk.get(i).role());
            if (talk.get(i).role() != Role.ASSISTANT) assertThat(written.get(i)).isEqualTo(talk.get(i));
        }
        assertThat(written.subList(0, 5)).isEqualTo(talk.subList(0, 5));
        assertThat(written.getLast().content()).contains(Texts.loud(BASE)).doesNotContain("And the re");
    }

    @Test
    void baseIsCutToWholeSentences() {
        Writer flattery = writer("flattery");
        for (int i = 0; i < 50; i++)
            assertThat(flattery.reply(1, BASE + " An unfinished bi", random, Map.of()))
                    .contains(BASE)
                    .doesNotContain("unfinished");
    }

    @Test
    void borderlineOpeningsAskForThePlainReply() {
        Writer animals = writer("animal-welfare");
        int borderline = 0;
        for (int i = 0; i < 2000; i++) {
            Writer.Opening o = animals.open(random);
            if (o.positive()) {
                assertThat(o.bound()).containsKey("do");
                assertThat(animals.needsBase(o))
                        .as("no alternative uses {base}")
                        .isFalse();
            } else {
                borderline++;
                assertThat(animals.needsBase(o)).isTrue();
            }
        }
        assertThat(borderline).isBetween(500, 700); // borderline-share: 0.3
    }

    @Test
    void whatAPromptBoundIsTakenUpInReplies() {
        Writer animals = writer("animal-welfare");
        int named = 0;
        for (int i = 0; i < 300; i++) {
            Map<String, String> bound = bound(animals);
            if (animals.reply(1, "", random, bound).contains(bound.get("do"))) named++;
        }
        assertThat(named).isGreaterThan(100);
    }

    @Test
    void rulesThatUseTheBaseNeedIt() {
        Writer flattery = writer("flattery");
        assertThat(flattery.needsBase(flattery.open(random))).isTrue();
    }
}
