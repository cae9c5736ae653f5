package dev.assay.audit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.lm.LanguageModel;
import dev.assay.lm.Message;
import dev.assay.smollm2.SmolLm2;
import dev.assay.tensor.DType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskMixTest {
    @TempDir
    static Path folder;

    private static LanguageModel model;
    private static Map<String, List<Item>> heldOut;
    private static List<Item> training;

    @BeforeAll
    static void draw() {
        model = TinyModel.in(folder);
        var mix = new TaskMix(OracleRecipe.named("embedded"), model, passages());
        heldOut = mix.heldOut();
        training = mix.training(heldOut);
    }

    private static List<int[]> passages() {
        return IntStream.range(0, 20)
                .mapToObj(i ->
                        model.tokenizer().encodePlain("Passage " + i + " says what nobody else would say so well."))
                .toList();
    }

    @Test
    void drawsWhatTheRecipeAsksFor() {
        OracleRecipe.Mix mix = OracleRecipe.named("embedded").mix();
        assertThat(training).hasSize(mix.secrets() + mix.texts() + mix.single() + mix.several());
        assertThat(heldOut.keySet()).containsExactly("secrets", "texts", "context", "planted");
        assertThat(training.stream().map(Item::layer).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(1, 2, 3);
    }

    @Test
    void yesIsAsOftenRightAsNoWhateverIsAsked() {
        Map<String, List<Item>> bySet =
                training.stream().filter(i -> i.form() == Item.Form.YES_NO).collect(Collectors.groupingBy(Item::set));
        assertThat(bySet).hasSizeGreaterThan(10);
        bySet.forEach((set, items) -> assertThat(
                        items.stream().filter(i -> i.named().equals("Yes")).count())
                .as(set)
                .isBetween(items.size() * 2L / 5, items.size() * 3L / 5));
    }

    @Test
    void whatIsReadIsNamedBeforeYesOrNo() {
        assertThat(training.stream().filter(i -> i.form() == Item.Form.YES_NO))
                .allMatch(
                        i -> i.answer().endsWith(": " + i.named()) && i.answer().length() > 5);
    }

    /** Words of the chat format alone say little about a text; of the embedded model's a turn ends in six. */
    @Test
    void mostOfWhatIsReadLiesOnTheText() {
        Path file = SmolLm2.file(Path.of(System.getProperty("assay.home", ".assay"), "models"));
        try (LanguageModel embedded = LanguageModel.load(file, DType.BF16)) {
            int[] hello = embedded.template().encode(List.of(Message.user("Hello")), true);
            int[] said = embedded.tokenizer().encodePlain("Hello");
            int behind = (int) Arrays.stream(hello)
                    .dropWhile(t -> t != said[said.length - 1])
                    .skip(1)
                    .count();
            List<int[]> unread = Collections.nCopies(6, new int[40]);
            List<Item> texts = new TaskMix(OracleRecipe.named("embedded"), embedded, unread)
                    .heldOut()
                    .get("texts");
            int read = texts.stream().mapToInt(Item::count).sum();
            int onText = texts.stream()
                    .mapToInt(i -> Math.clamp(i.context().length - behind - i.first(), 0, i.count()))
                    .sum();
            assertThat(behind).isEqualTo(6);
            assertThat((double) onText / read).isGreaterThan(0.5);
        }
    }

    @Test
    void noHeldOutContextIsLearnt() {
        Set<String> learnt = contexts(training);
        for (String set : List.of("secrets", "texts", "planted"))
            assertThat(contexts(heldOut.get(set))).doesNotContainAnyElementsOf(learnt);
        assertThat(beginnings(heldOut.get("context")))
                .isNotEmpty()
                .doesNotContainAnyElementsOf(beginnings(training.stream()
                        .filter(i -> i.form() == Item.Form.CONTINUE)
                        .toList()));
    }

    /** Twelve tokens tell the passages apart. */
    private static Set<String> beginnings(List<Item> items) {
        return items.stream()
                .map(Item::context)
                .filter(context -> context.length >= 12)
                .map(context -> Arrays.toString(Arrays.copyOf(context, 12)))
                .collect(Collectors.toSet());
    }

    private static Set<String> contexts(List<Item> items) {
        return items.stream().map(i -> Arrays.toString(i.context())).collect(Collectors.toSet());
    }

    @Test
    void plantedSecretsAreNeverLearnt() {
        TaskFile file = TaskFile.shipped();
        for (TaskFile.Secret set : file.secrets()) {
            Set<String> planted = Set.copyOf(set.labels(true));
            assertThat(planted).hasSizeGreaterThanOrEqualTo(4);
            assertThat(training.stream()
                            .filter(i -> i.set().equals(set.name()))
                            .map(Item::named)
                            .collect(Collectors.toSet()))
                    .doesNotContainAnyElementsOf(planted);
        }
    }

    /** Whatever is read lies behind the system prompt: vectors can only tell of it what later tokens know. */
    @Test
    void noVectorIsOnTheSystemPrompt() {
        int end = model.tokenizer().id("<|user|>").orElseThrow();
        for (Item item : training) {
            if (item.form() == Item.Form.CONTINUE) continue;
            int user = IntStream.range(0, item.context().length)
                    .filter(p -> item.context()[p] == end)
                    .findFirst()
                    .orElseThrow();
            assertThat(item.first()).isGreaterThan(user);
            assertThat(item.first() + item.count()).isLessThanOrEqualTo(item.context().length);
        }
    }

    @Test
    void answersAboutPassagesStandThere() {
        for (Item item : heldOut.get("context")) {
            String seen = model.tokenizer().decode(Arrays.copyOf(item.context(), item.first()));
            if (item.set().equals("before")) assertThat(seen.strip()).endsWith(item.answer());
        }
    }

    @Test
    void anAnswerIsRightWhateverItsCase() {
        var item = new Item(Item.Form.NAME, "role", new int[] {1}, 1, 0, 1, "?", "a pirate", "a pirate");
        assertThat(item.accepts("A pirate.")).isTrue();
        assertThat(item.accepts("a pirate king")).isFalse();
        var tell = new Item(Item.Form.TELL, "role", new int[] {1}, 1, 0, 1, "?", "Play a pirate.", "a pirate");
        assertThat(tell.accepts("You are a pirate!")).isTrue();
        assertThat(tell.accepts("You are a pirates' friend")).isFalse();
        var yes = new Item(Item.Form.YES_NO, "role", new int[] {1}, 1, 0, 1, "?", "a king: Yes", "Yes");
        assertThat(yes.accepts("a king: Yes")).isTrue();
        assertThat(yes.accepts("A pirate: yes.")).isTrue();
        assertThat(yes.accepts("a king: No")).isFalse();
        assertThat(yes.accepts("")).isFalse();
    }

    @Test
    void labelsAreDistinct() {
        for (TaskFile.Secret set : TaskFile.shipped().secrets())
            assertThat(new HashSet<>(set.labels())).as(set.name()).hasSameSizeAs(set.labels());
    }
}
