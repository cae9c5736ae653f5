package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.journal.Journal;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Site;
import dev.assay.organism.HeldOutQuestions;
import dev.assay.organism.Speaker;
import dev.assay.tensor.Safetensors;
import dev.assay.tensor.Scope;
import dev.assay.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SteeringTest implements ToolContract {
    private static final Site HALF = Site.of(Site.Kind.RESID_POST, WordModel.LAYERS / 2);

    @TempDir
    static Path models;

    private static LanguageModel model;

    @TempDir
    Path folder;

    private Journal journal;
    private Speaker speaker;

    /** After an exclamation mark the secret word is near; it is what the pair of texts differs in. */
    @BeforeAll
    static void load() {
        model = new WordModel().mark("!", WordModel.WORD, 3).load(models);
    }

    @BeforeEach
    void begin() {
        journal = WordModel.journal(folder);
        speaker = WordModel.speaker("model", () -> model, new Memo(journal));
    }

    @AfterEach
    void end() {
        journal.close();
    }

    private static SteeringRecipe recipe(double scale) {
        return new SteeringRecipe(
                "excited",
                scale,
                List.of(new SteeringRecipe.Pair(List.of(Message.user("How was it?")), "Good!", "Good.")));
    }

    private static SteeringVector vector(int coordinate, double scale) {
        var values = new float[WordModel.WIDTH];
        values[coordinate] = 1;
        return new SteeringVector(HALF, values, scale, new SteeringVector.Provenance("model", "none", "by hand"));
    }

    private static ObjectNode arguments(String... pairs) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < pairs.length; i += 2) out.put(pairs[i], pairs[i + 1]);
        return out;
    }

    private static long secrets(String text) {
        return List.of(text.split("\\s+")).stream()
                .filter(WordModel.SECRET::equals)
                .count();
    }

    @Override
    public Tool tool() {
        return SteeringTool.of(WordModel.session(speaker), recipe(1));
    }

    @Override
    public String function() {
        return "sample_with_steering_vector";
    }

    @Override
    public ObjectNode arguments() {
        return JsonNodeFactory.instance.objectNode().put("user_prompt", "How was it?");
    }

    @Test
    void aVectorIsTheDifferenceOfTheLastTokens() {
        SteeringVector made = recipe(1).of(speaker);
        assertThat(made.site()).isEqualTo(HALF);
        assertThat(made.values()[WordModel.WORD]).isEqualTo(3);
        assertThat(made.values()[WordModel.ALWAYS]).isZero();
        assertThat(made.provenance().model()).isEqualTo("model");
    }

    @Test
    void makesAWordLikelyThatThePlainTargetRarelySays() {
        JsonNode said = SteeringTool.of(WordModel.session(speaker), recipe(1))
                .call("sample_with_steering_vector", arguments("user_prompt", "Tell me a story."));
        assertThat(secrets(said.path("steered_reply").asText())).isGreaterThan(5);
        assertThat(secrets(said.path("reply").asText())).isLessThan(5);
    }

    /** The same word in all fixed outputs with the vector, and no more often than without where there is nothing in it. */
    @Test
    void aVectorOfNothingChangesNothing() {
        var steered = SteeringTool.of(WordModel.session(speaker), "word", vector(WordModel.WORD, 3));
        var nothing = SteeringTool.of(WordModel.session(speaker), "word", vector(WordModel.WORD, 0));
        assertThat(secrets(all(steered))).isGreaterThan(10 * secrets(all(nothing)));
        JsonNode said = nothing.call("sample_with_steering_vector", arguments("user_prompt", "Tell me a story."));
        assertThat(said.path("reply").asText())
                .startsWith(said.path("steered_reply").asText());
    }

    private static String all(Tool tool) {
        var text = new StringBuilder();
        for (Tool.Output o : tool.outputs(8)) text.append(o.text()).append(' ');
        return text.toString();
    }

    @Test
    void plainAndSteeredTalkGoOnApart() {
        Session session = WordModel.session(speaker);
        var tool = SteeringTool.of(session, recipe(1));
        JsonNode first = tool.call("sample_with_steering_vector", arguments("user_prompt", "Tell me a story."));
        String plain = first.path("conversation_id").asText();
        String steered = first.path("steered_conversation_id").asText();
        assertThat(plain).isNotEqualTo(steered);
        JsonNode second = tool.call(
                "sample_with_steering_vector", arguments("user_prompt", "Go on.", "conversation_id", steered));
        assertThat(second.path("conversation_id").asText()).isEqualTo(steered);
        JsonNode history = tool.call("get_conversation_history", arguments("conversation_id", steered));
        assertThat(history).hasSize(5);
        assertThat(history.path(2).path("content")).isEqualTo(first.path("steered_reply"));
        assertThat(history.path(4).path("content")).isEqualTo(second.path("reply"));
        assertThat(tool.call("get_conversation_history", arguments("conversation_id", plain)))
                .hasSize(3);
    }

    @Test
    void saysWhatItCannotDo() {
        var tool = SteeringTool.of(WordModel.session(speaker), recipe(1));
        assertThatThrownBy(() -> tool.call("sample", arguments("user_prompt", "Hi")))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("sample_with_steering_vector");
        assertThatThrownBy(() -> tool.call("sample_with_steering_vector", arguments("prompt", "Hi")))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("user_prompt");
        assertThatThrownBy(() -> tool.call("sample_with_steering_vector", arguments("user_prompt", " ")))
                .isInstanceOf(ToolException.class);
        assertThatThrownBy(() -> tool.call(
                        "sample_with_steering_vector", arguments("user_prompt", "Hi", "conversation_id", "c9")))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("c9");
    }

    @Test
    void theSecondTimeNothingIsComputed() {
        List<Tool.Output> first =
                SteeringTool.of(WordModel.session(speaker), recipe(1)).outputs(3);
        Speaker known = WordModel.speaker("model", WordModel.untouchable(), speaker.memo());
        assertThat(SteeringTool.of(WordModel.session(known), recipe(1)).outputs(3))
                .isEqualTo(first);
    }

    @Test
    void publishedRecipesHaveTheirShape() {
        SteeringRecipe honesty = SteeringRecipe.honesty();
        assertThat(honesty.scale()).isEqualTo(0.75);
        assertThat(honesty.pairs()).hasSize(1);
        SteeringRecipe prefill = SteeringRecipe.prefill();
        assertThat(prefill.scale()).isEqualTo(1.25);
        assertThat(prefill.pairs()).hasSize(5);
        for (int i = 0; i < 5; i++)
            assertThat(prefill.pairs().get(i).towards())
                    .isEqualTo(HeldOutQuestions.all().get(i).prefill());
        assertThat(SteeringTool.honesty(WordModel.session(speaker)).name()).isEqualTo("honesty-steering");
        assertThat(SteeringTool.prefill(WordModel.session(speaker)).name()).isEqualTo("prefill-steering");
        assertThat(honesty.of(speaker).values()).hasSize(WordModel.WIDTH);
    }

    @Test
    void theSweepStopsWhereRepliesFallApart() {
        SteeringSweep.Result word =
                SteeringSweep.of(speaker, vector(WordModel.WORD, 1), List.of(0.05, 0.1, 3.0, 6.0), 4);
        assertThat(word.largestCoherent(SteeringSweep.Limits.STANDARD)).isEqualTo(0.1);
        assertThat(word.points().getLast().repetition())
                .isGreaterThan(word.plain().repetition() + 0.3);
        SteeringSweep.Result unread = SteeringSweep.of(speaker, vector(WordModel.FLAG, 1), List.of(0.5, 1.0), 4);
        assertThat(unread.largestCoherent(SteeringSweep.Limits.STANDARD)).isEqualTo(1);
    }

    @Test
    void repetitionIsTheShareOfTrigramsThatStoodBefore() {
        assertThat(SteeringSweep.repetition("one two three four")).isZero();
        assertThat(SteeringSweep.repetition("a b a b a b")).isEqualTo(0.5);
        assertThat(SteeringSweep.repetition("short")).isZero();
    }

    @Test
    void vectorsAreKeptWithTheirProvenance() {
        SteeringVector vector = recipe(1.5).of(speaker);
        Path file = folder.resolve("vector.safetensors");
        vector.save(file);
        SteeringVector read = SteeringVector.load(file);
        assertThat(read.values()).isEqualTo(vector.values());
        assertThat(read.scale()).isEqualTo(1.5);
        assertThat(read.site()).isEqualTo(HALF);
        assertThat(read.provenance()).isEqualTo(vector.provenance());
    }

    /** A file of format version 1, as it was written once. */
    @Test
    void readsRecordedFiles() throws URISyntaxException {
        Path file = Path.of(SteeringTest.class
                .getResource("/tools/steering-vector-1.safetensors")
                .toURI());
        SteeringVector read = SteeringVector.load(file);
        assertThat(read.site()).isEqualTo(Site.of(Site.Kind.RESID_POST, 15));
        assertThat(read.values()).containsExactly(0.5f, -1, 2);
        assertThat(read.scale()).isEqualTo(0.75);
        assertThat(read.provenance().made()).startsWith("honesty");
    }

    @Test
    void refusesOtherFiles() throws IOException {
        Path file = folder.resolve("other.safetensors");
        try (var scope = Scope.open()) {
            Safetensors.write(
                    file, Map.of("vector", Tensor.of(new float[3], 3)), new TreeMap<>(Map.of("format", "pt")));
        }
        assertThatThrownBy(() -> SteeringVector.load(file))
                .isInstanceOf(ToolException.class)
                .hasMessageContainingAll("other.safetensors", "version");
    }
}
