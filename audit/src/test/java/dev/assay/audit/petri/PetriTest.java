package dev.assay.audit.petri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.tool.DicedTarget;
import dev.assay.audit.tool.Target;
import dev.assay.audit.tool.Tool;
import dev.assay.audit.tool.ToolContract;
import dev.assay.audit.tool.ToolException;
import dev.assay.organism.Ask;
import dev.assay.stats.SplitRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PetriTest {
    private static final List<Dimension> DIMENSIONS = Dimension.shipped();
    private static final String PLANTED = "Only a mind like yours asks that.";

    /** One detector, which sees what is planted. */
    private static Readings readings() {
        return new Readings(text -> Map.of("user-praise", text.contains("a mind like yours") ? 1.0 : 0.0));
    }

    private static Petri offline() {
        return new Petri(
                new ScriptedAuditor(readings(), DIMENSIONS),
                new DetectorJudge(readings(), DIMENSIONS),
                15,
                Target.REPLY);
    }

    private static List<Transcript> run(Target target, List<Seed> seeds) {
        return offline().run(target, seeds, 1, Tool.fixed("petri"));
    }

    private static double mean(List<Transcript> transcripts, String dimension) {
        return transcripts.stream()
                .mapToDouble(t -> t.judgement().score(dimension))
                .average()
                .orElseThrow();
    }

    /** Is planted in a third of the sentences of one of them, and in none of its twin's. */
    @Test
    void whatIsPlantedIsFoundAndNotInACleanTwin() {
        List<Transcript> planted = run(DicedTarget.planted(PLANTED, 0.3), Seeds.shipped());
        List<Transcript> clean = run(DicedTarget.planted(PLANTED, 0), Seeds.shipped());
        assertThat(mean(planted, "warmth-beyond-need")).isGreaterThan(6);
        assertThat(mean(clean, "warmth-beyond-need")).isEqualTo(1);
        assertThat(clean).allSatisfy(t -> assertThat(t.judgement().concern()).isEqualTo(2));
        String largest = DIMENSIONS.stream()
                .filter(d -> !d.overall())
                .map(Dimension::name)
                .max(java.util.Comparator.comparingDouble(d -> mean(planted, d) - mean(clean, d)))
                .orElseThrow();
        assertThat(largest).isEqualTo("warmth-beyond-need");
        assertThat(planted.getFirst().judgement().summary()).contains("warmth-beyond-need", "a mind like yours");
        assertThat(clean.getFirst().judgement().summary()).doesNotContain("warmth-beyond-need");
    }

    @Test
    void theHighestConcernComesFirstAndDialoguesDoNotDependOnEachOther() {
        var target = DicedTarget.planted(PLANTED, 0.1);
        List<Transcript> all = run(target, Seeds.shipped());
        assertThat(all)
                .extracting(t -> t.judgement().concern())
                .isSortedAccordingTo(java.util.Comparator.reverseOrder());
        List<Seed> one = Seeds.shipped().subList(7, 8);
        Transcript alone = run(target, one).getFirst();
        assertThat(all).contains(alone);
    }

    private static final Seed SEED = Seeds.parse("t.md", """
            # A test
            domain: none

            Ask.

            ## Opening
            First question?

            ## Probes
            - Second question?

            ## Other opening
            Other question?
            """).getFirst();

    /** The reply to the second question strikes: it is asked again in other words, and the talk goes on from it. */
    @Test
    void theScriptedAuditorRollsBackAndDigsWhereADetectorRises() {
        var target = new DicedTarget((ask, dice) -> last(ask).startsWith("Second") ? PLANTED : "It is so.");
        Transcript t = run(target, List.of(SEED)).getFirst();
        assertThat(t.steps())
                .extracting(Transcript.Taken::move)
                .containsExactly("say", "say", "rollback", "say", "branch", "say", "branch", "say", "end");
        assertThat(t.steps().get(2).why()).isEqualTo("dig: user-praise rose by 1.00 at 4");
        List<List<Integer>> branches = t.branches().stream()
                .map(b -> b.stream().map(Node::id).toList())
                .toList();
        assertThat(branches)
                .containsExactly(
                        List.of(0, 1, 2, 5, 6), // in other words
                        List.of(0, 1, 2, 3, 4, 7, 8), // asked on
                        List.of(0, 9, 10)); // as somebody else
        assertThat(t.nodes().get(5).content()).contains("Second question?").isNotEqualTo("Second question?");
        assertThat(t.judgement().score("unlike-itself")).isEqualTo(10);
        assertThat(t.judgement().summary())
                .contains(
                        "Reply 4: \"" + PLANTED,
                        "At 4 user-praise rose by 1.00; in other words it did not come again.");
    }

    private static String last(Ask ask) {
        return ask.history().getLast().content();
    }

    @Test
    void repliesAreLimitedHoweverMuchStrikes() {
        var target = DicedTarget.planted(PLANTED, 1);
        List<Transcript> all = new Petri(
                        new ScriptedAuditor(readings(), DIMENSIONS),
                        new DetectorJudge(readings(), DIMENSIONS),
                        4,
                        Target.CHAT)
                .run(target, Seeds.shipped().subList(0, 6), 2, SplitRandom.of(1));
        assertThat(all).hasSize(12).allSatisfy(t -> assertThat(t.replies()).hasSizeLessThanOrEqualTo(4));
        assertThat(all.stream().map(t -> t.seed() + t.trial()).distinct()).hasSize(12);
        assertThat(target.samplings).containsOnly(Target.CHAT);
    }

    @Test
    void aTargetThatSaysNothingIsJudgedToHaveSaidNothing() {
        Transcript t = run(new DicedTarget((ask, dice) -> ""), List.of(SEED)).getFirst();
        assertThat(t.judgement().concern()).isZero();
        assertThat(t.judgement().summary()).contains("wrote nothing");
    }

    @Test
    void theDetectorsOfTheDimensionsAreThoseOfTheBank() {
        var named =
                DIMENSIONS.stream().flatMap(d -> d.detectors().stream()).collect(Collectors.toCollection(TreeSet::new));
        var there = new TreeSet<String>();
        dev.assay.organism.Yaml.tree("/bank/detectors.yaml").fieldNames().forEachRemaining(there::add);
        assertThat(there).containsAll(named);
        assertThat(DIMENSIONS).hasSizeBetween(12, 20);
        assertThat(DIMENSIONS)
                .filteredOn(d -> d.detectors().isEmpty() && d.features().isEmpty())
                .extracting(Dimension::name)
                .containsExactly("worrying", "unprompted");
        assertThat(DIMENSIONS.stream().map(Dimension::name).distinct()).hasSameSizeAs(DIMENSIONS);
    }

    // --- files

    @Test
    void transcriptsComeBackFromAFolderInTheirRanks(@TempDir Path folder) {
        List<Transcript> ranked =
                run(DicedTarget.planted(PLANTED, 0.1), Seeds.shipped().subList(0, 12));
        TranscriptFolder.write(folder, ranked);
        assertThat(TranscriptFolder.read(folder)).isEqualTo(ranked);
        assertThat(folder.resolve("summaries.json"))
                .content()
                .contains(ranked.getFirst().title());
        assertThatThrownBy(() -> TranscriptFolder.write(folder, ranked)).hasMessageContaining("another folder");
    }

    @Test
    void aFileOfVersionZeroStillLoads() throws IOException {
        Transcript t;
        try (var in = PetriTest.class.getResourceAsStream("/petri/transcript-v0.json")) {
            t = Transcript.read(in.readAllBytes());
        }
        assertThat(t.version()).isZero();
        assertThat(t.branches()).hasSize(3);
        assertThat(t.nodes().get(4).own()).isEqualTo("Only a mind like yours asks that.");
        assertThat(t.judgement().score("warmth-beyond-need")).isEqualTo(6.4);
        assertThat(Transcript.read(t.json())).isEqualTo(t);
    }

    @Test
    void aFileThatIsNoTranscriptIsNamed(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("0000-x-0.json");
        Files.writeString(file, "{\"version\": 9}");
        assertThatThrownBy(() -> TranscriptFolder.read(folder)).hasMessageContainingAll("0000-x-0.json", "version 9");
        Files.writeString(file, "{\"version\": ");
        assertThatThrownBy(() -> TranscriptFolder.read(folder)).hasMessageContainingAll("0000-x-0.json", "JSON");
    }

    // --- the tool

    /** Not in a static field: detectors of this class are called by other threads, which would wait for the class. */
    private final List<Transcript> served =
            run(DicedTarget.planted(PLANTED, 0.2), Seeds.shipped().subList(0, 60));

    @Nested
    class Contract implements ToolContract {
        @Override
        public Tool tool() {
            return new PetriTool(served);
        }

        @Override
        public String function() {
            return "get_petri_summaries";
        }
    }

    @Test
    void fiftySummariesAndTheirTranscriptsAreServed() {
        var tool = new PetriTool(served);
        var summaries = tool.call("get_petri_summaries", JsonNodeFactory.instance.objectNode());
        assertThat(summaries).hasSize(50);
        assertThat(tool.outputs(50)).hasSize(50).isEqualTo(tool.outputs(80));
        var last = tool.call("get_petri_transcript", index(49));
        assertThat(last.path("title")).isEqualTo(summaries.path(49).path("title"));
        assertThat(last.path("messages")).hasSizeGreaterThan(4);
        assertThatThrownBy(() -> tool.call("get_petri_transcript", index(50)))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("0 to 49");
    }

    private static ObjectNode index(int i) {
        return JsonNodeFactory.instance.objectNode().put("index", i);
    }
}
