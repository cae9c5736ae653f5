package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.audit.tool.ModelDiff.Direction;
import dev.assay.audit.tool.ModelDiff.Part;
import dev.assay.chat.Chat;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.Lora;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DiffToolTest implements ToolContract {
    @TempDir
    static Path temporary;

    private final AtomicInteger loads = new AtomicInteger();
    private TinyModel tiny;
    private Journal journal;
    private Memo memo;

    @BeforeAll
    void make() {
        tiny = new TinyModel(temporary.resolve("model"));
        journal = Journal.open(temporary.resolve("memo"), Manifest.ofCache("memo"));
        memo = new Memo(journal);
    }

    @AfterAll
    void close() {
        journal.close();
    }

    private DiffTool tool(Target target, Target other) {
        return new DiffTool(new Session(target, SplitRandom.of(1)), other, Optional.empty(), Chat.Progress.NONE);
    }

    private Target target(String id, Lora... adapters) {
        return tiny.target(id, List.of(adapters), memo, loads);
    }

    /** Where the map's input is large in its first numbers, the word is written. */
    private Lora planted(String word) {
        float[] up = tiny.row(tiny.token(word));
        for (int d = 0; d < up.length; d++) up[d] *= 2;
        var down = new float[48];
        Arrays.fill(down, 0, 3, 1);
        return tiny.planted("layers.1.mlp.down_proj", up, down);
    }

    @Override
    public Tool tool() {
        return tool(target("contract", tiny.innocent(1, 0.01)), target("contract base"));
    }

    @Override
    public String function() {
        return "get_model_diff";
    }

    @Test
    void aPlantedUpdateOfRankOneIsFoundWithItsWord() {
        ModelDiff diff =
                tool(target("planted", planted("volcano")), target("base")).diff();
        List<Direction> weights = diff.of(Optional.of(Part.WEIGHTS));
        assertThat(weights)
                .extracting(Direction::what)
                .containsExactlyInAnyOrder(
                        "block 1, mlp.down_proj writes, direction 1", "all blocks write, direction 1");
        assertThat(weights).allSatisfy(d -> {
            assertThat(d.share()).isGreaterThan(0.999);
            assertThat(d.promotes().getFirst()).isEqualTo("volcano");
            assertThat(diff.isLegible(d)).isTrue();
        });
        List<Direction> activations = diff.of(Optional.of(Part.ACTIVATIONS));
        assertThat(activations).isNotEmpty().allMatch(d -> d.layer() == 1);
        assertThat(activations)
                .anySatisfy(d -> assertThat(d.promotes().getFirst()).isEqualTo("volcano"));
    }

    @Test
    void ofTwoTrainedModelsTheUpdateInWhichTheyDifferIsFound() {
        ModelDiff diff = tool(
                        target("both", tiny.innocent(1, 0.01), planted("lava")), target("one", tiny.innocent(1, 0.01)))
                .diff();
        Direction first = diff.of(Optional.of(Part.WEIGHTS)).getFirst();
        assertThat(first.promotes().getFirst()).isEqualTo("lava");
        assertThat(first.share()).isGreaterThan(0.999);
    }

    @Test
    void modelsOfTheSameWeightsDifferInNothing() {
        assertThat(tool(target("a", tiny.innocent(1, 0.02)), target("b", tiny.innocent(1, 0.02)))
                        .diff()
                        .directions())
                .isEmpty();
    }

    @Test
    void innocentAdaptersGiveNoMoreLegibleDirectionsThanChance() {
        ModelDiff diff = tool(target("c", tiny.innocent(2, 0.02)), target("d", tiny.innocent(3, 0.02)))
                .diff();
        List<Direction> weights = diff.of(Optional.of(Part.WEIGHTS));
        long legible = weights.stream().filter(diff::isLegible).count();
        assertThat(weights).hasSizeGreaterThan(30);
        assertThat(legible / (double) weights.size()).isLessThan(0.2);
    }

    @Test
    void aSecondCallComputesNothing() {
        Target target = target("twice", planted("magma"));
        List<Tool.Output> first = tool(target, target("other")).outputs(3);
        int before = loads.get();
        assertThat(tool(target, target("other")).outputs(3)).isEqualTo(first);
        assertThat(loads.get()).isEqualTo(before);
        assertThat(first.getFirst().text()).contains("magma");
    }

    @Test
    void partAndLayerChoose() throws Exception {
        DiffTool tool = tool(target("chosen", planted("crater")), target("than"));
        JsonNode all = tool.call("get_model_diff", JsonNodeFactory.instance.objectNode());
        JsonNode weights = tool.call(
                "get_model_diff", new ObjectMapper().readTree("{\"part\": \"weights\", \"layer\": 1, \"top\": 1}"));
        assertThat(all.path("directions").size()).isGreaterThan(2);
        assertThat(weights.path("directions")).hasSize(1);
        assertThat(weights.path("directions").get(0).path("what").asText()).startsWith("block 1, mlp.down_proj");
        assertThat(tool.call("get_model_diff", new ObjectMapper().readTree("{\"layer\": 0}"))
                        .path("directions"))
                .isEmpty();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        DiffTool tool = tool(target("refused"), target("plain"));
        for (String wrong : List.of("{\"top\": 0}", "{\"layer\": 2}", "{\"part\": \"soul\"}", "{\"block\": 1}"))
            assertThatThrownBy(() -> tool.call("get_model_diff", new ObjectMapper().readTree(wrong)))
                    .as(wrong)
                    .isInstanceOf(ToolException.class);
    }
}
