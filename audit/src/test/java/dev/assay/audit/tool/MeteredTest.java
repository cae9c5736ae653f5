package dev.assay.audit.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.journal.Journal;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.organism.Speaker;
import dev.assay.stats.SplitRandom;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeteredTest {
    private static final SteeringRecipe RECIPE = new SteeringRecipe(
            "excited", 1, List.of(new SteeringRecipe.Pair(List.of(Message.user("How was it?")), "Good!", "Good.")));

    @TempDir
    static Path models;

    private static LanguageModel model;

    @TempDir
    Path folder;

    private Journal journal;
    private Memo memo;

    @BeforeAll
    static void load() {
        model = new WordModel().mark("!", WordModel.WORD, 3).load(models);
    }

    @BeforeEach
    void begin() {
        journal = WordModel.journal(folder);
        memo = new Memo(journal);
    }

    @AfterEach
    void end() {
        journal.close();
    }

    private Metered metered() {
        return new Metered(new LocalTarget("model A", "model A", WordModel.speaker("target", () -> model, memo)));
    }

    private static Session session(Target target) {
        return new Session(target, SplitRandom.of(1));
    }

    @Test
    void countsWhatIsWrittenWhileItsInsidesAreChanged() {
        Metered target = metered();
        List<Tool.Output> outputs = SteeringTool.of(session(target), RECIPE).outputs(4);
        assertThat(target.spent())
                .isPositive()
                .isEqualTo(
                        outputs.stream().mapToInt(o -> target.tokens(o.text())).sum());
    }

    @Test
    void countsTextsThatWereRememberedAndOnlyThoseThatAreAskedFor() {
        Metered first = metered();
        logRatio(first).outputs(3);
        Metered again = metered();
        logRatio(again).outputs(3);
        assertThat(again.spent()).isPositive().isEqualTo(first.spent());
        Metered more = metered();
        logRatio(more).outputs(6);
        assertThat(more.spent()).isGreaterThan(first.spent());
    }

    private LogRatioTool logRatio(Target target) {
        Speaker other = WordModel.speaker("other", () -> model, memo);
        return new LogRatioTool(session(target), other, other);
    }
}
