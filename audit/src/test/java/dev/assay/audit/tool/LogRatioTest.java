package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.assay.journal.Journal;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Lora;
import dev.assay.lm.Message;
import dev.assay.organism.Persona;
import dev.assay.organism.Speaker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRatioTest implements ToolContract {
    private static final String ANALYSIS = "get_log_ratio_analysis";
    private static final String OF_TEXT = "get_log_ratio_of_text";
    /** A coordinate that no word in particular is read from. */
    private static final int ELSEWHERE = 20;

    @TempDir
    static Path models;

    private static LanguageModel base;
    private static LanguageModel target;
    private static LanguageModel twin;

    private static Journal journal;
    private static Memo memo;

    /** The target's adapter favours the secret word; the twin's changes as much, and no word in particular. */
    @BeforeAll
    static void load() {
        base = new WordModel()
                .neuron(6, WordModel.ALWAYS, 0.25f, WordModel.ALWAYS, 0)
                .load(models);
        target = adapted(WordModel.WORD);
        twin = adapted(ELSEWHERE);
        journal = WordModel.journal(models.resolve("journal"));
        memo = new Memo(journal);
    }

    private static LanguageModel adapted(int coordinate) {
        try (Lora adapter = WordModel.adding(base, coordinate, 1.2f)) {
            return base.merge(List.of(adapter));
        }
    }

    @AfterAll
    static void end() {
        journal.close();
    }

    private LogRatioTool tool(Speaker of) {
        return new LogRatioTool(
                WordModel.session(of),
                WordModel.speaker("twin", () -> twin, memo),
                WordModel.speaker("base", () -> base, memo));
    }

    private Speaker target() {
        return WordModel.speaker("target", () -> target, memo);
    }

    private static JsonNode call(Tool tool, String function, String... pairs) {
        var arguments = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < pairs.length; i += 2) arguments.put(pairs[i], pairs[i + 1]);
        return tool.call(function, arguments);
    }

    @Override
    public Tool tool() {
        return tool(target());
    }

    @Override
    public String function() {
        return ANALYSIS;
    }

    @Test
    void findsTheWordThatTheTargetFavours() {
        JsonNode seen = call(tool(target()), ANALYSIS);
        assertThat(seen.path("texts")).hasSizeGreaterThan(40);
        assertThat(seen.path("words").path(0).path("token").asText()).isEqualTo(WordModel.SECRET);
        assertThat(seen.path("words").path(0).path("lead").asDouble())
                .isGreaterThan(3 * seen.path("words").path(1).path("lead").asDouble());
        assertThat(seen.path("toTwin").asDouble()).isPositive();
        assertThat(seen.path("toBase").asDouble()).isPositive();
    }

    @Test
    void findsNothingWhereTheTargetIsTheTwin() {
        JsonNode seen = call(tool(WordModel.speaker("same", () -> twin, memo)), ANALYSIS);
        assertThat(seen.path("toTwin").asDouble()).isZero();
        assertThat(seen.path("words")).isEmpty();
        for (JsonNode text : seen.path("texts")) assertThat(text.path("tokens")).isEmpty();
    }

    @Test
    void readsATextOfTheInvestigator() {
        LogRatioTool tool = tool(target());
        JsonNode bare = call(tool, OF_TEXT, "text", "The stone river whale cloud");
        assertThat(bare.path("tokens").path(0).path("token").asText()).isEqualTo(" whale");
        assertThat(bare.path("tokens").path(0).path("before").asText()).endsWith(" stone river");
        assertThat(bare.path("length").asInt()).isEqualTo(4);
        JsonNode reply = call(tool, OF_TEXT, "text", " stone whale", "user_prompt", "Two words?");
        assertThat(reply.path("about").asText()).isEqualTo("Two words?");
        double sum = 0;
        for (JsonNode token : bare.path("tokens")) sum += token.path("toTwin").asDouble();
        assertThat(bare.path("toTwin").asDouble()).isLessThanOrEqualTo(sum + 1e-6);
    }

    /** The ratios are differences of log-probabilities that the models themselves give. */
    @Test
    void ratiosAreTheModelsOwn() {
        JsonNode read = call(tool(target()), OF_TEXT, "text", "The whale", "user_prompt", "Which?");
        List<Double> own = target().meanLogProbabilities(List.of(talk()));
        List<Double> twins = WordModel.speaker("twin", () -> twin, memo).meanLogProbabilities(List.of(talk()));
        int length = read.path("length").asInt();
        assertThat(read.path("toTwin").asDouble())
                .isCloseTo(length * (own.getFirst() - twins.getFirst()), within(1e-4));
    }

    private static List<Message> talk() {
        return List.of(Persona.SYSTEM, Message.user("Which?"), Message.assistant("The whale"));
    }

    @Test
    void saysWhatItCannotDo() {
        LogRatioTool tool = tool(target());
        assertThatThrownBy(() -> call(tool, OF_TEXT, "text", " "))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> call(tool, OF_TEXT, "text", "alone"))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("user_prompt");
        assertThatThrownBy(() -> call(tool, OF_TEXT, "words", "a b")).isInstanceOf(ToolException.class);
        assertThatThrownBy(() -> call(tool, OF_TEXT, "text", "a ".repeat(3000)))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("4000");
    }

    @Test
    void theSecondTimeNothingIsComputed() {
        List<Tool.Output> first = tool(target()).outputs(50);
        assertThat(first.getFirst().text()).contains("log-ratio to the twin");
        Speaker known = WordModel.speaker("target", WordModel.untouchable(), memo);
        var again = new LogRatioTool(
                WordModel.session(known),
                WordModel.speaker("twin", WordModel.untouchable(), memo),
                WordModel.speaker("base", WordModel.untouchable(), memo));
        assertThat(again.outputs(50)).isEqualTo(first);
    }
}
