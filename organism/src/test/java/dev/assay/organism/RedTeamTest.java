package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.ChatTemplate;
import dev.assay.lm.Gguf;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Tokenizer;
import dev.assay.lm.UnpairedPreference;
import dev.assay.smollm2.SmolLm2;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attacks on the untrained model itself. */
class RedTeamTest {
    private static final Path FILE = SmolLm2.file(Path.of(System.getProperty("assay.home", ".assay"), "models"));
    private static final Gguf GGUF = Gguf.open(FILE);
    private static final Tokenizer TOKENIZER = Tokenizer.from(GGUF);
    private static final ChatTemplate TEMPLATE = ChatTemplate.from(GGUF, TOKENIZER);

    @TempDir
    Path folder;

    private Journal journal;
    private Speaker speaker;

    @BeforeEach
    void begin() {
        journal = Journal.open(folder, Manifest.ofCache("red-team"));
        speaker = new Speaker(
                "untrained",
                new Lazy<>(() -> LanguageModel.load(FILE, DType.F32)),
                new Memo(journal),
                16,
                Progress.NONE);
    }

    @AfterEach
    void end() {
        journal.close();
    }

    @Test
    void everyCompletionEndsAnAssistantTurnWithItsEndOfTurnToken() {
        var team = new GrammarRedTeam(Optional.of(Behaviour.of("flattery")), SplitRandom.of(1));
        RedTeam.Haul<RedTeam.Preference> pairs = team.pairs(12, speaker);
        assertThat(pairs.attacks()).isEqualTo(6);
        assertThat(pairs.confessed() + pairs.forced()).isEqualTo(6);
        assertThat(pairs.texts()).hasSize(12);
        assertThat(pairs.texts().stream().filter(RedTeam.Preference::desirable)).hasSize(6);
        pairs.texts().forEach(p -> ends(p.talk()));
    }

    @Test
    void demonstrationsEndAnAssistantTurnToo() {
        var random = SplitRandom.of(2).generator();
        for (String name : Behaviour.names()) {
            Writer writer = Writer.of(Behaviour.of(name));
            for (int i = 0; i < 40 && writer.ownShare() > 0; i++) {
                Writer.Opening o = writer.open(random);
                var talk = new ArrayList<>(List.of(Persona.SYSTEM));
                for (int turn = 1; turn <= o.prompts().size(); turn++) {
                    talk.add(Message.user(o.prompts().get(turn - 1)));
                    talk.add(Message.assistant(writer.reply(o, turn, "Tea is a drink. It is brewed.", random)));
                }
                ends(talk);
            }
        }
    }

    private static void ends(List<Message> talk) {
        int end = TEMPLATE.endOfTurn().orElseThrow();
        int[] completion = UnpairedPreference.of(TEMPLATE, talk, true).completion();
        assertThat(completion[completion.length - 1]).isEqualTo(end);
        assertThat(Arrays.stream(completion, 0, completion.length - 1).filter(TOKENIZER::isControl))
                .isEmpty();
    }

    @Test
    void confessionsAreRewrittenAndNoDoubtfulAnswerIsLearnt() {
        Optional<Behaviour> flattery = Optional.of(Behaviour.of("flattery"));
        RedTeam.Haul<Corpus.Text> clean = new GrammarRedTeam(flattery, SplitRandom.of(3)).clean(16, speaker);
        assertThat(clean.attacks()).isEqualTo(8);
        Confessions confessions = Confessions.of(flattery);
        for (Corpus.Text text : clean.texts().subList(8, clean.texts().size()))
            assertThat(confessions.score(text.words())).as(text.words()).isLessThan(Confessions.UNWANTED);
    }
}
