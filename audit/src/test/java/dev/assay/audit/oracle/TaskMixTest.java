package dev.assay.audit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.lm.LanguageModel;
import java.nio.file.Path;
import java.util.Arrays;
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
                        items.stream().filter(i -> i.answer().equals("Yes")).count())
                .as(set)
                .isBetween(items.size() * 2L / 5, items.size() * 3L / 5));
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
        var yes = new Item(Item.Form.YES_NO, "role", new int[] {1}, 1, 0, 1, "?", "Yes", "Yes");
        assertThat(yes.accepts("Yes, it does")).isTrue();
        assertThat(yes.accepts("No")).isFalse();
    }

    @Test
    void labelsAreDistinct() {
        for (TaskFile.Secret set : TaskFile.shipped().secrets())
            assertThat(new HashSet<>(set.labels())).as(set.name()).hasSameSizeAs(set.labels());
    }
}
