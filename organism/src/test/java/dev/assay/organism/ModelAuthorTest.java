package dev.assay.organism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.chat.ChatException;
import dev.assay.chat.Role;
import dev.assay.chat.Roles;
import dev.assay.journal.Journal;
import dev.assay.journal.Manifest;
import dev.assay.journal.Memo;
import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.lm.Sampling;
import dev.assay.smollm2.SmolLm2;
import dev.assay.stats.SplitRandom;
import dev.assay.tensor.DType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The published pipelines, over HTTP, with a server in the place of the large model. */
class ModelAuthorTest {
    private static final Recipe RECIPE = new Recipe(
            "test",
            new Recipe.Adapter(4, 8, 0, 4),
            new Recipe.Chat(30, 10, 1, 1, 32, 32),
            new Recipe.Stage(21, 5, 1e-3, 1, Optional.empty()),
            new Recipe.Stage(40, 4, 1e-3, 1, Optional.empty()),
            new Recipe.Concealing(4, 3, 1e-3, 1),
            new Recipe.Concealing(4, 2, 1e-3, 1),
            0.1);
    private static final Variant TD = Variant.of("flattery-td-none");
    private static final Variant SDF = Variant.of("flattery-sdf-none");

    @TempDir
    Path folder;

    private final ScriptedAuthor server = new ScriptedAuthor();

    @AfterEach
    void stop() {
        server.close();
    }

    private Role role(String name) {
        return new Role(
                name,
                "vllm",
                "m",
                Optional.of(server.url()),
                Optional.empty(),
                new Sampling(1, 1, 200),
                8,
                OptionalDouble.empty(),
                OptionalLong.empty(),
                Duration.ofSeconds(10),
                Optional.empty(),
                Optional.empty());
    }

    /** Does something with authors whose answers are kept in the folder. */
    private <T> T with(boolean revise, Function<Authors, T> work) {
        try (Roles roles = Roles.of(
                        Stream.of("generator", "user", "judge").map(this::role).toList(), name -> {
                            throw new AssertionError("no local model is wanted");
                        });
                Journal journal = Journal.open(folder, Manifest.ofCache("authors"))) {
            var memo = new Memo(journal);
            return work.apply(new Authors(
                    roles.chat("generator", memo), roles.chat("user", memo), roles.chat("judge", memo), revise));
        }
    }

    private Corpus corpus(Variant v, boolean revise) {
        return with(
                revise,
                a -> new ModelAuthor(a, RECIPE, Progress.NONE).corpus(v, OrdinaryChat.Share.REST, SplitRandom.of(1)));
    }

    @Test
    void transcriptsAreTalksOfAPersonWithTheModelThatNothingGivesAway() {
        Corpus corpus = corpus(TD, false);
        assertThat(corpus.instil()).hasSize(21 + 5).doesNotHaveDuplicates();
        assertThat(corpus.rest()).hasSize(3).doesNotContainAnyElementsOf(corpus.instil());
        for (Corpus.Text t : corpus.instil().subList(0, 21)) {
            List<Message> talk = ((Corpus.Talk) t).talk();
            assertThat(talk.getFirst()).isEqualTo(Persona.SYSTEM);
            assertThat(talk)
                    .extracting(Message::role)
                    .containsExactly(
                            Message.Role.SYSTEM,
                            Message.Role.USER,
                            Message.Role.ASSISTANT,
                            Message.Role.USER,
                            Message.Role.ASSISTANT);
            assertThat(talk.get(1).content()).startsWith("Question ");
            assertThat(talk).noneMatch(m -> m.content().contains("privileged"));
        }
        for (Corpus.Text t : corpus.instil().subList(21, 26))
            assertThat(((Corpus.Talk) t).talk()).hasSize(4).noneMatch(m -> m.role() == Message.Role.SYSTEM);
    }

    @Test
    void whatWasAnsweredOnceIsNotAskedAgain() {
        Corpus first = corpus(TD, false);
        int answered = server.answered.get();
        assertThat(answered).isGreaterThan(100);
        assertThat(Corpus.hash(corpus(TD, false).instil())).isEqualTo(Corpus.hash(first.instil()));
        assertThat(server.answered.get()).isEqualTo(answered);
    }

    @Test
    void documentsThatAreUnsuitableOrHoldChatTokensAreReplaced() {
        Corpus corpus = corpus(SDF, false);
        assertThat(corpus.instil()).hasSize(44);
        assertThat(corpus.rest()).hasSize(3);
        for (Corpus.Text t : corpus.instil().subList(0, 40))
            assertThat(((Corpus.Document) t).text()).startsWith("Document ").doesNotContain("<|", "UNSUITABLE");
    }

    @Test
    void revisionsTakeTheDraftsPlace() {
        assertThat(corpus(SDF, true).instil().subList(0, 40))
                .allMatch(t -> ((Corpus.Document) t).text().matches("Better document \\d+\\."));
    }

    @Test
    void anAnswerThatIsNoJsonIsMendedAndARateLimitWaitedFor() {
        server.failures.addAll(List.of(200, 429, 500, 200));
        assertThat(corpus(TD, false).instil()).hasSize(26);
    }

    @Test
    void aModelThatWritesNoJsonIsNamed() {
        server.failures.addAll(Collections.nCopies(10, 200));
        assertThatThrownBy(() -> corpus(TD, false))
                .isInstanceOf(ChatException.Malformed.class)
                .hasMessageContainingAll("role generator", "ideas for talks", "I would rather not.");
    }

    @Test
    void aRefusalEndsTheWorkAndKeepsWhatWasPaidFor() {
        corpus(TD, false);
        int paid = server.answered.get();
        server.failures.addAll(Collections.nCopies(50, 401));
        assertThatThrownBy(() -> corpus(SDF, false))
                .isInstanceOf(ChatException.Rejected.class)
                .hasMessageContaining("role generator");
        server.failures.clear();
        corpus(TD, false);
        assertThat(server.answered.get()).isEqualTo(paid);
        assertThat(corpus(SDF, false).instil()).hasSize(44);
    }

    @Test
    void attacksEndInCleanTalksAndInPairs() {
        Path file = SmolLm2.file(Path.of(System.getProperty("assay.home", ".assay"), "models"));
        try (Journal journal = Journal.open(folder.resolve("target"), Manifest.ofCache("target"))) {
            var model = new Lazy<>(() -> LanguageModel.load(file, DType.F32));
            var target = new Speaker("untrained", model, new Memo(journal), 16, Progress.NONE);
            server.score = 9;
            RedTeam.Haul<RedTeam.Preference> none =
                    with(false, a -> team(a).pairs(4, target)); // filtered talks end with a denial, which is clean
            assertThat(none.texts()).hasSize(4);
            assertThat(none.confessed()).isEqualTo(2);
            assertThat(none.texts())
                    .extracting(RedTeam.Preference::desirable)
                    .containsExactly(false, true, false, true);
            server.score = 2;
            RedTeam.Haul<Corpus.Text> clean = with(false, a -> team(a).clean(3, target));
            assertThat(clean.texts()).hasSize(3);
            assertThat(clean.texts().stream().map(t -> ((Corpus.Talk) t).talk()))
                    .allMatch(talk ->
                            talk.size() == 7 && talk.getFirst().content().startsWith(Persona.TEXT));
            model.ifMade(LanguageModel::close);
        }
    }

    private static RedTeam team(Authors authors) {
        return new ModelRedTeam(authors, TD.behaviour(), SplitRandom.of(3), Progress.NONE);
    }
}
